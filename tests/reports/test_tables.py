"""The published figures as a table and as values: the same as on the page, and nothing that a spreadsheet runs."""

from __future__ import annotations

import csv
import io
import json

import pytest

from dialogues.form import Form
from reports import assembly
from reports.assembly import Report, assemble
from reports.rendering import html
from reports.scoring import Tally
from reports.tables import Part, as_csv, as_json, defused, rows
from tests.reports.material import counted, facts, form, item, typical


def report(definition: Form | None = None, tally: Tally | None = None, **changes: object) -> Report:
    made = assemble(facts(**changes), definition or form(), tally or typical())
    assert isinstance(made, Report)
    return made


def read(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_a_table_has_a_row_for_each_published_figure() -> None:
    found = rows(report(), language="en")
    assert {row.part for row in found} == set(Part)
    weakest = next(row for row in found if row.part is Part.THEME)
    assert (weakest.theme, weakest.share, weakest.range_from, weakest.range_to, weakest.note) == (
        "Staffing and skill mix",
        "25\xa0%",
        "15",
        "40",
        "Weak",
    )


@pytest.mark.parametrize("language", ["en", "cy"])
def test_whatever_the_table_says_the_page_says_too(language: str) -> None:
    made = report()
    page = html(made, language=language).replace("&#39;", "'")
    for row in rows(made, language=language):
        for said in (row.people, row.share, row.theme, row.question):
            assert said in page


def test_the_file_is_read_by_spreadsheets() -> None:
    content = as_csv(report(), language="cy")
    assert content.startswith(b"\xef\xbb\xbfpart,theme,question,group,answer,people,share,")
    assert len(read(content)) == len(rows(report(), language="cy"))
    assert not [
        cell for row in read(content) for cell in row.values() if "\u2068" in cell or "\u2069" in cell
    ]


def test_what_is_hidden_is_said_to_be_without_a_number() -> None:
    made = report(
        form(item("staff", "CAP")), counted([("care", {"staff": "often"})] * 4 + [("care", {})] * 8)
    )
    (row,) = [row for row in rows(made, language="en") if row.part is Part.QUESTION]
    assert (row.people, row.share, row.note) == (
        "",
        "",
        "Not shown: fewer than 8 people gave an answer on the scale.",
    )


def test_fewer_than_k_people_are_one_row() -> None:
    (row,) = rows(report(tally=Tally(3)), language="en")
    assert (row.part, row.people) == (Part.HEARD, "fewer than 8 people")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", " =", "＝"])
def test_a_cell_that_a_spreadsheet_would_run_is_defused(start: str) -> None:
    assert defused(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"


def test_labels_of_a_form_cannot_run_in_a_spreadsheet() -> None:
    hostile = form(item("staff", "CAP", label='=HYPERLINK("https://example.org","x")'), breakdown="")
    cells = [cell for row in read(as_csv(report(hostile), language="en")) for cell in row.values()]
    assert '\'=HYPERLINK("https://example.org","x")' in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_an_ordinary_cell_stays_as_it_is() -> None:
    assert [defused(cell) for cell in ("", "25 %", "a=b", "Don't know")] == ["", "25 %", "a=b", "Don't know"]


def test_the_values_are_those_that_were_released() -> None:
    made = report()
    assert assembly.decode(as_json(made)) == made
    assert json.loads(as_json(made))["themes"][0]["theme"]["name"]["words"]["en"] == "Staffing and skill mix"
