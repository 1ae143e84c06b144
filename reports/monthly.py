"""Monthly numbers as people keep them: a table with a row for each month of each measure, as .csv or .xlsx.

| column | |
|---|---|
| `month` | 2026-05, May 2026, or a day in it: 2026-05-31 or 31/05/2026, the day first |
| `value` | a number; empty where it is not known |
| `indicator` | what is followed; may be left out where there is one |
| `better` | higher or lower; once for each indicator is enough, as for the next three |
| `unit`, `target`, `source` | may be left out |
| `rebase` | why there are new limits from this month on |
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from math import isfinite

from msgspec import Struct

from dialogues.problems import Place, Problem
from dialogues.sheets import Row, Sheet, read_table
from reports.measures import Better, Measure, Month, Point, Rebase

COLUMNS = ("month", "value", "indicator", "better", "unit", "target", "source", "rebase")
LONGEST = 240  # months from the first to the last: more is a slip of the pen
_YEARS = range(1990, 2100)
_LARGEST = 1e12
_FORMS = (
    re.compile(r"(?P<year>\d{4})[-/.](?P<number>\d{1,2})"),
    re.compile(r"(?P<year>\d{4})-(?P<number>\d{1,2})-(?P<day>\d{1,2})(t.*)?"),
    re.compile(r"(?P<day>\d{1,2})[/.](?P<number>\d{1,2})[/.](?P<year>\d{4})"),
    re.compile(r"((?P<day>\d{1,2})[ -])?(?P<word>[a-z]{3,9})\.?[ -](?P<year>\d{4}|\d{2})"),
)
_NUMBER = re.compile(r"[-−+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,2})?")


class Series(Struct, frozen=True):
    """A measure with all that was given of it: what `measures.chart` takes."""

    measure: Measure
    points: tuple[Point, ...]
    rebases: tuple[Rebase, ...]


def read(content: bytes, name: str) -> list[Series] | list[Problem]:
    """The measures of a file, by the ending of its name, in the order of the file; or all that is wrong with it."""
    table = read_table(content, name)
    if isinstance(table, list):
        return table
    reader = _Reader(table)
    series = reader.series()
    return sorted(reader.problems, key=lambda problem: problem.place.row or 0) or series


def month(text: str) -> Month | None:
    """The month that is meant, or None. `May 26` is May 2026, as spreadsheets write it."""
    for form in _FORMS:
        found = form.fullmatch(text.strip().lower())
        if found is not None:
            return _known(found.groupdict())
    return None


def _known(parts: dict[str, str | None]) -> Month | None:
    year, word = parts["year"] or "", parts.get("word")
    number = _number_of(word) if word else int(parts["number"] or 0)
    try:
        day = dt.date(int(year) + (2000 if len(year) == 2 else 0), number, int(parts.get("day") or 1))
    except ValueError:
        return None
    return Month(day.year, day.month) if day.year in _YEARS else None


def _number_of(word: str) -> int:
    """1 to 12 by the name of a month or its beginning; 0 for any other word."""
    names = [Month(2000, number).word.lower() for number in range(1, 13)]
    if word == "sept":
        return 9
    return next((i for i, name in enumerate(names, 1) if word in (name, name[:3])), 0)


def number(text: str) -> float | None:
    """The number that is meant, or None."""
    found = float(text.replace("−", "-")) if _NUMBER.fullmatch(text) else None
    return found if found is not None and isfinite(found) and abs(found) <= _LARGEST else None


class _Reader:
    """Reads the rows of one table, and collects what cannot be read."""

    def __init__(self, table: Sheet) -> None:
        self.problems: list[Problem] = []
        self._sheet = table.name
        self._rows = [
            Row(row.number, {column.strip().lower(): cell for column, cell in row.cells.items()})
            for row in table.rows
        ]
        self._columns = [column.strip().lower() for column in table.columns]

    def series(self) -> list[Series]:
        self._check_columns()
        if self.problems:
            return []
        if not self._rows:
            self._say("There is no month in this table yet: write each in a row of its own.", "empty")
        by_name: dict[str, list[Row]] = {}
        for row in self._rows:
            by_name.setdefault(row.cells.get("indicator", ""), []).append(row)
        if len(by_name) > 1 and "" in by_name:
            self._say_at(by_name.pop("")[0], "indicator", "Say which indicator this row is about.")
        return [one for name, rows in by_name.items() if (one := self._one(name, rows)) is not None]

    def _check_columns(self) -> None:
        for column in ("month", "value"):
            if column not in self._columns:
                self._say(
                    f"There is no column “{column}”. The first row has the names of the columns.", "column"
                )
        for column in dict.fromkeys(self._columns):
            if column not in COLUMNS:
                known = ", ".join(COLUMNS)
                self._say(
                    f"“{column}” is no column of this table. Those it can have: {known}.", "column", column
                )
            elif self._columns.count(column) > 1:
                self._say(f"The column “{column}” stands twice. Keep one of them.", "column", column)

    def _one(self, name: str, rows: list[Row]) -> Series | None:
        points = list(self._points(rows))
        rebases = list(self._rebases(rows))
        better, target = self._better(name, rows), self._target(rows)
        if better is None:
            return None
        unit, source = self._once(rows, "unit"), self._once(rows, "source")
        return Series(Measure(name, better, unit, target, source), tuple(points), tuple(rebases))

    def _points(self, rows: list[Row]) -> Iterator[Point]:
        seen: dict[Month, int] = {}
        for row in rows:
            when = self._month(row)
            value = self._number(row, "value")
            if when is None:
                continue
            if when in seen:
                message = f"{when.name} is in row {seen[when]} already. Keep the right number."
                self._say_at(row, "month", message)
            elif seen and abs(when.place - min(seen).place) > LONGEST:
                message = f"{when.name} is more than {LONGEST // 12} years from {min(seen).name}. Is the year right?"
                self._say_at(row, "month", message)
            else:
                seen[when] = row.number
                yield Point(when, value)

    def _month(self, row: Row) -> Month | None:
        text = row.cells.get("month", "")
        found = month(text)
        if found is None:
            given = f"“{text[:40]}” is not a month." if text else "The month is missing."
            self._say_at(row, "month", f"{given} Write it like 2026-05 or May 2026.")
        return found

    def _number(self, row: Row, column: str) -> float | None:
        text = row.cells.get(column)
        if text is None:
            return None
        found = number(text)
        if found is None:
            empty = "; leave it empty where it is not known" if column == "value" else ""
            self._say_at(row, column, f"“{text[:40]}” is not a number. I need one like 12 or 3.5{empty}.")
            return None
        return found

    def _rebases(self, rows: list[Row]) -> Iterator[Rebase]:
        for row in rows:
            when = month(row.cells.get("month", ""))
            if when and "rebase" in row.cells:
                yield Rebase(when, row.cells["rebase"])

    def _better(self, name: str, rows: list[Row]) -> Better | None:
        word = self._once(rows, "better").lower()
        if word in tuple(Better):
            return Better(word)
        about = f"“{name}”" if name else "this measure"
        if word:
            row = next(row for row in rows if "better" in row.cells)
            self._say_at(row, "better", f"“{word[:40]}” is neither “higher” nor “lower”.")
        else:
            message = (
                f"Say in which direction {about} gets better: write “higher” or “lower” in a column “better”."
            )
            self._say_at(rows[0], "better", message)
        return None

    def _target(self, rows: list[Row]) -> float | None:
        self._once(rows, "target")
        row = next((row for row in rows if "target" in row.cells), None)
        return self._number(row, "target") if row else None

    def _once(self, rows: list[Row], column: str) -> str:
        """What holds for the whole measure: from the first row that says it; others say the same or nothing."""
        said = [(row, row.cells[column]) for row in rows if column in row.cells]
        for row, cell in said:
            if cell.lower() != said[0][1].lower():
                message = (
                    f"This differs from row {said[0][0].number}. It is the same for all months of a measure."
                )
                self._say_at(row, column, message)
                break
        return said[0][1] if said else ""

    def _say(self, message: str, kind: str, column: str = "") -> None:
        self.problems.append(Problem(kind, message, Place(self._sheet, None, column)))

    def _say_at(self, row: Row, column: str, message: str) -> None:
        self.problems.append(Problem(column, message, Place(self._sheet, row.number, column)))
