"""The interviews of auditors and leads: begun, gone on with by question, left for days, handed over, handed in.

A case is played by the same turns in a chat and here, so that one goes on where the other was left. Whatever stands in
the control is kept before a button leads away from it; what can no longer be kept is shown, to be copied.
"""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.cases import ASKING, Colleague, Listed
from bot.channels import webchat
from bot.clock import Clock
from bot.errors import CaseElsewhereError, NoColleagueError
from bot.founding import FOR_AUDITORS
from bot.messages import Reply
from bot.services import auditing, interviewing, planning
from bot.web import cases, gate, guard, uploading
from bot.web.cases import Here
from bot.web.pages import Link, Pages, Speaking, reading, risk_link, stamp, voice_of
from bot.web.talking import Heard, Spot, Talking
from bot.web.uploading import Posted
from bot.wording import Voice, mark
from dialogues import engine
from dialogues.form import SourceType
from dialogues.interview import State
from dialogues.moves import Back, Begin, Concern, Edit, Finish, Help, Jump, Look, Move, Pause, Resume
from dialogues.prompts import Ask, Section
from dialogues.wordless import Wordless
from reports.scope import Covered
from storage.cases import CaseStatus
from storage.casework import OPENING
from storage.unit_of_work import Storage

OBSERVATION = "observation"  # the form by which an auditor notes what nobody asked about
HAND_OVER, GIVE = "hand-over", "give"
OWN = frozenset({"go", "observe", "read", "return", "list", HAND_OVER, GIVE})  # what only auditors do
_LEAD_AWAY = (Back, Edit, Finish, Help, Jump, Look, Pause)  # what stands in the control is kept before these

KINDS: dict[SourceType, str] = {
    SourceType.EXPERIENCE: mark("People who use the service"),
    SourceType.STAFF: mark("Staff and leaders"),
    SourceType.PARTNERS: mark("Partners"),
    SourceType.OBSERVATION: mark("Seen on the spot"),
    SourceType.PROCESSES: mark("Records"),
    SourceType.OUTCOMES: mark("Outcomes"),
}

Written: TypeAlias = tuple[str, ...]


class Row(Wordless, frozen=True):
    """A case in a list. It has no repr."""

    title: str
    address: str
    state: str
    holder: str
    during: str


class Cell(Struct, frozen=True):
    """How many sources of one kind spoke of an area."""

    kind: str
    count: int


class Area(Struct, frozen=True):
    """What was heard of an area of the scope, by kinds of source."""

    name: str
    cells: tuple[Cell, ...]
    verdict: str


class Part(Struct, frozen=True):
    """A section to jump to."""

    label: str
    token: str
    done: int
    relevant: int
    is_here: bool


