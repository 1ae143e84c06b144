"""A table of monthly numbers is read as people write it, and what cannot be read is named by row and column."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from dialogues.problems import Problem
from reports.measures import Better, Measure, Month, Point, Rebase
from reports.monthly import Series, month, read

MAY = Month(2026, 5)


def csv(*lines: str) -> bytes:
    return "\n".join(lines).encode()


def problems(*lines: str, name: str = "numbers.csv") -> list[tuple[int | None, str, str]]:
    found = read(csv(*lines), name)
    assert all(isinstance(each, Problem) for each in found), found
    return [(each.place.row, each.place.column, each.message) for each in found if isinstance(each, Problem)]


@pytest.mark.parametrize(
    "text",
    ["2026-05", "2026/5", "May 2026", "may 2026", "MAY 2026", "May-26", "May 26", "2026-05-31", "31/05/2026",
     "1.5.2026", "4 May 2026", "2026-05-01T09:30:00"],
)  # fmt: skip
def test_a_month_is_taken_as_people_write_it(text: str) -> None:
    assert month(text) == MAY


@pytest.mark.parametrize(
    "text",
    [
        "",
        "May",
        "2026",
        "13/13/2026",
        "2026-13",
        "2026-00",
        "31 June 2026",
        "Mai 2026",
        "5",
        "0026-05",
        "05-06",
    ],
)
def test_what_is_no_month_is_none(text: str) -> None:
    assert month(text) is None


@given(st.text(max_size=30))
def test_any_text_is_a_month_or_none(text: str) -> None:
    assert month(text) is None or isinstance(month(text), Month)


def test_a_table_has_several_measures_each_with_what_was_said_once() -> None:
    found = read(
        csv(
            "Month;Value;Indicator;Better;Unit;Target;Source;Rebase",
            "2026-05;14;Restraints;lower;uses;5;incident log;",
            "2026-05;62.5;Supervision;Higher;%;;;",
            "2026-06;;Restraints;;;;;",
            "2026-07;−3;Restraints;lower;;;;New team",
        ),
        "numbers.CSV",
    )
    assert found == [
        Series(
            Measure("Restraints", Better.LOWER, "uses", 5, "incident log"),
            (Point(MAY, 14), Point(MAY.after(1), None), Point(MAY.after(2), -3)),
            (Rebase(MAY.after(2), "New team"),),
        ),
        Series(Measure("Supervision", Better.HIGHER, "%"), (Point(MAY, 62.5),), ()),
    ]


def test_a_workbook_reads_like_a_csv() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Night care"
    for row in (["month", "value", "better"], [dt.date(2026, 5, 1), 12.5, "lower"], ["June 2026", 7, None]):
        sheet.append(row)
    book.create_sheet("notes").append(["=1+1"])
    file = io.BytesIO()
    book.save(file)
    points = (Point(MAY, 12.5), Point(MAY.after(1), 7))
    assert read(file.getvalue(), "numbers.xlsx") == [Series(Measure("", Better.LOWER), points, ())]
    sheet.append(["July 2026", "=B2", None])
    sheet.append(["Julember", "many", None])
    file = io.BytesIO()
    book.save(file)
    (problem,) = read(file.getvalue(), "numbers.xlsx")
    assert isinstance(problem, Problem)
    assert (problem.place.sheet, problem.place.row, problem.place.column) == ("Night care", 4, "value")
    assert "formula" in problem.message


def test_every_cell_that_cannot_be_read_is_named_at_once() -> None:
    assert problems(
        "month,value,better,target",
        "2026-05,12,lower,few",
        "Mai 2026,12,,",
        ",7,,",
        "2026-06,1 200,,",
        "2026-07,nan,,",
        "2026-05,3,,",
        "2062-07,3,,",
        "2026-08,3,higher,",
    ) == [
        (2, "target", "“few” is not a number. I need one like 12 or 3.5."),
        (3, "month", "“Mai 2026” is not a month. Write it like 2026-05 or May 2026."),
        (4, "month", "The month is missing. Write it like 2026-05 or May 2026."),
        (5, "value", "“1 200” is not a number. I need one like 12 or 3.5; leave it empty where it is not known."),
        (6, "value", "“nan” is not a number. I need one like 12 or 3.5; leave it empty where it is not known."),
        (7, "month", "May 2026 is in row 2 already. Keep the right number."),
        (8, "month", "July 2062 is more than 20 years from May 2026. Is the year right?"),
        (9, "better", "This differs from row 2. It is the same for all months of a measure."),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["month,number", "2026-05,1"], "There is no column “value”"),
        (["month,value,note", "2026-05,1,x"], "“note” is no column"),
        (["month,value,value", "2026-05,1,1"], "stands twice"),
        (["month,value"], "no month in this table yet"),
        ([""], "There is no column “month”"),
        (["month,value", "2026-05,1"], "in which direction this measure gets better"),
        (["month,value,better", "2026-05,1,up"], "neither “higher” nor “lower”"),
        (["month,value,better,indicator", "2026-05,1,lower,A", "2026-05,1,lower,"], "which indicator"),
        (['month,value,better', '"2026-05,1,lower'], "quotation marks"),
    ],
)  # fmt: skip
def test_a_table_that_is_none_says_what_to_do(lines: list[str], said: str) -> None:
    assert any(said in message for _, _, message in problems(*lines))


def test_files_that_are_no_tables_are_refused() -> None:
    assert "neither" in problems("x", name="numbers.pdf")[0][2]
    assert "not an Excel workbook" in problems("x", name="numbers.xlsx")[0][2]
    (latin,) = read("month,value\nMärz,1".encode("latin-1"), "numbers.csv")
    assert isinstance(latin, Problem)
    assert "CSV UTF-8" in latin.message
    (large,) = read(b"x" * 20_000_001, "numbers.csv")
    assert isinstance(large, Problem)
    assert "larger than 20 MB" in large.message
