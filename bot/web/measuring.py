"""Pages for auditors and leads on numbers that are followed: charts, a new number, new limits, a table."""

from __future__ import annotations

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot import following
from bot.clock import Clock
from bot.errors import NotOpenedError
from bot.following import Hand
from bot.services import auditing, measuring
from bot.services.measuring import Shown
from bot.web import gate, guard, uploading
from bot.web.guard import Fields
from bot.web.pages import Pages, reading, voice_of
from bot.web.uploading import Posted
from bot.wording import Voice, mark
from dialogues.problems import Problem
from dialogues.wordless import Wordless
from reports import monthly, plotting
from reports.hours import local_day
from reports.measures import Assurance, Chart, Month, Point, shown
from storage.plan import Entry
from storage.unit_of_work import Storage

TABLE = "table"  # what is sent with a file
_XLSX = b"PK"  # how a workbook begins
_NO_NUMBER = mark("I need a number like 12 or 3.5.")
_PLACE = mark("Row {row}, column {column}: {message}")
_NO_FILE = mark("Please choose a file: a table as .xlsx or .csv, of up to 10 MB.")
_ASSURED = {
    Assurance.BEYOND: mark("Target out of reach"),
    Assurance.INSIDE: mark("Target met by chance"),
    Assurance.SHORT: mark("Target met for sure"),
}
_LEVELS = {Assurance.BEYOND: "high", Assurance.INSIDE: "medium", Assurance.SHORT: "low"}


class Drawn(Wordless, frozen=True):
    """A series as a page shows it. `rows`: month, number, what it is part of; `changed`: what was changed later."""

    id: str
    name: str
    about: str
    assured: str
    level: str
    sentences: tuple[str, ...]
    picture: str
    numbers: tuple[str, ...]
    rows: tuple[tuple[str, str, str], ...]
    changed: tuple[str, ...]


class Wrong(Wordless, frozen=True):
    """What could not be kept: why, in which form (by its series, or what it sends), and what was typed. No repr."""

    sentences: tuple[str, ...] = ()
    form: str = ""
    field: str = ""
    typed: dict[str, str] = msgspec.field(default_factory=dict)

    @property
    def target(self) -> str:
        """The field to look at, by its id."""
        return f"{self.form}-{self.field}" if self.field else ""