class Interviewing:
    """The pages under `/lead/audits/{audit}/interviews`, but for what is read and downloaded (`transcripts`)."""

    def __init__(self, storage: Storage, talking: Talking, clock: Clock, pages: Pages) -> None:
        self._storage = storage
        self._talking = talking
        self._clock = clock
        self._pages = pages

    # All of them

    async def list(self, request: Request) -> Response:
        """`GET …/interviews`: what is under way, what was handed in, what can begin, what is still missing."""
        name, _ = request.path_params["audit"], voice_of(request)
        account = gate.visitor(request).account
        audit = await run_in_threadpool(auditing.audit, self._storage, name)
        found = await run_in_threadpool(interviewing.cases, self._storage, name, account)
        by_id = {each.id: each for each in found}
        rows = [(each, _row(each, by_id.get(each.part_of), account, _)) for each in found]
        under_way = [(each, row) for each, row in rows if each.status is CaseStatus.UNDER_WAY]
        cookie, stamped = gate.stamped(request)
        response = self._pages.page(
            request,
            "interviews.html",
            audit=name,
            found=audit,
            address=cases.room(name),
            back=gate.audit_page(name),
            mine=[row for each, row in under_way if each.holder == account],
            others=[row for each, row in under_way if each.holder != account],
            done=[row for each, row in rows if each.status is CaseStatus.HANDED_IN],
            forms=await self._offered(name, account, reading(request)),
            kinds=[_(kind) for kind in KINDS.values()],
            areas=[_area(each, _) for each in await self._covered(name)],
            stamp=stamped,
        )
        gate.give(request, response, cookie)
        return response

    async def _offered(self, audit: str, account: bytes, language: str) -> tuple[tuple[str, str, int], ...]:
        """The forms that can be begun, as they are most wanted: name, title, minutes."""
        found = await run_in_threadpool(interviewing.beginnings, self._storage, audit, account)
        forms = sorted(found, key=lambda form: _place(form.id))
        return tuple((form.id, form.title.to(language), form.estimated_minutes or 0) for form in forms)

    async def _covered(self, audit: str) -> tuple[Covered, ...]:
        return await run_in_threadpool(interviewing.coverage, self._storage, audit)

    async def begin(self, request: Request) -> Response:
        """`POST …/interviews`: begin by the form that was chosen."""
        name, fields = request.path_params["audit"], await gate.posted(request)
        return await self._begin(request, name, guard.first(fields, "form"))

    async def _begin(self, request: Request, audit: str, form: str, part_of: bytes = b"") -> Response:
        """Begin a case, or go on with one just like it in which nothing was answered: a button is pressed twice."""
        account = gate.visitor(request).account
        known = await run_in_threadpool(interviewing.cases, self._storage, audit, account)
        same = (each for each in known if _is_untouched(each, account, form, part_of))
        id_ = next((each.id for each in same), b"")
        if not id_:
            new = interviewing.begin
            case = await run_in_threadpool(new, self._storage, audit, form, account, self._clock, part_of)
            id_ = case.id
        await self._talking.hear(Spot(cases.speaker(account), audit, form, id_), "", Begin())
        return _to(cases.address(audit, id_))

    # One of them

    async def show(self, request: Request) -> Response:
        """`GET …/interviews/{case}`: what waits; for others, and when it was handed in, what was noted."""
        here = await cases.here(self._storage, request)
        if here.case.records == OPENING and here.case.status is CaseStatus.HANDED_IN:
            return await self._opened(request, here)
        if cases.belongs_to_the_plan(here) and here.case.status is CaseStatus.HANDED_IN:
            subject = await run_in_threadpool(planning.subject, self._storage, here.case.id)
            return RedirectResponse(cases.outcome(here, subject), 303)
        if not here.is_mine:
            return RedirectResponse(f"{here.address}/transcript", 303)
        reply = await self._talking.show(here.spot)
        if reply is None or reply.interview.state is State.INVITED:  # we broke off just after it was begun
            reply = await self._talking.hear(here.spot, "", Begin())
        return await self._render(request, here, Heard(reply, is_passing=False))

    async def play(self, request: Request) -> Response:
        """`POST …/interviews/{case}`: make a move, or do what only auditors do."""
        try:
            here = await cases.here(self._storage, request)
        except gate.OtherRoleError:
            raise
        except HTTPException:  # of an address that is none, nothing is said before the token was looked at
            if not guard.is_ours(request, (await uploading.read(request)).fields, by=gate.bearer(request)):
                raise HTTPException(403) from None
            raise
        try:
            posted = await uploading.read(request)
        except uploading.TooMuchError:
            return self._too_much(request, here)
        if not guard.is_ours(request, posted.fields, by=gate.bearer(request)):
            raise HTTPException(403)
        try:
            return await self._act(request, here, posted)
        except CaseElsewhereError:
            return self._elsewhere(request, here, webchat.words(posted.fields))

    async def _act(self, request: Request, here: Here, posted: Posted) -> Response:
        wanted = guard.first(posted.fields, "move")
        move = webchat.move(posted.fields, brings_file=posted.upload is not None)
        if isinstance(move, Concern):
            return RedirectResponse(risk_link(here.audit.id), 303)
        if wanted in {HAND_OVER, GIVE} and here.may_give and not here.is_mine:
            return await self._pass_on(request, here, posted, wanted)
        if not here.is_mine:
            raise CaseElsewhereError
        own = wanted in OWN
        if move is None and not own:
            raise HTTPException(422)
        is_leaving = own or isinstance(move, _LEAD_AWAY)
        kept = await self._kept(here, posted) if is_leaving else None
        if kept is not None and kept.is_passing:
            return await self._render(request, here, kept)
        if move is None:
            return await self._go_elsewhere(request, here, posted, wanted)
        return await self._move(request, here, posted, move, has_kept=kept is not None)

    async def _go_elsewhere(self, request: Request, here: Here, posted: Posted, wanted: str) -> Response:
        """What auditors do beside the questions."""
        case, audit = here.case, here.audit.id
        match wanted:
            case "observe":
                return await self._begin(request, audit, OBSERVATION, case.part_of or case.id)
            case "read":
                return _to(f"{here.address}/transcript", "")
            case "list":
                return _to(cases.room_of(here), "")
            case "return" if case.part_of and case.records in ASKING:
                return _to(cases.address(audit, case.part_of))
            case "hand-over" | "give":
                return await self._pass_on(request, here, posted, wanted)
            case _:
                waiting = await self._talking.show(here.spot)
                rests = waiting is not None and waiting.interview.state is State.PAUSED
                return await self._move(request, here, posted, Resume() if rests else Begin())

    async def _kept(self, here: Here, posted: Posted) -> Heard | None:
        """Keep what stands in the control, unless it is what was answered already."""
        waiting = await self._talking.show(here.spot)
        if waiting is None or webchat.is_unchanged(waiting, posted.fields):
            return None if posted.upload is None else await self._talking.keep(here.spot, posted)
        return await self._talking.keep(here.spot, posted)

    async def _move(
        self, request: Request, here: Here, posted: Posted, move: Move, *, has_kept: bool = False
    ) -> Response:
        if has_kept and isinstance(move, Back):  # what was kept has led on: go back from where they were
            from_here = webchat.update(posted.fields | {"move": ["edit"]}, posted.digest)
            await self._talking.hear(here.spot, from_here, Edit(guard.first(posted.fields, "question")))
        if has_kept:
            move, posted = _unbound(move), Posted(posted.fields)
        heard = await self._talking.play(here.spot, posted, move)
        match heard.reply.interview.state:
            case State.WITHDRAWN:
                return self._stopped(request, here)
            case State.PAUSED if isinstance(move, Pause):
                return _to(cases.room_of(here), "")
            case _ if heard.is_passing:
                return await self._render(request, here, heard)
            case _:
                return _to(here.address)

    async def _render(self, request: Request, here: Here, heard: Heard) -> Response:
        reply = heard.reply
        form, cookie = reply.form, gate.bearer(request)
        mark_ = stamp(cookie)
        parts = await run_in_threadpool(interviewing.sections, self._storage, here.audit.id, here.case.id)
        others = await self._others(here)
        return self._pages.page(
            request,
            "interview.html",
            language=reply.interview.language,
            status=heard.status,
            audit=here.audit.id,
            offered=form.languages,
            speak=Speaking(here.address, mark_),
            title=form.title.to(reply.interview.language),
            here=here,
            called=cases.called(here.case),
            is_interview=here.case.records in ASKING,
            action=here.address,
            stamp=mark_,
            ended=False,
            handed_in=False,
            concern=False,
            beside=True,
            parts=() if reply.interview.state is State.PAUSED else _parts(parts, reply),
            finish="" if reply.interview.state is State.REVIEWING else webchat.token(Finish()),
            others=[(each.account.hex(), cases.colleague(each, voice_of(request))) for each in others],
            unkept=heard.unkept,
            screen=webchat.screen(reply, engine.history(form, reply.interview), entered=heard.entered),
        )

    # From hand to hand

    async def _others(self, here: Here) -> tuple[Colleague, ...]:
        known = interviewing.colleagues
        found = await run_in_threadpool(known, self._storage, here.audit.id, here.case.records)
        return tuple(each for each in found if each.account != here.case.holder)

    async def _pass_on(self, request: Request, here: Here, posted: Posted, wanted: str) -> Response:
        """Ask whether this colleague is meant; or give the case to them."""
        _ = voice_of(request)
        to = guard.first(posted.fields, "to")
        known = {each.account.hex(): each for each in await self._others(here)}
        if to not in known:
            text = _("Please choose a colleague first. Only another auditor or the lead can take this over.")
            links = (Link(_("Back"), here.address, "secondary"),)
            return self._say(request, here, _("Nobody was chosen"), text, links=links, status=422)
        name = cases.colleague(known[to], _)
        if wanted == HAND_OVER:
            return self._pages.page(
                request,
                "hand-over.html",
                audit=here.audit.id,
                action=here.address,
                called=cases.called(here.case),
                name=name,
                to=to,
                stamp=stamp(gate.bearer(request)),
            )
        try:
            await run_in_threadpool(
                interviewing.hand_over,
                self._storage,
                here.audit.id,
                here.case.id,
                known[to].account,
                self._clock,
                gate.acting(request, here.audit.id),
            )
        except NoColleagueError as trouble:
            raise CaseElsewhereError from trouble
        told = _("They find it in their list, here and in the chat. You can still read it.")
        return self._say(request, here, _("This is with {name} now", name=name), told)

    # What is said once

    async def _opened(self, request: Request, here: Here) -> Response:
        """What to do next, now that another audit is open."""
        _ = voice_of(request)
        new = await run_in_threadpool(interviewing.opened_by, self._storage, here.audit.id, here.case.id)
        return self._say(
            request,
            here,
            _("The audit “{name}” is open", name=new.name),
            _("You are its lead. Two things come next."),
            _("First, choose its passphrase. Without it, nobody can read later what staff wrote."),
            _("Then ask whoever runs Candour for slips, one for each person you want to hear."),
            links=(
                Link(_("Choose the passphrase"), gate.audit_page(new.id, "passphrase")),
                Link(_("Open this audit"), gate.audit_page(new.id), "secondary"),
            ),
        )

    def _stopped(self, request: Request, here: Here) -> Response:
        _ = voice_of(request)
        return self._say(request, here, _("You stopped. Every answer you gave here has been erased."))

    def _elsewhere(self, request: Request, here: Here, written: Written) -> Response:
        """Somebody else goes on with it, or it was handed in; what was written is shown, to be copied."""
        _ = voice_of(request)
        lost = (
            (_("What you just wrote was not kept. Here it is, so that you can copy it:"), *written)
            if any(written)
            else ()
        )
        return self._say(
            request,
            here,
            _("You cannot go on with this here"),
            _("A colleague goes on with it, or it was handed in or stopped. Nothing was changed."),
            *lost,
            status=409,
        )

    def _too_much(self, request: Request, here: Here) -> Response:
        _ = voice_of(request)
        return self._say(
            request,
            here,
            _("That file is far too big for me"),
            _("Nothing of it was kept, but what you answered before is safe."),
            _("Please open the questions again and choose a smaller one, of up to 10 MB."),
            links=(Link(_("Open the questions"), here.address),),
            status=413,
        )

    def _say(
        self,
        request: Request,
        here: Here,
        heading: str,
        *text: str,
        links: tuple[Link, ...] = (),
        status: int = 200,
    ) -> Response:
        """A page that says one thing, from which the list can be reached."""
        _, audit, part_of = voice_of(request), here.audit.id, here.case.part_of
        if part_of and not links and here.case.records in ASKING:
            links = (Link(_("Back to the interview"), cases.address(audit, part_of)),)
        back = _("All interviews") if here.case.records in ASKING else _("Back to the list")
        every = (*links, Link(back, cases.room_of(here), "secondary"))
        return self._pages.message(request, heading, *text, links=every, status=status, audit=audit)


