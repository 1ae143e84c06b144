"""Findings on pages: the most pressing first, and each with what it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from bot.listing import label
from bot.services import planning
from bot.services.planning import Behind, Examined
from bot.web import cases, gate
from bot.web.cases import FINDINGS, SOURCES
from bot.web.pages import Link, voice_of
from bot.web.planning.entries import said
from bot.web.planning.pictures import drawn
from bot.web.planning.room import Room, Shown
from bot.web.planning.rows import done
from bot.weighing import Weighed
from bot.wording import Voice, mark
from reports import frameworks
from reports.charts import risks
from reports.charts.risks import Risk
from reports.codebook import theme as theme_of
from reports.findings import Component, Concern, Finding, Nature, Priority, Says, Standing, Strength
from reports.findings import sentences as written
from storage.casework import FINDING

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
_LEVELS = {Priority.HIGH: "high", Priority.MEDIUM: "medium", Priority.LOW: "low", None: "none"}
_WHY = ("Why", "What makes it work")  # causes have a list of their own


class Found(Shown, frozen=True):
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


class Source(Shown, frozen=True):
    """A piece of evidence: what it is called, its words where somebody said them by name, and where it is."""

    label: str
    words: str
    links: tuple[Link, ...]


class Findings:
    """`/audits/{audit}/findings` and what is below it."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def all(self, request: Request) -> Response:
        """`GET …/findings`: every finding, the most pressing first; what is being written; a new one."""
        audit, _ = request.path_params["audit"], voice_of(request)
        found = await run_in_threadpool(planning.findings, self._room.storage, audit)
        ordered = sorted(found, key=lambda each: (_rank(each), each.finding.number))
        return await self._room.page(
            request,
            "findings.html",
            (FINDING,),
            findings=[_found(each, audit, _) for each in ordered],
            picture=drawn(risks.matrix("How grave and how likely", [_risk(each.finding) for each in found]))
            if any(each.finding.impact for each in found)
            else None,
        )

    async def one(self, request: Request) -> Response:
        """`GET …/findings/{finding}`: one, with what it rests on, how sure it is, and what is done about it."""
        audit, _ = request.path_params["audit"], voice_of(request)
        id_ = cases.id_of(request.path_params["finding"])
        found = await run_in_threadpool(planning.finding, self._room.storage, audit, id_, self._room.clock)
        made = found.weighed.finding
        return await self._room.page(
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
            picture=drawn(risks.matrix("How grave and how likely", [_risk(made)])) if made.impact else None,
            risk=_(
                "Impact {impact} of 5, likelihood {likelihood} of 5",
                impact=made.impact,
                likelihood=made.likelihood,
            ),
            is_concern=made.nature is Nature.CONCERN,
            actions=[done(each, audit, found.people, _) for each in found.actions],
            entries=[said(each, audit, found.people, _, gives_files=True) for each in found.entries],
            written_on=_.date(found.written_on) if found.written_on else "",
        )


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
