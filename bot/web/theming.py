"""Pages for auditors and leads on what an audit shows: theme by theme, case by theme, and as files."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from msgspec import Struct
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot import figures, tying
from bot.clock import Clock
from bot.services import auditing, coding, theming
from bot.services.theming import Format, Themes
from bot.web import gate
from bot.web.cases import SOURCES
from bot.web.pages import Link, Pages, reading, voice_of
from bot.wording import Voice, mark
from dialogues.form import SourceType
from dialogues.wordless import Wordless
from reports import frameworks, gaps, themes
from reports.assembly import Verdict
from reports.coding import Direction
from reports.scope import Covered
from reports.themes import Item, Priority, ThemeResult
from storage.errors import AlreadyPublishedError, AuditOpenError
from storage.slips import LEAD
from storage.unit_of_work import Storage

_KINDS = {
    Format.QDPX: "application/zip",
    Format.QDC: "application/xml",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.CSV: "application/zip",
    Format.JSON: "application/json",
}
_FILES = {
    Format.QDPX: mark("Project for research tools (REFI-QDA)"),
    Format.QDC: mark("Codebook for research tools (REFI-QDA)"),
    Format.XLSX: mark("Workbook for a spreadsheet"),
    Format.CSV: mark("Tables as CSV files, in a zip"),
    Format.JSON: mark("JSON for programs"),
}
_GAPS = {
    gaps.Verdict.ALIGNED: mark("Leaders and frontline staff see it alike"),
    gaps.Verdict.NOTABLE: mark("Leaders and frontline staff see it differently"),
    gaps.Verdict.INDICATIVE: mark("They may see it differently: it could be chance"),
    gaps.Verdict.UNCLEAR: mark("Cannot tell"),
}

_VERDICTS = {
    Verdict.WEAK: mark("weak"),
    Verdict.STRONG: mark("strong"),
    Verdict.UNCLEAR: mark("not clear"),
}


class Shown(Struct, frozen=True):
    """A theme in words: a row of the table, and what can be read below it."""

    code: str
    name: str
    priority: str
    level: str
    why: str
    people: str
    types: tuple[tuple[str, str], ...]
    unnamed: tuple[str, ...]
    positive: tuple[str, ...]
    gap: tuple[str, ...]
    codes: tuple[tuple[str, str], ...]
    most: str
    against: tuple[str, ...]
    roles: tuple[tuple[str, str], ...]
    items: tuple[tuple[str, str], ...]
    frameworks: tuple[tuple[str, str], ...]

    def __repr__(self) -> str:
        return f"Shown({self.code!r})"


class Charted(Wordless, frozen=True):
    """A row of the matrix: what a case is called, its kind, and the excerpts of each theme with their directions."""

    label: str
    kind: str
    cells: tuple[tuple[tuple[str, str], ...], ...]


class Theming:
    """`/lead/audits/{audit}/themes`, `…/themes/publish`, `…/themes/matrix` and `…/export/{format}`."""

    def __init__(self, storage: Storage, clock: Clock, pages: Pages) -> None:
        self._storage = storage
        self._clock = clock
        self._pages = pages

    async def show(self, request: Request) -> Response:
        """`GET …/themes`: what the audit shows about each theme, the most pressing first."""
        audit, found = request.path_params["audit"], await self._found(request)
        voice = voice_of(request)
        return self._pages.page(
            request,
            "themes.html",
            sources=found.results.sources,
            published=found.published,
            closed=found.closed,
            leads=LEAD in gate.roles(request, audit),
            themes=[_shown(each, found, voice) for each in themes.strongest(found.results)],
            coverage=[
                (each.area.name.to(voice.language), _covered(each, found, voice)) for each in found.coverage
            ],
            reference=" ".join(_reference(each, voice) for each in gaps.REFERENCES),
            files=[(each.value, voice(words)) for each, words in _FILES.items()],
            audit=audit,
            found=await run_in_threadpool(auditing.audit, self._storage, audit),
            address=gate.audit_page(audit),
        )

    async def confirm(self, request: Request) -> Response:
        """`GET …/themes/publish`: what it does, before it is done."""
        cookie, stamped = gate.stamped(request)
        audit, found = request.path_params["audit"], await self._found(request)
        if not found.closed:
            return self._not_yet(request)
        if found.published:
            return RedirectResponse(gate.audit_page(audit, "themes"), 303)
        progress = await run_in_threadpool(coding.progress, self._storage, audit)
        response = self._pages.page(
            request,
            "publish.html",
            uncoded=_uncoded(progress.total - progress.coded, voice_of(request)),
            audit=audit,
            found=await run_in_threadpool(auditing.audit, self._storage, audit),
            address=gate.audit_page(audit, "themes"),
            stamp=stamped,
        )
        gate.give(request, response, cookie)
        return response

    async def publish(self, request: Request) -> Response:
        """`POST …/themes/publish`: freeze what anonymous people say; what was frozen before stays."""
        audit = request.path_params["audit"]
        await gate.posted(request)
        try:
            await run_in_threadpool(theming.publish, self._storage, audit, self._clock, LEAD)
        except AuditOpenError:
            return self._not_yet(request)
        except AlreadyPublishedError:
            pass  # pressed twice, or by another lead: the page shows it
        return RedirectResponse(gate.audit_page(audit, "themes"), 303)

    async def matrix(self, request: Request) -> Response:
        """`GET …/themes/matrix`: what each case says about each theme."""
        audit, found = request.path_params["audit"], await self._found(request)
        return self._pages.page(
            request,
            "matrix.html",
            themes=[tying.name_of(code, found.book, reading(request)) for code in found.matrix.themes],
            rows=list(_charted(found, voice_of(request))),
            audit=audit,
            found=await run_in_threadpool(auditing.audit, self._storage, audit),
            address=gate.audit_page(audit),
        )

    async def export(self, request: Request) -> Response:
        """`GET …/export/{format}`: interviews and records with how they were coded, as a file."""
        audit, name = request.path_params["audit"], request.path_params["format"]
        if name not in set(Format):
            raise HTTPException(404)
        content = await run_in_threadpool(
            theming.export, self._storage, audit, Format(name), self._clock, gate.acting(request, audit)
        )
        file = quote(f"{audit}.csv.zip" if name == Format.CSV else f"{audit}.{name}", safe="")
        headers = {"content-disposition": f"attachment; filename*=UTF-8''{file}"}
        return Response(content, media_type=_KINDS[Format(name)], headers=headers)

    async def _found(self, request: Request) -> Themes:
        audit = request.path_params["audit"]
        return await run_in_threadpool(theming.found, self._storage, audit, reading(request))

    def _not_yet(self, request: Request) -> Response:
        _, audit = voice_of(request), request.path_params["audit"]
        return self._pages.message(
            request,
            _("This waits until the audit is closed"),
            _("Nothing is shown while the audit is open, so that nobody can be picked out."),
            links=(Link(_("Back to the audit"), gate.audit_page(audit)),),
            status=409,
            audit=audit,
        )


def _uncoded(number: int, _: Voice) -> str:
    if not number:
        return ""
    return _.several(
        "{number} excerpt is not coded yet. It will not be counted.",
        "{number} excerpts are not coded yet. They will not be counted.",
        number,
    )


def _shown(each: ThemeResult, found: Themes, _: Voice) -> Shown:
    return Shown(
        code=each.theme,
        name=tying.name_of(each.theme, found.book, _.language),
        priority=figures.priority(each.judged.priority, _),
        level=each.judged.priority.value,
        why=_why(each, _),
        people=figures.prevalence(each.people, _),
        types=tuple(
            (_source(split.code, _), figures.prevalence(split.prevalence, _)) for split in each.types
        ),
        unnamed=tuple(figures.unnamed(each, _)),
        positive=tuple(_positive(each, _)),
        gap=tuple(_gaps(each, _)),
        codes=tuple(
            (tying.name_of(one.code, found.book, _.language), figures.prevalence(one.sources, _))
            for one in each.codes
        ),
        most=_most(each, _),
        against=tuple(found.labels.get(source, "") for source in each.negative),
        roles=tuple(
            (found.roles.get(split.code, split.code), figures.prevalence(split.prevalence, _))
            for split in each.roles
            if split.prevalence.spoke
        ),
        items=tuple((found.questions.get(item.item, item.item), _item(item, _)) for item in each.items),
        frameworks=tuple(_named(each.theme)),
    )


def _most(each: ThemeResult, _: Voice) -> str:
    """Which way most sources point, where some say the opposite."""
    if not each.negative:
        return ""
    if each.majority is Direction.WEAKNESS:
        return _("Most call it a weakness. These call it a strength:")
    return _("Most call it a strength. These call it a weakness:")


def _why(each: ThemeResult, _: Voice) -> str:
    """What a priority was decided from, in a sentence."""
    evidence = each.judged.evidence
    if each.judged.priority is Priority.NONE:
        return _("Nothing that was heard points to a weakness.")
    said = []
    if evidence.heard:
        said.append(
            _.several("{number} person names a weakness", "{number} people name a weakness", evidence.people)
        )
    if evidence.anonymous:
        said.append(_("in anonymous words {share}", share=figures.share(evidence.anonymous, _)))
    if evidence.types:
        said.append(
            _("seen in: {types}", types=", ".join(_source(code, _).lower() for code in evidence.types))
        )
    if evidence.answers:
        said.append(_("closed answers: {verdict}", verdict=_(_VERDICTS[evidence.answers])))
    if evidence.against:
        said.append(
            _(
                "{percent} % of those who speak of it call it a strength",
                percent=round(evidence.against * 100),
            )
        )
    return "; ".join(said) + "."


def _positive(each: ThemeResult, _: Voice) -> Iterator[str]:
    """The positive answers to closed questions, with their range."""
    for one in each.unnamed:
        if one.figures:
            told = one.figures
            yield _(
                "{share} positive, likely {low} to {high} %, of {people}",
                share=figures.share(told.positive, _),
                low=told.interval.low,
                high=told.interval.high,
                people=figures.band(one.band, _),
            )
    if each.positive is not None:
        yield _(
            "Interviews and records: {percent} % positive, the mean of {questions}",
            percent=round(each.positive * 100),
            questions=_.several("{number} question", "{number} questions", len(each.items)),
        )


def _item(each: Item, _: Voice) -> str:
    """The answers to one closed question, with their range."""
    return _(
        "{positive} of {n} positive, likely {low} to {high} %",
        positive=each.positive,
        n=each.n,
        low=round(each.interval.low * 100),
        high=round(each.interval.high * 100),
    )


def _reference(each: gaps.Reference, _: Voice) -> str:
    return _(
        "To compare: {leaders} % of managers and {frontline} % of care staff found talk open in US nursing homes "
        "in 2011 (AHRQ).",
        leaders=round(each.leaders * 100),
        frontline=round(each.frontline * 100),
    )


def _named(theme: str) -> Iterator[tuple[str, str]]:
    """What a theme bears on, by framework."""
    for framework in frameworks.all_of_them().values():
        names = [each.name for each in frameworks.items_of(theme, framework.code)]
        if names:
            yield framework.name, "; ".join(names)


def _gaps(each: ThemeResult, _: Voice) -> Iterator[str]:
    """How leaders and frontline staff differ, where enough of both were heard."""
    found = ((_("closed answers"), each.gap), *((_("anonymous answers"), one.gap) for one in each.unnamed))
    for where, gap in (*found, (_("own words"), each.voiced)):
        if gap.verdict is not gaps.Verdict.INSUFFICIENT and gap.difference is not None:
            points = round(gap.difference * 100)
            yield _(
                "{verdict} ({where}: {points} points)",
                verdict=_(_GAPS[gap.verdict]),
                where=where,
                points=points,
            )


def _covered(each: Covered, found: Themes, _: Voice) -> str:
    """Who spoke to an area of the scope, and what is missing."""
    said = [f"{_source(kind, _)}: {number}" for kind, number in each.sources.items()]
    if each.unnamed:
        said.append(_("anonymous answers"))
    if each.silent and not each.is_bare:
        names = ", ".join(tying.name_of(theme, found.book, _.language) for theme in each.silent)
        said.append(_("nobody on: {themes}", themes=names))
    return "; ".join(said) or _("Nobody yet")


def _charted(found: Themes, _: Voice) -> Iterator[Charted]:
    for row in found.matrix.rows:
        cells = tuple(
            tuple(
                (found.excerpts.get(excerpt, ""), ", ".join(tying.direction(each, _) for each in directions))
                for excerpt, directions in cell.excerpts
            )
            for cell in row.cells
        )
        yield Charted(found.labels.get(row.source.id, ""), _source(row.source.type, _), cells)


def _source(code: str, _: Voice) -> str:
    return _(SOURCES[SourceType(code)]) if code in set(SourceType) else code