def _to(place: str, anchor: str = "#question") -> Response:
    return RedirectResponse(place + anchor, 303)


def _place(form: str) -> int:
    """How early a form stands among those that can be begun; forms of an organisation's own come last."""
    return FOR_AUDITORS.index(form) if form in FOR_AUDITORS else len(FOR_AUDITORS)


def _unbound(move: Move) -> Move:
    """The move, wherever they are: what was kept before it has led on from the question that it was shown for."""
    return replace(move, question=None, turn=None)


def _is_untouched(each: Listed, account: bytes, form: str, part_of: bytes) -> bool:
    mine = (each.holder, each.form, each.part_of, each.status)
    return mine == (account, form, part_of, CaseStatus.UNDER_WAY) and each.answered == 0


def _row(each: Listed, during: Listed | None, account: bytes, _: Voice) -> Row:
    return Row(
        title=cases.called(each),
        address=cases.address(each.audit, each.id),
        state=_state(each, _),
        holder="" if each.holder == account else cases.holder(each, _),
        during=cases.called(during) if during is not None else "",
    )


def _state(each: Listed, _: Voice) -> str:
    if each.handed_in_on is not None:
        return _("Handed in on {day}", day=_.date(each.handed_in_on))
    asked = _("{done} of {relevant} answered", done=each.answered, relevant=each.relevant)
    return _("Begun on {day}. {asked}.", day=_.date(each.begun_on), asked=asked)


def _area(covered: Covered, _: Voice) -> Area:
    cells = tuple(Cell(_(words), covered.sources.get(kind, 0)) for kind, words in KINDS.items())
    if covered.is_bare:
        verdict = _("Nobody has been asked about this yet.")
    elif covered.is_thin:
        verdict = _("One kind of source only. Look for another.")
    else:
        verdict = ""
    return Area(covered.area.name.to(_.language), cells, verdict)


def _parts(sections: tuple[Section, ...], reply: Reply) -> tuple[Part, ...]:
    """The sections, with the one that the question stands in."""
    now = next((prompt.section for prompt in reply.prompts if isinstance(prompt, Ask)), "")
    return tuple(
        Part(
            each.label,
            webchat.token(Jump(each.path)),
            each.progress.done,
            each.progress.relevant,
            each.label == now,
        )
        for each in sections
    )
