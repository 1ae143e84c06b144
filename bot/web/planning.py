"""Findings and the plan of an audit on pages: what was found, what is done about it, and who was told.

Leads and auditors see all of it. Owners see what is theirs to do. The board sees its questions and what came of them:
findings reach it in the reports that are published. All that is written here is written as a case, question by
question; a button begins it with what is known already.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot import changes
from bot.cases import MAY_ASK, MAY_OWN, Listed
from bot.clock import Clock
from bot.desk import planned
from bot.errors import NotTakenError
from bot.listing import Asked, label
from bot.planning import Wanted
from bot.services import auditing, planning
from bot.services.planning import Behind, Examined, Followed, Plan
from bot.web import cases, gate, guard
from bot.web.cases import ACCOUNTABILITY, ACTIONS, FINDINGS, PLAN, SOURCES
from bot.web.pages import Link, Pages, voice_of
from bot.weighing import Weighed
from bot.wording import Voice, mark
from reports import frameworks
from reports.charts import risks, timeline
from reports.charts.drawing import Figure, svg
from reports.charts.risks import Risk
from reports.charts.timeline import Step as Mark
from reports.charts.timeline import Task
from reports.codebook import theme as theme_of
from reports.findings import Component, Concern, Finding, Nature, Priority, Says, Standing, Strength
from reports.findings import sentences as written
from reports.plan import (
    Action,
    Exemption,
    LearningShare,
    Notification,
    Outcome,
    Progress,
    Review,
    State,
    Status,
    Verification,
)
from reports.plan import Strength as Reliance
from storage.casework import (
    ACTION,
    CHALLENGE,
    EXCEPTION,
    FINDING,
    LEARNING,
    NOTIFICATION,
    PROGRESS,
    REVIEW,
    VERIFICATION,
)
from storage.files import digest_in
from storage.notices import NEWS_WANTED
from storage.plan import Entry
from storage.unit_of_work import Storage

OF_ACTIONS = (ACTION, PROGRESS, VERIFICATION, EXCEPTION, REVIEW)
OF_ALL = (CHALLENGE, LEARNING, NOTIFICATION)

PRIORITIES = {
    Priority.HIGH: mark("High"),
    Priority.MEDIUM: mark("Medium"),
    Priority.LOW: mark("Low"),
    None: mark("Good practice"),
}
STRENGTHS = {
    Strength.HIGH: mark("Strong evidence"),
    Strength.MODERATE: mark("Moderate evidence"),
    Strength.LOW: mark("Weak evidence"),
    Strength.VERY_LOW: mark("Very weak evidence"),
}
STANDINGS = {
    Standing.OPEN: mark("Open"),
    Standing.CLOSED: mark("Closed"),
    Standing.REOPENED: mark("Open again"),
}
SAYS = {
    Says.SUPPORTS: mark("Speaks for it"),
    Says.CONTRADICTS: mark("Speaks against it"),
    Says.BOTH: mark("Some for it, some against it"),
    Says.SILENT: mark("Says nothing of it"),
}
COMPONENTS = {
    Component.LIMITATIONS: mark("How it was found out"),
    Component.COHERENCE: mark("Whether it fits together"),
    Component.ADEQUACY: mark("How many speak of it"),
    Component.RELEVANCE: mark("Whether it is of this time and service"),
}
CONCERNS = {Concern.MODERATE: mark("some concern"), Concern.SERIOUS: mark("serious concern")}
STATES = {
    State.PROPOSED: mark("Proposed"),
    State.AGREED: mark("Agreed"),
    State.IN_PROGRESS: mark("In progress"),
    State.IMPLEMENTED: mark("Done, to be seen by somebody else"),
    State.VERIFIED: mark("Seen to be done"),
    State.EMBEDDED: mark("Part of daily work"),
    State.CLOSED: mark("Closed"),
    State.REJECTED: mark("Will not be done"),
}
RELIANCES = {
    Reliance.STRONGER: mark("A stronger action: it changes how the work is set up."),
    Reliance.INTERMEDIATE: mark("An action of middling strength: it helps people to do it."),
    Reliance.WEAKER: mark("A weaker action: it asks people to be careful."),
}
OUTCOMES = {
    Outcome.OPEN: mark("Not answered yet"),
    Outcome.EXPLAINED: mark("Explained"),
    Outcome.CHANGED: mark("The plan was changed"),
    Outcome.LOOKED_INTO: mark("Looked into"),
}
KINDS = {
    PROGRESS: mark("News"),
    VERIFICATION: mark("Looked at by somebody else"),
    EXCEPTION: mark("Exception"),
    REVIEW: mark("Review"),
    LEARNING: mark("Learning that was shared"),
    NOTIFICATION: mark("Somebody outside was told"),
}
_LEVELS = {Priority.HIGH: "high", Priority.MEDIUM: "medium", Priority.LOW: "low", None: "none"}
_WHY = ("Why", "What makes it work")  # causes have a list of their own
_OVER = (State.CLOSED, State.REJECTED)


class _Shown(Struct, frozen=True):
    """Something to read. It has no repr."""

    def __repr__(self) -> str:
        return type(self).__name__


class Found(_Shown, frozen=True):
    """A finding in the list."""

    id: str
    address: str
    name: str
    title: str
    priority: str
    level: str
    strength: str
    kinds: str
    standing: str


class Source(_Shown, frozen=True):
    """A piece of evidence: what it is called, its words where somebody said them by name, and where it is."""

    label: str
    words: str
    links: tuple[Link, ...]


class Done(_Shown, frozen=True):
    """An action in a list. `alert` tells that it is late."""

    address: str
    name: str
    title: str
    owner: str
    due: str
    alert: str
    state: str
    percent: int
    steps: tuple[str, ...]


class Said(_Shown, frozen=True):
    """Something that was said of a finding or action: who, when, in pairs of a heading and words, with files."""

    id: str
    kind: str
    when: str
    lines: tuple[tuple[str, str], ...]
    files: tuple[Link, ...] = ()


class Planning:
    """`/audits/{audit}/findings`, `…/plan`, `…/actions` and `…/accountability`, and what is below them."""

    def __init__(self, storage: Storage, clock: Clock, pages: Pages) -> None:
        self._storage = storage
        self._clock = clock
        self._pages = pages

    # Findings

    async def findings(self, request: Request) -> Response:
        """`GET …/findings`: every finding, the most pressing first; what is being written; a new one."""
        audit, _ = request.path_params["audit"], voice_of(request)
        found = await run_in_threadpool(planning.findings, self._storage, audit)
        ordered = sorted(found, key=lambda each: (_rank(each), each.finding.number))
        return await self._page(
            request,
            "findings.html",
            (FINDING,),
            findings=[_found(each, audit, _) for each in ordered],
            picture=_drawn(risks.matrix("How grave and how likely", [_risk(each.finding) for each in found]))
            if any(each.finding.impact for each in found)
            else None,
        )

    async def finding(self, request: Request) -> Response:
        """`GET …/findings/{finding}`: one, with what it rests on, how sure it is, and what is done about it."""
        audit, _ = request.path_params["audit"], voice_of(request)
        id_ = cases.id_of(request.path_params["finding"])
        found = await run_in_threadpool(planning.finding, self._storage, audit, id_, self._clock)
        made = found.weighed.finding
        return await self._page(
            request,
            "finding.html",
            (FINDING,),
            row=_found(found.weighed, audit, _),
            parts=[pair for pair in written.full(made) if pair[0] not in _WHY],
            causes=[
                (cause.text, written.LENSES[cause.lens] if cause.lens else "", cause.because)
                for cause in made.causes
            ],
            factors=[label("finding", "factors", each) for each in made.factors],
            themes=[theme_of(each).name.to(_.language) for each in made.themes],
            judged=made.judged_because,
            framework=tuple(_framework(made)),
            evidence=[
                (_("What speaks for it"), [_source(each, audit, _) for each in found.supporting]),
                (_("What speaks against it"), [_source(each, audit, _) for each in found.contradicting]),
            ],
            kinds=[(_(SOURCES[kind]), _(SAYS[says])) for kind, says in found.weighed.seen_by.says],
            agreement=written.AGREEMENTS[found.weighed.seen_by.agreement],
            strength=written.strength(made, found.weighed.computed),
            reasons=tuple(_reasons(found, _)),
            picture=_drawn(risks.matrix("How grave and how likely", [_risk(made)])) if made.impact else None,
            risk=_(
                "Impact {impact} of 5, likelihood {likelihood} of 5",
                impact=made.impact,
                likelihood=made.likelihood,
            ),
            is_concern=made.nature is Nature.CONCERN,
            actions=[_done(each, audit, found.people, _) for each in found.actions],
            entries=[_said(each, audit, found.people, _, gives_files=True) for each in found.entries],
            written_on=_.date(found.written_on) if found.written_on else "",
        )

    # The plan

    async def plan(self, request: Request) -> Response:
        """`GET …/plan`: how it stands, what is missing, and every action; `?state=`, `?owner=`, `?late=yes` choose."""
        audit, _ = request.path_params["audit"], voice_of(request)
        found = await run_in_threadpool(planning.plan, self._storage, audit, self._clock)
        wanted = {name: request.query_params.get(name, "") for name in ("state", "owner", "late")}
        chosen = [each for each in _pressing(found.actions) if _is_wanted(each, wanted)]
        live = [each for each in found.actions if each.action.is_live]
        return await self._page(
            request,
            "plan.html",
            OF_ACTIONS,
            lines=found.lines.splitlines(),
            gaps=tuple(_gaps(found, audit, _)),
            filters=tuple(_filters(found, audit, wanted, _)),
            actions=[_done(each, audit, found.people, _) for each in chosen],
            pictures=[
                _drawn(each, f"t{place}")
                for place, each in enumerate(
                    timeline.timeline("The plan over time", list(map(_task, live)), as_of=found.day)
                )
            ],
        )

    async def actions(self, request: Request) -> Response:
        """`GET …/actions`: what whoever comes is to do in this audit."""
        audit, _ = request.path_params["audit"], voice_of(request)
        account = gate.visitor(request).account
        owned = await run_in_threadpool(planning.owned, self._storage, account, self._clock)
        sponsored = await run_in_threadpool(planning.sponsored, self._storage, account, self._clock)
        mine, behind = ([each for there, each in of if there == audit] for of in (owned, sponsored))
        return await self._page(
            request,
            "actions.html",
            (PROGRESS,),
            actions=[_done(each, audit, {}, _) for each in _pressing(mine)],
            behind=[
                _done(each, audit, {}, _) for each in _pressing(behind) if each.action.state not in _OVER
            ],
        )

    async def action(self, request: Request) -> Response:
        """`GET …/actions/{action}`: one, what was said of it, and what whoever comes can do with it."""
        audit, _ = request.path_params["audit"], voice_of(request)
        account, id_ = gate.visitor(request).account, cases.id_of(request.path_params["action"])
        found = await run_in_threadpool(planning.action, self._storage, audit, id_, account, self._clock)
        asks = _asks(request)
        if not found.may_read:
            raise gate.OtherRoleError
        return await self._page(
            request,
            "action.html",
            OF_ACTIONS,
            id=found.status.action.id,
            row=_done(found.status, audit, found.people, _),
            facts=tuple(_facts(found, _)),
            findings=[
                (f"{each.name} · {each.title}", gate.plan_page(audit, FINDINGS, each.id) if asks else "")
                for each in found.findings
            ],
            milestones=[
                (step.what, _.date(step.due), _("reached") if step.done else _("not yet"))
                for step in found.status.action.milestones
            ],
            ways=[
                *((what, _(words)) for what, words in found.ways),
                *([(NEWS_WANTED, _("Ask for news"))] if found.may_want_news else []),
            ],
            entries=[
                _said(each, audit, found.people, _, gives_files=asks or each.account == account)
                for each in found.entries
            ],
        )

    async def accountability(self, request: Request) -> Response:
        """`GET …/accountability`: questions of the board; for leads and auditors, what was shared and who was told."""
        audit, _ = request.path_params["audit"], voice_of(request)
        asked = await run_in_threadpool(planning.challenges, self._storage, audit)
        told = await run_in_threadpool(planning.entries, self._storage, audit, (LEARNING, NOTIFICATION))
        return await self._page(
            request,
            "accountability.html",
            OF_ALL,
            challenges=[_challenge(each, _) for each in asked],
            learning=[_said(each, audit, {}, _) for each in told if each.kind == LEARNING and _asks(request)],
            notified=[
                _said(each, audit, {}, _) for each in told if each.kind == NOTIFICATION and _asks(request)
            ],
        )

    # What is begun

    async def begin(self, request: Request) -> Response:
        """`POST …/plan`: begin what a button wants, or go on with one just like it."""
        audit, fields = request.path_params["audit"], await gate.posted(request)
        what, subject = guard.first(fields, "what"), cases.id_of(guard.first(fields, "subject"))
        account = gate.visitor(request).account
        try:
            if what == NEWS_WANTED:
                return await self._want_news(request, subject, account)
            begun = planning.begin
            case = await run_in_threadpool(begun, self._storage, audit, what, account, self._clock, subject)
        except NotTakenError as refused:
            return self._refused(request, str(refused), subject)
        return RedirectResponse(f"{cases.address(audit, case.id)}#question", 303)

    async def _want_news(self, request: Request, subject: bytes, account: bytes) -> Response:
        """Have the owner of an action asked how it goes."""
        _, audit = voice_of(request), request.path_params["audit"]
        came, _notices = await run_in_threadpool(
            planning.want_news, self._storage, audit, subject, account, self._clock
        )
        found = await run_in_threadpool(planning.action, self._storage, audit, subject, account, self._clock)
        action = found.status.action
        name = found.people.get(action.owner, _("its owner"))
        return self._pages.message(
            request,
            _("Ask for news"),
            _(planned.NEWS[came], name=name, action=f"{action.name} · {action.title}"),
            *(
                [_("At night and on days off I wait until the next working morning.")]
                if came is Wanted.ASKED
                else []
            ),
            links=(Link(_("Back to the action"), gate.plan_page(audit, ACTIONS, subject.hex())),),
            audit=audit,
        )

    def _refused(self, request: Request, sentence: str, subject: bytes) -> Response:
        """Why it cannot be done now, and the way back."""
        _, audit = voice_of(request), request.path_params["audit"]
        return self._pages.message(
            request,
            _("This cannot be done now"),
            sentence,
            _("Nothing was changed."),
            links=(Link(_("Back to the action"), gate.plan_page(audit, ACTIONS, subject.hex())),),
            status=409,
            audit=audit,
        )

    # Every page

    async def _page(
        self, request: Request, template: str, recorded: Collection[str], status: int = 200, **values: Any
    ) -> Response:
        """A page with what is under way of these kinds, and buttons for what can begin."""
        cookie, stamped = gate.stamped(request)
        audit, account = request.path_params["audit"], gate.visitor(request).account
        begun = await run_in_threadpool(planning.under_way, self._storage, audit, account, recorded)
        response = self._pages.page(
            request,
            template,
            status=status,
            audit=audit,
            found=await run_in_threadpool(auditing.audit, self._storage, audit),
            asks=_asks(request),
            owns=not MAY_OWN.isdisjoint(gate.roles(request, audit)),
            may=await run_in_threadpool(planning.may_begin, self._storage, audit, account),
            under_way=[_going_on(each) for each in begun],
            to={each: gate.plan_page(audit, each) for each in (FINDINGS, PLAN, ACTIONS, ACCOUNTABILITY)},
            reports=gate.reports_page(audit),
            back=gate.audit_page(audit) if _asks(request) else gate.HOME,
            stamp=stamped,
            **values,
        )
        gate.give(request, response, cookie)
        return response


def _asks(request: Request) -> bool:
    """Whether they see the whole of it: leads and auditors."""
    return not MAY_ASK.isdisjoint(gate.roles(request, request.path_params["audit"]))


def _going_on(each: Listed) -> tuple[str, str]:
    return cases.called(each), cases.address(each.audit, each.id) + "#question"


# Findings in words


def _rank(each: Weighed) -> int:
    """Pressing first, good practice last, and what is closed after all of them."""
    closed = each.finding.standing is Standing.CLOSED
    return list(PRIORITIES).index(each.priority) + len(PRIORITIES) * closed


def _found(each: Weighed, audit: str, _: Voice) -> Found:
    made = each.finding
    heard = [_(SOURCES[kind]) for kind, says in each.seen_by.says if says is not Says.SILENT]
    return Found(
        id=made.id,
        address=gate.plan_page(audit, FINDINGS, made.id),
        name=made.name,
        title=made.title,
        priority=_(PRIORITIES[each.priority]),
        level=_LEVELS[each.priority],
        strength=_(STRENGTHS[each.strength]),
        kinds=", ".join(heard),
        standing=_(STANDINGS[made.standing]),
    )


def _framework(made: Finding) -> Iterator[str]:
    """Where what should be is written down."""
    known = frameworks.all_of_them()
    for each in made.framework:
        code, _, item = each.partition(":")
        framework = known.get(code)
        name = next((one.name for one in framework.items if one.code == item), item) if framework else item
        yield f"{framework.name if framework else code}: {name}"


def _source(each: Behind, audit: str, _: Voice) -> Source:
    return Source(each.label or _("Not there any more"), each.words, tuple(_links(each, audit, _)))


def _links(each: Behind, audit: str, _: Voice) -> Iterator[Link]:
    """Where what is behind a finding can be read: by name in its transcript, of anonymous people as published."""
    what, _dot, rest = each.reference.partition(".")
    if each.case:
        place = f"#{cases.place_in(each.question, each.instance)}" if each.question else ""
        yield Link(
            _("Read it where it was said"),
            f"{cases.address(audit, bytes.fromhex(each.case), 'transcript')}{place}",
        )
    elif not each.label:
        return
    elif what == "measure":
        yield Link(_("See the chart"), f"{gate.audit_page(audit, 'measures')}#{rest}")
    elif what in ("theme", "item"):
        form, _dot, code = rest.partition(".")
        yield Link(
            _("Read the published report"), f"{gate.audit_page(audit, 'report')}?{urlencode({'form': form})}"
        )
        if what == "theme":
            yield Link(_("See the theme"), f"{gate.audit_page(audit, 'themes')}#{code}")


def _reasons(found: Examined, _: Voice) -> Iterator[tuple[str, str, str]]:
    """What takes from the strength: which part, how much, why."""
    for each in found.weighed.computed.reasons:
        yield (
            _(COMPONENTS[each.component]),
            _(CONCERNS.get(each.concern, CONCERNS[Concern.MODERATE])),
            each.told,
        )


def _risk(made: Finding) -> Risk:
    return Risk(made.name, made.impact, made.likelihood)


class Picture(_Shown, frozen=True):
    """A figure as a page shows it: a drawing for wide and one for narrow screens, in words, and as a table."""

    wide: str
    narrow: str
    title: str
    description: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def _drawn(each: Figure, name: str = "p") -> Picture:
    return Picture(
        svg(each, id=f"{name}w"),
        svg(each, id=f"{name}n", narrow=True),
        each.title,
        each.description,
        each.head,
        each.rows,
    )


# The plan in words


def _pressing(found: Collection[Status]) -> list[Status]:
    """The late first, then what is due soonest, then what waits for others, then what is over."""
    far = date.max.toordinal()
    return sorted(
        found,
        key=lambda each: (
            each.action.state in _OVER,
            -each.late,
            far if each.left is None else each.left,
            each.action.number,
        ),
    )


def _is_wanted(each: Status, wanted: dict[str, str]) -> bool:
    return (
        wanted["state"] in ("", each.action.state)
        and wanted["owner"] in ("", each.action.owner)
        and (wanted["late"] != "yes" or bool(each.late))
    )


def _filters(found: Plan, audit: str, wanted: dict[str, str], _: Voice) -> Iterator[tuple[str, str, bool]]:
    """Links that choose actions: words, address, whether it is chosen now."""
    here = gate.plan_page(audit, PLAN)
    states = [state for state in State if any(each.action.state is state for each in found.actions)]
    owners = sorted({each.action.owner for each in found.actions if each.action.owner})
    named = [(name, {"owner": owner}) for owner in owners if (name := found.people.get(owner))]
    choices: list[tuple[str, dict[str, str]]] = [(_("All"), {}), (_("Late"), {"late": "yes"})]
    choices += [(_(STATES[state]), {"state": state.value}) for state in states]
    chosen = {name: value for name, value in wanted.items() if value}
    for words, query in choices + named:
        yield words, here + (f"?{urlencode(query)}" if query else "") + "#actions", query == chosen


def _gaps(found: Plan, audit: str, _: Voice) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    """What is missing in the plan: a heading, and findings or actions with their pages."""
    gaps = found.gaps

    def named(these: Collection[Finding] | Collection[Action], room: str) -> tuple[tuple[str, str], ...]:
        return tuple((f"{each.name} · {each.title}", gate.plan_page(audit, room, each.id)) for each in these)

    passed = tuple(
        (f"{each.name} · {step.what}, {_.date(step.due)}", gate.plan_page(audit, ACTIONS, each.id))
        for each, step in gaps.passed
    )
    for heading, these in (
        (_("Findings without an action"), named(gaps.unanswered, FINDINGS)),
        (_("High priority, and only weaker actions"), named(gaps.weak, FINDINGS)),
        (_("Actions without an owner"), named(gaps.unowned, ACTIONS)),
        (_("Late actions"), named(gaps.late, ACTIONS)),
        (_("Steps whose day has gone by"), passed),
    ):
        if these:
            yield heading, these


def _done(each: Status, audit: str, people: dict[str, str], _: Voice) -> Done:
    action = each.action
    return Done(
        address=gate.plan_page(audit, ACTIONS, action.id),
        name=action.name,
        title=action.title,
        owner=people.get(action.owner, "") if action.owner else _("No owner yet"),
        due=_.date(action.due) if action.due else _("No due day yet"),
        alert=_.several("{number} day late", "{number} days late", each.late) if each.late else "",
        state=_(STATES[action.state]),
        percent=action.percent if action.state is State.IN_PROGRESS else 0,
        steps=tuple(
            _("{what}, by {day}", what=step.what, day=_.date(step.due))
            for step in (*each.passed, *([each.coming] if each.coming else []))
        ),
    )


def _facts(found: Followed, _: Voice) -> Iterator[tuple[str, str]]:
    """The fields of an action, those that it has."""
    action, people = found.status.action, found.people
    measure = action.measure
    told = (
        (_("What will be done"), action.description),
        (_("How far it can be relied on"), _(RELIANCES[action.strength])),
        (_("Owner"), people.get(action.owner, "") if action.owner else _("No owner yet")),
        (_("Sponsor"), people.get(action.sponsor, "")),
        (_("Begins"), _.date(action.start) if action.start else ""),
        (_("Looked at again"), _.date(action.review) if action.review else ""),
        (_("What shows that it was done"), action.evidence_required),
        (_("What shows that it works"), measure.indicator if measure else ""),
        (_("At the beginning"), measure.baseline if measure else ""),
        (_("Target"), measure.target if measure else ""),
        (_("Done on"), _.date(action.implemented_on) if action.implemented_on else ""),
        (_("Reported by"), people.get(action.reported_by, "")),
        (_("Seen by"), people.get(action.verified_by, "")),
        (_("Seen on"), _.date(action.verified_on) if action.verified_on else ""),
        (_("Exception"), action.exception.reason if action.exception else ""),
        (_("It holds until"), _.date(action.exception.until) if action.exception else ""),
        (_("Because"), action.because),
    )
    return ((name, words) for name, words in told if words)


def _task(each: Status) -> Task:
    action = each.action
    steps = tuple(Mark(step.due, step.done) for step in action.milestones)
    state = action.state.words
    return Task(f"{action.name} {action.title}", state, action.start, action.due, bool(each.late), steps)


# What was said


def _said(entry: Entry, audit: str, people: dict[str, str], _: Voice, *, gives_files: bool = False) -> Said:
    who = people.get(entry.account.hex(), "")
    told = _lines(entry, _)
    return Said(
        id=entry.id.hex(),
        kind=_(KINDS.get(entry.kind, entry.kind)),
        when=" · ".join(filter(None, (_.date(entry.day), who))),
        lines=tuple((name, words) for name, words in told if words),
        files=tuple(_files(entry, audit, _)) if gives_files else (),
    )


def _files(entry: Entry, audit: str, _: Voice) -> Iterator[Link]:
    """What was sent in with it, to download."""
    names = (str(entry.said.get(name, "")) for name in ("photo", "document"))
    digests = [digest for name in names if name and (digest := digest_in(name)) is not None]
    for place, digest in enumerate(digests, 1):
        label = _("Evidence {number}", number=place)
        yield Link(label, cases.address(audit, entry.id, "files", digest.hex()))


_TELLINGS = {
    "agree": mark("The owner was asked whether they can do it."),
    "progress": mark("It goes on."),
    "done": mark("The owner says that it is done."),
    "help": mark("The owner needs help."),
    "later": mark("The owner wants to be reminded later."),
}
_DECISIONS = {
    "go_on": mark("It goes on."),
    "change": mark("It is changed."),
    "embedded": mark("It has become part of daily work."),
    "close": mark("It is closed."),
    "reopen": mark("It is open again."),
    "reject": mark("It will not be done."),
}


def _lines(entry: Entry, _: Voice) -> tuple[tuple[str, str], ...]:
    """What was said, in pairs of a heading and words; those without words are left out."""
    match entry.kind:
        case _kind if _kind == PROGRESS:
            return _progress(Progress.from_response(entry.said), _)
        case _kind if _kind == VERIFICATION:
            return _verification(Verification.from_response(entry.said), _)
        case _kind if _kind == EXCEPTION:
            made = Exemption.from_response(entry.said)
            return (
                (_("Why weaker actions alone are right"), made.reason),
                (_("Decided by"), made.allowed_by),
                (_("It holds until"), _.date(made.until) if made.until > date.min else ""),
            )
        case _kind if _kind == REVIEW and "reaudit" in entry.said:
            return changes.settled(entry.said, _)
        case _kind if _kind == REVIEW:
            return _review(Review.from_response(entry.said), _)
        case _kind if _kind == LEARNING:
            return _learning(LearningShare.from_response(entry.said), _)
        case _:
            return _notified(Notification.from_response(entry.said), _)


def _progress(told: Progress, _: Voice) -> tuple[tuple[str, str], ...]:
    asked = told.telling.value == "agree"
    yes, no = _("Yes"), _("No")
    return (
        (_("What was told"), _(_TELLINGS[told.telling.value])),
        (_("Has the time"), (yes if told.has_time else no) if asked else ""),
        (_("May decide it"), (yes if told.has_authority else no) if asked else ""),
        (_("How far it is"), f"{told.percent} %" if told.percent is not None else ""),
        (_("What is new"), told.news),
        (_("What is in the way"), told.in_the_way),
    )


def _verification(told: Verification, _: Voice) -> tuple[tuple[str, str], ...]:
    return (
        (_("What was seen"), _("It is done as meant.") if told.met else _("Something is missing.")),
        (_("Looked at"), told.looked_at),
        (_("Where"), told.where),
        (_("What is missing"), told.missing),
    )


def _review(told: Review, _: Voice) -> tuple[tuple[str, str], ...]:
    return (
        (_("What the measure shows"), told.shows),
        (_("What follows"), _(_DECISIONS[told.decision.value])),
        (_("Because"), told.reason),
        (_("Looked at again"), _.date(told.next_review) if told.next_review else ""),
    )


def _learning(told: LearningShare, _: Voice) -> tuple[tuple[str, str], ...]:
    return (
        (_("What was learned"), told.what),
        (_("How it was shared"), label("learning-share", "channels", told.channel)),
        (_("With whom"), ", ".join(label("learning-share", "audiences", each) for each in told.audience)),
        (_("On"), _.date(told.day) if told.day else ""),
        (_("How many it reached"), str(told.reach) if told.reach else _("Not known")),
        (_("Other services that were looked at"), told.services_checked),
        (_("What was found there"), told.found_there),
    )


def _notified(told: Notification, _: Voice) -> tuple[tuple[str, str], ...]:
    at = f"{told.told_at:%H:%M}" if told.told_at else ""
    day = _.date(told.told_on) if told.told_on else ""
    return (
        (_("Who was told"), label("notification", "who", told.who)),
        (_("What they were told"), told.what),
        (_("How"), label("notification", "how", told.how)),
        (_("When"), " ".join(filter(None, (day, at)))),
        (_("First known on"), _.date(told.known_on) if told.known_on else ""),
        (_("How long after"), _after(told.days_after, _)),
        (_("Reference"), told.reference),
    )


def _after(days: int | None, _: Voice) -> str:
    """How long after it was known somebody was told."""
    if days is None:
        return _("Not known: a day is missing")
    return _.several("{number} day after", "{number} days after", days) if days else _("On the same day")


def _challenge(each: Asked, _: Voice) -> Said:
    told = each.challenge
    lines = (
        (_("Question"), told.question),
        (_("Answer"), told.response),
        (_("What came of it"), " ".join(filter(None, (_(OUTCOMES[told.outcome]) + ".", told.came_of_it)))),
    )
    when = " · ".join(filter(None, (_.date(each.day), told.by)))
    return Said(each.id.hex(), _(OUTCOMES[told.outcome]), when, tuple(pair for pair in lines if pair[1]))
