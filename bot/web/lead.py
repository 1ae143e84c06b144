"""What people with a role read: how an audit goes, what staff want them to know now, and the themes.

Each sees what their role is for: a lead the progress, the report, and the concerns that are for the lead; a deputy
the report and the concerns that go past the lead; an auditor the progress and the report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from urllib.parse import quote

from msgspec import Struct
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot import figures, wording
from bot.cases import MAY_ASK
from bot.clock import Clock
from bot.services import auditing, noticing, planning
from bot.services.noticing import Parked
from bot.web import gate, guard
from bot.web.cases import ACCOUNTABILITY, ACTIONS, FINDINGS, PLAN
from bot.web.gate import audit_page
from bot.web.pages import REPORT_STYLES, Link, Pages, reading, risk_link, static, voice_of
from bot.wording import Voice
from dialogues import catalogues
from dialogues.form import Form, Question
from dialogues.wordless import Wordless
from reports import rendering
from reports.assembly import Report
from reports.rendering import Links
from storage.casework import RESPONSE, Audit, Concern, Entry, Status
from storage.errors import AuditOpenError
from storage.notices import OF_ACTIONS
from storage.slips import AUDITOR, BOARD, DEPUTY, LEAD, OWNER
from storage.unit_of_work import Storage

SEE_CONCERNS, SEE_PROGRESS = frozenset({LEAD, DEPUTY}), frozenset({LEAD, AUDITOR})


class Summary(Struct, frozen=True):
    """An audit as somebody sees it in a list. `heard` is empty for who does not follow its progress.

    `late`: how many of its actions are, for who asks and plans.
    """

    audit: Audit
    address: str
    state: str
    entry: str
    heard: str
    unread: int
    ways: tuple[tuple[str, str], ...] = ()
    late: int = 0


class Told(Wordless, frozen=True):
    """A concern as people read it: questions with answers. It has no repr."""

    id: str
    read: bool
    lines: tuple[tuple[str, str], ...]
    answerable: bool


class Lead:
    """The pages under `/lead`."""

    def __init__(self, storage: Storage, clock: Clock, pages: Pages) -> None:
        self._storage = storage
        self._clock = clock
        self._pages = pages

    async def overview(self, request: Request) -> Response:
        """`/lead`: every audit in which they have a role."""
        cookie, stamped = gate.stamped(request)
        response = self._pages.page(
            request,
            "lead.html",
            summaries=await run_in_threadpool(self._summaries, request),
            visitor=gate.visitor(request),
            stamp=stamped,
            unreviewed=_named(
                (code for code in wording.languages() if not wording.voice(code).reviewed), voice_of(request)
            ),
        )
        gate.give(request, response, cookie)
        return response

    async def audit(self, request: Request) -> Response:
        """`/lead/audits/{audit}`: how it goes, concerns, and the themes once it is closed."""
        cookie, stamped = gate.stamped(request)
        name, language = request.path_params["audit"], reading(request)
        held = gate.roles(request, name)
        found = await run_in_threadpool(self._summary, name, held, voice_of(request))
        told = await run_in_threadpool(self._told, name, held, language)
        parked = await run_in_threadpool(noticing.parked, self._storage, name, held)
        published = await run_in_threadpool(self._reports, name)
        asked = await run_in_threadpool(auditing.forms, self._storage, name)
        response = self._pages.page(
            request,
            "audit.html",
            audit=name,
            summary=found,
            told=told,
            undelivered=_undelivered(_for(held, parked), voice_of(request)),
            sees_concerns=bool(held & SEE_CONCERNS),
            leads=LEAD in held,
            codes=bool(held & SEE_PROGRESS),
            themes=[message for each in published for message in rendering.chat(each, language=language)],
            open=found.audit.status is Status.OPEN or not published,
            unreviewed=_named((code for form in asked for code in form.unreviewed), voice_of(request)),
            stamp=stamped,
        )
        gate.give(request, response, cookie)
        return response

    async def confirm(self, request: Request) -> Response:
        """`GET /lead/audits/{audit}/close`: closing is final, so it is asked back."""
        cookie, stamped = gate.stamped(request)
        name = request.path_params["audit"]
        if not await run_in_threadpool(auditing.has_passphrase, self._storage, name):
            return RedirectResponse(audit_page(name, "passphrase"), 303)
        found = await run_in_threadpool(self._summary, name, gate.roles(request, name), voice_of(request))
        response = self._pages.page(request, "close.html", audit=name, summary=found, stamp=stamped)
        gate.give(request, response, cookie)
        return response

    async def close(self, request: Request) -> Response:
        """`POST /lead/audits/{audit}/close`: close it and publish the report."""
        name = request.path_params["audit"]
        await gate.posted(request)
        if not await run_in_threadpool(auditing.has_passphrase, self._storage, name):
            return RedirectResponse(audit_page(name, "passphrase"), 303)
        await run_in_threadpool(auditing.close_audit, self._storage, name, self._clock, LEAD)
        return RedirectResponse(audit_page(name), 303)

    async def read(self, request: Request) -> Response:
        """`POST /lead/audits/{audit}/concerns`: whoever a concern of this audit is for has read it."""
        name = request.path_params["audit"]
        fields = await gate.posted(request)
        wanted = guard.first(fields, "concern")
        held = gate.roles(request, name)
        known = await run_in_threadpool(auditing.concerns, self._storage, name, held)
        for concern in known:
            if concern.id.hex() == wanted:
                await run_in_threadpool(
                    auditing.mark_read, self._storage, concern.id, self._clock, concern.route
                )
        return RedirectResponse(f"{audit_page(name)}#concerns", 303)

    async def report(self, request: Request) -> Response:
        """`/lead/audits/{audit}/report`: what was published; `?language=` and `?form=` choose."""
        name = request.path_params["audit"]
        form, published = await self._published(request)
        if published is None:
            return self._not_yet(request, name)
        here = f"{audit_page(name, 'report')}?form={quote(form)}&language="
        links = Links(
            stylesheet=static(REPORT_STYLES),
            back=audit_page(name),
            languages={spoken.code: here + spoken.code for spoken in published.languages},
            risk=risk_link(name),
        )
        return HTMLResponse(rendering.html(published, language=_language(request), links=links))

    async def download(self, request: Request) -> Response:
        """`/lead/audits/{audit}/report/download`: the same as a file, complete in itself."""
        name = request.path_params["audit"]
        form, published = await self._published(request)
        if published is None:
            return self._not_yet(request, name)
        headers = {
            "content-disposition": f"attachment; filename*=UTF-8''{quote(f'{name}-{form}', safe='')}.html"
        }
        return HTMLResponse(rendering.html(published, language=_language(request)), headers=headers)

    async def _published(self, request: Request) -> tuple[str, Report | None]:
        """The form that is wanted, and its report, or None while there is none. Raises HTTPException 404."""
        name = request.path_params["audit"]
        offered = await run_in_threadpool(auditing.forms, self._storage, name)
        asked = {form.id: form for form in offered if form.records == RESPONSE}
        form = asked.get(request.query_params.get("form") or next(iter(asked), ""))
        if form is None:
            raise HTTPException(404)
        try:
            return form.id, await run_in_threadpool(auditing.report, self._storage, name, form.id)
        except AuditOpenError:
            return form.id, None

    def _not_yet(self, request: Request, name: str) -> Response:
        _ = voice_of(request)
        return self._pages.message(
            request,
            _("There is no report yet"),
            _("Nothing is shown while the audit is open, so that nobody can be picked out."),
            _("Its report is published when it is closed."),
            links=(Link(_("Back to the audit"), audit_page(name), "secondary"),),
            status=409,
            audit=name,
        )

    def _summaries(self, request: Request) -> tuple[Summary, ...]:
        found = [(audit, gate.roles(request, audit.id)) for audit in auditing.audits(self._storage)]
        return tuple(self._of(audit, held, voice_of(request)) for audit, held in found if held)

    def _summary(self, name: str, held: Collection[str], voice: Voice) -> Summary:
        return self._of(auditing.audit(self._storage, name), held, voice)

    def _of(self, audit: Audit, held: Collection[str], voice: Voice) -> Summary:
        told = auditing.concerns(self._storage, audit.id, held)
        follows = not SEE_PROGRESS.isdisjoint(held)
        return Summary(
            audit=audit,
            address=audit_page(audit.id) if gate.MAIN.intersection(held) else gate.reports_page(audit.id),
            state=_state(audit, voice),
            entry=_entry(audit, voice),
            heard=figures.heard(auditing.progress(self._storage, audit.id, self._clock), voice)
            if follows
            else "",
            unread=sum(not concern.read for concern in told),
            ways=tuple(_ways(audit.id, held, voice)),
            late=0 if MAY_ASK.isdisjoint(held) else self._late(audit.id),
        )

    def _late(self, name: str) -> int:
        return len(planning.plan(self._storage, name, self._clock).gaps.late)

    def _told(self, name: str, held: Collection[str], language: str) -> tuple[Told, ...]:
        offered = {form.digest: form for form in auditing.forms(self._storage, name)}
        told = auditing.concerns(self._storage, name, held)
        shown = [
            Told(
                each.id.hex(),
                each.read,
                _lines(each, offered.get(each.form), language),
                bool(each.locator),
            )
            for each in told
        ]
        return tuple(sorted(shown, key=lambda each: each.read))

    def _reports(self, name: str) -> tuple[Report, ...]:
        """What was published of the audit, a report for each form; none while it is open."""
        asked = [form.id for form in auditing.forms(self._storage, name) if form.records == RESPONSE]
        try:
            return tuple(auditing.report(self._storage, name, form) for form in asked)
        except AuditOpenError:
            return ()


def _ways(audit: str, held: Collection[str], _: Voice) -> Iterator[tuple[str, str]]:
    """Other pages of the audit that are for these roles."""
    if not MAY_ASK.isdisjoint(held):
        yield _("Findings"), gate.plan_page(audit, FINDINGS)
        yield _("Plan"), gate.plan_page(audit, PLAN)
    if OWNER in held:
        yield _("Your actions"), gate.plan_page(audit, ACTIONS)
    if BOARD in held:
        yield _("Questions of the board"), gate.plan_page(audit, ACCOUNTABILITY)


def _language(request: Request) -> str:
    return request.query_params.get("language") or reading(request)


def _for(held: Collection[str], parked: tuple[Parked, ...]) -> tuple[Parked, ...]:
    """What could not be delivered to people with these roles: a lead must not learn of what goes past them."""
    return tuple(each for each in parked if each.kind in OF_ACTIONS or (each.role or LEAD) in held)


def _named(codes: Iterable[str], voice: Voice) -> str:
    """Languages by their names, each once."""
    return ", ".join(dict.fromkeys(catalogues.name_of(code, voice.language) for code in codes))


def _state(audit: Audit, _: Voice) -> str:
    if audit.closed_on is not None:
        return _("Closed on {day}", day=_.date(audit.closed_on))
    return _("Open since {day}", day=_.date(audit.opened_on))


def _entry(audit: Audit, _: Voice) -> str:
    if audit.entry is Entry.OPEN:
        return _(
            "Anyone who has the link. This is weaker than slips: nothing keeps people from answering twice."
        )
    return _("Whoever has a slip, once.")


def _undelivered(parked: tuple[Parked, ...], _: Voice) -> tuple[str, ...]:
    """What could not be delivered, a sentence for each channel."""
    reminders = sum(each.kind in OF_ACTIONS for each in parked)
    counted = Counter(each.channel for each in parked if each.kind not in OF_ACTIONS)
    names = sorted({each.name for each in parked if each.name})
    telegram = counted.pop("telegram", 0)
    elsewhere = counted.total()
    said = (
        _.several(
            "{number} message could not be delivered to the safeguarding lead on Telegram.",
            "{number} messages could not be delivered to the safeguarding lead on Telegram.",
            telegram,
        ),
        _.several(
            "{number} message could not be delivered to the safeguarding lead.",
            "{number} messages could not be delivered to the safeguarding lead.",
            elsewhere,
        ),
        _.several(
            "{number} reminder of an action could not be delivered.",
            "{number} reminders of actions could not be delivered.",
            reminders,
        ),
        _("Reminders do not reach {names}. Please speak to them.", names=", ".join(names)),
    )
    counts = (telegram, elsewhere, reminders, len(names))
    return tuple(sentence for sentence, count in zip(said, counts, strict=True) if count)


def _lines(concern: Concern, form: Form | None, language: str) -> tuple[tuple[str, str], ...]:
    """A concern as pairs of question and answer, in the order of its form."""
    if form is None:
        return tuple((name, str(value)) for name, value in concern.response.items() if value)
    asked = [question for question in form.questions.values() if concern.response.get(question.name)]
    return tuple(
        (question.label.to(language), _spoken(form, question, concern.response[question.name], language))
        for question in asked
    )


def _spoken(form: Form, question: Question, value: object, language: str) -> str:
    names = value if isinstance(value, list) else [value]
    choices = [form.choice(question, str(name)) for name in names]
    return ", ".join(
        choice.label.to(language) if choice else str(name)
        for name, choice in zip(names, choices, strict=True)
    )