class Measuring:
    """`/lead/audits/{audit}/measures`."""

    def __init__(self, storage: Storage, clock: Clock, pages: Pages) -> None:
        self._storage = storage
        self._clock = clock
        self._pages = pages

    async def show(self, request: Request) -> Response:
        """`GET …/measures`: every number with its chart, in words and as a table."""
        return await self._page(request, Wrong())

    async def keep(self, request: Request) -> Response:
        """`POST …/measures`: a number, new limits, something new to follow, or a table."""
        try:
            posted = await uploading.read(request)
        except uploading.TooMuchError as trouble:
            raise HTTPException(413) from trouble
        if not guard.is_ours(request, posted.fields, by=gate.bearer(request)):
            raise HTTPException(403)
        wrong = await run_in_threadpool(self._kept, request, posted)
        if wrong is not None:
            return await self._page(request, wrong)
        here = guard.first(posted.fields, "series")
        return RedirectResponse(gate.audit_page(request.path_params["audit"], "measures") + f"#{here}", 303)

    def _kept(self, request: Request, posted: Posted) -> Wrong | None:
        """Nothing when it was kept, else what is wrong."""
        audit, fields = request.path_params["audit"], posted.fields
        hand = measuring.hand(
            gate.visitor(request).account, gate.acting(request, audit), self._clock, reading(request)
        )
        what = guard.first(fields, "what")
        where = f"{what}-{guard.first(fields, 'series')}".rstrip("-")
        try:
            if what == TABLE:
                return self._brought(audit, posted, hand)
            self._do(audit, what, fields, hand)
        except NotOpenedError as trouble:
            typed = {name: values[0] for name, values in fields.items() if values}
            return Wrong((str(trouble),), where, trouble.question, typed)
        return None

    def _do(self, audit: str, what: str, fields: Fields, hand: Hand) -> None:
        series, reason = guard.first(fields, "series"), guard.first(fields, "reason")
        month = following.month_of(guard.first(fields, "month"), hand)
        match what:
            case "add":
                value = _number(fields, hand)
                measuring.add(self._storage, audit, series, month, value, hand, reason=reason)
            case "limits":
                measuring.rebase(self._storage, audit, series, month, reason, hand)
            case "begin":
                self._begin(audit, fields, month, hand)
            case _:
                raise HTTPException(422)

    def _begin(self, audit: str, fields: Fields, month: Month, hand: Hand) -> None:
        target = guard.first(fields, "target").strip()
        measure = following.measure(
            guard.first(fields, "indicator"),
            guard.first(fields, "better"),
            unit=guard.first(fields, "unit"),
            target=_number(fields, hand, "target") if target else None,
            source=guard.first(fields, "from"),
            hand=hand,
        )
        measuring.begin(self._storage, audit, measure, month, _number(fields, hand), hand)

    def _brought(self, audit: str, posted: Posted, hand: Hand) -> Wrong | None:
        content = posted.upload.content if posted.upload is not None else None
        if not content:
            return Wrong((hand.say(_NO_FILE),), TABLE, "file")
        name = "numbers.xlsx" if content.startswith(_XLSX) else "numbers.csv"
        found = measuring.bring(self._storage, audit, content, name, hand)
        if isinstance(found, list):
            return Wrong(tuple(_problem(each, hand) for each in found), TABLE, "file")
        return None

    async def _page(self, request: Request, wrong: Wrong) -> Response:
        cookie, stamped = gate.stamped(request)
        audit, _ = request.path_params["audit"], voice_of(request)
        found = await run_in_threadpool(measuring.shown, self._storage, audit)
        response = self._pages.page(
            request,
            "measures.html",
            found=await run_in_threadpool(auditing.audit, self._storage, audit),
            series=[_drawn(each, _) for each in found],
            last=_last(self._clock),
            wrong=wrong,
            address=gate.audit_page(audit),
            stamp=stamped,
            status=422 if wrong.sentences else 200,
        )
        gate.give(request, response, cookie)
        return response


def _last(clock: Clock) -> str:
    """The month before this one: the one that is usually added."""
    today = local_day(clock.now())
    return Month(today.year, today.month).after(-1).name


def _number(fields: Fields, hand: Hand, field: str = "value") -> float:
    found = monthly.number(guard.first(fields, field).strip())
    if found is None:
        raise NotOpenedError(hand.say(_NO_NUMBER), field)
    return found


def _problem(each: Problem, hand: Hand) -> str:
    """What is wrong with a table, and where."""
    if each.place.row is None:
        return each.message
    return hand.say(
        _PLACE,
        row=each.place.row,
        column=each.place.column,
        message=each.message,
    )


def _drawn(each: Shown, _: Voice) -> Drawn:
    followed, chart = each.followed, each.chart
    changed = tuple(_changed(entry, _) for entry in each.corrections)
    if not isinstance(chart, Chart):
        name = followed.measure.indicator
        return Drawn(followed.id, name, "", "", "", (chart.sentence,), "", (), (), changed)
    assured = chart.assurance
    return Drawn(
        id=followed.id,
        name=plotting.name(chart),
        about=plotting.about(chart),
        assured=_(_ASSURED[assured]) if assured else "",
        level=_LEVELS[assured] if assured else "",
        sentences=plotting.findings(chart),
        picture=plotting.inline(chart, f"chart-{followed.id}"),
        numbers=plotting.numbers(chart),
        rows=tuple(_row(chart, point, _) for point in reversed(chart.points)),
        changed=changed,
    )


def _row(chart: Chart, point: Point, _: Voice) -> tuple[str, str, str]:
    number = _("not known") if point.value is None else shown(point.value)
    return point.month.name, number, plotting.marked(chart, point.month)


def _changed(entry: Entry, _: Voice) -> str:
    said = entry.said
    month = monthly.month(str(said.get("month", "")))
    return _(
        "{month}: {before} until {day}, then {after}. {reason}",
        month=month.name if month else "",
        before=_shown(said.get("before")),
        after=_shown(said.get("after")),
        day=_.date(entry.day),
        reason=said.get("reason", ""),
    )


def _shown(value: object) -> str:
    return shown(float(value)) if isinstance(value, int | float) else ""
