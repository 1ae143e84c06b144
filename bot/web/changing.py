"""The page of a re-audit on what has changed, for leads and auditors of both audits; a lead settles what follows."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot import changes, revisiting
from bot.changes import NOT_YET
from bot.clock import Clock
from bot.errors import RoleMissingError
from bot.services import auditing, measuring, reauditing
from bot.web import gate
from bot.web.pages import Link, Pages, reading, voice_of
from bot.wording import Voice
from dialogues.wordless import Wordless
from reports import plotting
from reports.codebook import Codebook
from reports.embedding import Lasting, MeasureChange, Outcome, Proposed, ThemeChange, Way
from reports.rendering import clipped
from storage.casework import Audit
from storage.errors import AuditOpenError
from storage.slips import AUDITOR, LEAD
from storage.unit_of_work import Storage

_LEVELS = {Way.IMPROVED: "low", Way.DETERIORATED: "high", Way.MIXED: "medium"}


class Row(Wordless, frozen=True):
    """A theme or number: what it is called, where it went, how that is drawn, and what is behind it."""

    name: str
    way: str
    level: str
    lines: tuple[tuple[str, str, str], ...] = ()
    counts: str = ""


class Stands(Wordless, frozen=True):
    """A finding or an action: its id, its number with its title, what is proposed, and whether that is new."""

    id: str
    name: str
    said: str
    is_new: bool


class Changing:
    """`/lead/audits/{audit}/change`."""

    def __init__(self, storage: Storage, clock: Clock, pages: Pages) -> None:
        self._storage = storage
        self._clock = clock
        self._pages = pages

    async def show(self, request: Request) -> Response:
        """`GET …/change`: what a re-audit shows of its baseline, and what follows from it."""
        audit, _ = request.path_params["audit"], voice_of(request)
        found = await run_in_threadpool(auditing.audit, self._storage, audit)
        if not found.baseline:
            return self._message(request, _("This audit looks at no other one again."))
        self._see_that_they_may(request, found, LEAD, AUDITOR)
        try:
            outcome = await run_in_threadpool(reauditing.outcome, self._storage, audit)
        except AuditOpenError:
            return self._message(request, _(NOT_YET))
        return await self._page(request, found, outcome)

    async def settle(self, request: Request) -> Response:
        """`POST …/change`: do what a lead of both audits confirms."""
        fields = await gate.posted(request)
        audit = request.path_params["audit"]
        found = await run_in_threadpool(auditing.audit, self._storage, audit)
        self._see_that_they_may(request, found, LEAD)
        by = measuring.hand(gate.visitor(request).account, LEAD, self._clock, reading(request))
        await run_in_threadpool(reauditing.settle, self._storage, audit, fields.get("confirmed", []), by)
        return RedirectResponse(gate.audit_page(audit, "change") + "#findings", 303)

    def _see_that_they_may(self, request: Request, audit: Audit, *roles: str) -> None:
        """Whether they have a part in the baseline too, whose figures and findings these are."""
        if not gate.roles(request, audit.baseline) & set(roles):
            raise RoleMissingError

    async def _page(self, request: Request, audit: Audit, outcome: Outcome) -> Response:
        cookie, stamped = gate.stamped(request)
        _ = voice_of(request)
        book = await run_in_threadpool(self._book)
        response = self._pages.page(
            request,
            "change.html",
            found=audit,
            baseline=await run_in_threadpool(auditing.audit, self._storage, audit.baseline),
            verdict=changes.verdict(outcome, _),
            level=_LEVELS.get(outcome.way, "none"),
            way=changes.word(outcome.way, _),
            cautions=list(changes.cautions(outcome, _)),
            themes=[_theme(each, book, _) for each in outcome.themes],
            measures=[_measure(each, _) for each in outcome.measures],
            findings=[_finding(each, _) for each in outcome.findings],
            actions=[_action(each, _) for each in outcome.actions],
            only=_only(outcome, _),
            how=changes.how(_),
            settles=LEAD in gate.roles(request, audit.id) & gate.roles(request, audit.baseline),
            address=gate.audit_page(audit.id),
            before=gate.audit_page(audit.baseline),
            stamp=stamped,
        )
        gate.give(request, response, cookie)
        return response

    def _book(self) -> Codebook:
        with self._storage.reading() as work:
            return work.codebooks.present()

    def _message(self, request: Request, said: str) -> Response:
        _, audit = voice_of(request), request.path_params["audit"]
        back = (Link(_("Back to the audit"), gate.audit_page(audit), "secondary"),)
        return self._pages.message(request, _("What has changed"), said, links=back, status=409, audit=audit)


def _theme(each: ThemeChange, book: Codebook, _: Voice) -> Row:
    lines = tuple(
        (clipped(one.label.to(_.language)), changes.word(one.way, _), changes.question(one, _))
        for one in each.questions
    )
    counts = ((changes.word(way, _), each.count(way)) for way in Way)
    said = ", ".join(f"{word} {number}" for word, number in counts if number)
    return Row(
        changes.theme(each.theme, book, _),
        changes.word(each.way, _),
        _LEVELS.get(each.way, "none"),
        lines,
        said,
    )


def _measure(each: MeasureChange, _: Voice) -> Row:
    signal = plotting.said(each.signal) if each.signal else ""
    return Row(
        clipped(each.indicator), changes.word(each.way, _), _LEVELS.get(each.way, "none"), counts=signal
    )


def _finding(each: Proposed, _: Voice) -> Stands:
    name = f"{each.finding.name} · {clipped(each.finding.title)}"
    return Stands(each.finding.id, name, changes.standing(each, _), each.is_new)


def _action(each: Lasting, _: Voice) -> Stands:
    name = f"{each.action.name} · {clipped(each.action.title)}"
    return Stands(each.action.id, name, changes.lasting(each, _), revisiting.is_new(each))


def _only(outcome: Outcome, _: Voice) -> list[tuple[str, list[str]]]:
    """Questions that only one audit asked."""
    found = (
        (_("Asked only then, so not compared"), outcome.only_before),
        (_("Asked only now, so not compared"), outcome.only_after),
    )
    return [(title, [clipped(each.to(_.language)) for each in labels]) for title, labels in found if labels]
