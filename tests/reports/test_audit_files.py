"""The report of an audit as files: what screen readers, Word, LibreOffice and spreadsheets make of them."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import docx as python_docx
import openpyxl
import pypdf
import pypdfium2  # type: ignore[import-untyped]
import pytest
from docx.oxml.ns import qn
from msgspec.structs import replace

from reports.audit import AuditReport, assemble
from reports.audit.blocks import Block, Card, Document, Figure, Section, Table
from reports.audit.model import Person
from reports.audit.paper import figures, imprint, is_drawn, paper, plain, spoken
from reports.audit.printing import pdf
from reports.audit.stationery import stationery
from reports.audit.views import SYNTHETIC, View, document
from reports.audit.word import docx, lacks
from reports.audit.workbook import xlsx
from tests.reports.audited import OWNER, material

EVIL = (
    'x #panic("no") $1/0$ [a *b* _c_ `d` // <b> {{ title }} {% if %} \\u{41} @e ~ =1+1 مرحبا بالعالم '
    + "w" * 300
)
A4_WIDTH = 595


@cache
def report(findings: int = 5, actions: int = 8) -> AuditReport:
    made = assemble(material(findings, actions))
    assert isinstance(made, AuditReport)
    return made


@cache
def hostile() -> AuditReport:
    whole = material()
    finding = replace(whole.findings[0], title=EVIL, condition=EVIL, recommendation="=1+1")
    about = replace(whole.about, name="-2+3 " + EVIL)
    made = assemble(
        replace(
            whole, about=about, findings=(finding, *whole.findings[1:]), people={OWNER: Person(EVIL, EVIL)}
        )
    )
    assert isinstance(made, AuditReport)
    return made


def headings(sections: Iterable[Section], depth: int = 1) -> Iterator[tuple[int, str]]:
    """As they stand in the bookmarks of a file: findings are headings too."""
    for section in sections:
        yield depth, section.title
        yield from ((depth + 1, plain(each.title)) for each in section.blocks if isinstance(each, Card))
        yield from headings(section.sections, depth + 1)


def words(sections: Iterable[Section]) -> Iterator[str]:
    """Headings, captions and every cell, in the order in which they are read."""
    for section in sections:
        yield section.title
        for each in section.blocks:
            yield from _words(each)
        yield from words(section.sections)


def _words(block: Block) -> Iterator[str]:
    match block:
        case Card():
            yield plain(block.title)
        case Table():
            yield from (block.caption, *block.columns, *(plain(cell) for row in block.rows for cell in row))
        case Figure() if is_drawn(block):
            yield block.title
        case Figure():
            yield from _words(replace(block.table, caption=block.title))


def texts(content: bytes) -> list[str]:
    """What is read on each page, in the order of the file, without white space."""
    opened: Any = pypdfium2.PdfDocument(content)
    return [squeezed(page.get_textpage().get_text_range()) for page in opened]


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u200b\ufffe\x02]+", "", text)


def in_order(whole: str, parts: Iterable[str]) -> None:
    place = 0
    for part in map(squeezed, parts):
        found = whole.find(part, place)
        assert found >= 0, (part, whole[place : place + 400])
        place = found + len(part)


def tags(item: Any) -> Iterator[tuple[str, str]]:
    """Every tag of a PDF with its alternative text, in the order of reading."""
    node = item.get_object()
    if isinstance(node, list):
        for each in node:
            yield from tags(each)
    elif isinstance(node, dict):
        if "/S" in node:
            yield str(node["/S"]), str(node.get("/Alt", ""))
        if "/K" in node:
            yield from tags(node["/K"])


def bookmarks(reader: pypdf.PdfReader) -> list[tuple[int, str]]:
    def below(held: Any, depth: int) -> Iterator[tuple[int, str]]:
        for each in held:
            if isinstance(each, list):
                yield from below(each, depth + 1)
            else:
                yield depth, str(each.title)

    return list(below(reader.outline, 1))


def test_a_pdf_of_sixty_pages_reads_in_order_and_says_on_each_what_it_is() -> None:
    whole = report(42, 160)
    shown, stamp = document(whole, View.FULL), imprint(whole)
    content = pdf(shown, stamp)
    pages = texts(content)
    assert len(pages) >= 60
    for number, page in enumerate(pages, 1):
        for foot in (SYNTHETIC, "25 November 2026", stamp.digest, f"Page {number} of {len(pages)}"):
            assert squeezed(foot) in page
    assert stamp.digest in pypdfium2.PdfDocument(content)[0].get_textpage().get_text_range().split()
    made = paper(shown)
    assert bookmarks(pypdf.PdfReader(io.BytesIO(content))) == list(headings(made.sections))
    in_order("".join(pages), words(made.sections))


def test_a_pdf_has_title_language_tags_and_words_for_each_picture_and_is_always_the_same() -> None:
    shown, stamp = document(report(), View.FULL), imprint(report())
    content = pdf(shown, stamp)
    reader = pypdf.PdfReader(io.BytesIO(content))
    root: Any = reader.trailer["/Root"]
    assert reader.metadata is not None
    assert reader.metadata.title == f"{shown.title} – {shown.subtitle}"
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == ("en-GB", True)
    assert b"<pdfuaid:part>1<" in root["/Metadata"].get_object().get_data()
    found = list(tags(root["/StructTreeRoot"]["/K"]))
    drawn = [each for each in figures(shown) if is_drawn(each)]
    assert [alt for tag, alt in found if tag == "/Figure" and alt] == [spoken(each) for each in drawn]
    tables = sum(tag == "/Table" for tag, _ in found)
    assert tables == sum(tag == "/THead" for tag, _ in found) > len(drawn)
    assert pdf(shown, stamp) == content


def test_what_people_wrote_neither_runs_nor_leaves_the_page() -> None:
    shown, stamp = document(hostile(), View.FULL), imprint(hostile())
    content = pdf(shown, stamp)
    evil = squeezed(EVIL.split("مرحبا", maxsplit=1)[0])
    assert evil in "".join(texts(content))
    opened: Any = pypdfium2.PdfDocument(content)
    for page in opened:
        held = page.get_textpage()
        assert all(held.get_rect(number)[2] < A4_WIDTH - 40 for number in range(held.count_rects()))
    word = python_docx.Document(io.BytesIO(docx(shown, stamp)))
    assert evil in squeezed("".join(each.text for each in word.paragraphs))
    book = openpyxl.load_workbook(io.BytesIO(xlsx(shown, stamp)))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [
        cell.value for cell in cells if cell.data_type == "f" or str(cell.value).startswith(("=", "+", "@"))
    ]
    assert "'=1+1" in {cell.value for cell in cells}


def test_a_word_file_has_headings_headers_and_words_for_each_picture_and_is_always_the_same() -> None:
    shown, stamp = document(report(), View.FULL), imprint(report())
    content = docx(shown, stamp)
    word = python_docx.Document(io.BytesIO(content))
    styled = [(each.style.name or "", each.text) for each in word.paragraphs if each.style]
    found = [(int(style[-1]), text) for style, text in styled if style.startswith("Heading")]
    assert found == list(headings(paper(shown).sections))
    assert all(len(table._tbl.xpath("./w:tr[1]/w:trPr/w:tblHeader")) == 1 for table in word.tables)
    drawn = [each for each in figures(shown) if is_drawn(each)]
    assert [each.get("descr") for each in word.element.iter(qn("wp:docPr"))] == [
        spoken(each) for each in drawn
    ]
    about = word.core_properties
    assert (about.title, about.author, about.last_modified_by, about.language) == (
        shown.title,
        "Candour",
        "Candour",
        "en-GB",
    )
    assert SYNTHETIC in word.sections[0].footer.paragraphs[0].text
    assert stamp.digest in "".join(each.text for each in word.sections[0].footer.paragraphs)
    assert docx(shown, stamp) == content


def test_libreoffice_opens_a_word_file_and_prints_all_that_is_in_it(tmp_path: Path) -> None:
    if not shutil.which("soffice") and "CANDOUR_REQUIRE_ALL" not in os.environ:
        pytest.skip("LibreOffice is not installed")
    shown = document(report(), View.FULL)
    (tmp_path / "full.docx").write_bytes(docx(shown, imprint(report())))
    home = f"-env:UserInstallation={(tmp_path / 'home').as_uri()}"
    command = [
        "soffice",
        home,
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        str(tmp_path),
        str(tmp_path / "full.docx"),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    in_order("".join(texts((tmp_path / "full.pdf").read_bytes())), words(paper(shown).sections))


def edited(**changes: str) -> bytes:
    """The template that comes with us, with words replaced as somebody would in Word."""
    word = python_docx.Document(io.BytesIO(stationery()))
    for paragraph in (*word.paragraphs, *word.sections[0].footer.paragraphs):
        for run in paragraph.runs:
            for old, new in changes.items():
                run.text = run.text.replace(f" {old} ", new)
    file = io.BytesIO()
    word.save(file)
    return file.getvalue()


def test_an_organisation_sets_reports_in_a_template_of_its_own_or_hears_what_it_lacks() -> None:
    shown, stamp = document(report(), View.BOARD), imprint(report())
    own = edited(subtitle=" title }} of Elm Trust {{ subtitle ")
    assert lacks(stationery()) == lacks(own) == ()
    word = python_docx.Document(io.BytesIO(docx(shown, stamp, own)))
    assert word.paragraphs[1].text == f"{shown.title} of Elm Trust {shown.subtitle}"
    assert lacks(b"no file of Word") == ("This is not a Word document (.docx).",)
    assert lacks(edited(subtitle=" salary ", report=" title ")) == (
        "The tag {{p report }} is missing.",
        "The tag {{ salary }} is none that a report has.",
    )
    assert lacks(edited(subtitle=" title | ")) == (
        "A tag in the template cannot be read. Tags look like {{ title }}.",
    )
    for tag in ("title.first.last", "title | round", "''.__class__", "title[9]()", "1 // 0"):
        assert lacks(edited(subtitle=f" subtitle }}}} {{{{ {tag} ")) == (
            f"The tag {{{{ {tag} }}}} cannot be filled. A tag holds one name alone, such as {{{{ title }}}}.",
        )
    bare = python_docx.Document()
    bare.styles["List Number"].delete()
    file = io.BytesIO()
    bare.save(file)
    assert lacks(file.getvalue()) == (
        "The tag {{ title }} is missing.",
        "The tag {{ notice }} is missing.",
        "The tag {{p report }} is missing.",
        "The style “List Number” is missing.",
    )


def every_table(held: Document) -> Iterator[Table]:
    def of(section: Section) -> Iterator[Table]:
        for each in section.blocks:
            if isinstance(each, Figure):
                yield each.table
            elif isinstance(each, Table):
                yield each
        for below in section.sections:
            yield from of(below)

    for section in held.sections:
        yield from of(section)


@pytest.mark.parametrize("view", View)
def test_a_workbook_has_every_table_with_its_header_frozen(view: View) -> None:
    shown, stamp = document(report(), view), imprint(report())
    content = xlsx(shown, stamp)
    book = openpyxl.load_workbook(io.BytesIO(content))
    found = [
        [["" if cell is None else str(cell) for cell in row] for row in sheet.values]
        for sheet in book.worksheets
    ]
    for table in every_table(shown):
        rows = [[cell.text for cell in row] for row in table.rows]
        held = [each for each in found if each[0][: len(table.columns)] == list(table.columns)]
        assert [[_same(cell) for cell in row] for row in rows] in [
            [[_same(cell) for cell in row[: len(table.columns)]] for row in each[1:]] for each in held
        ], table.caption
    assert {sheet.freeze_panes for sheet in book.worksheets} == {"B2"}
    assert len(set(book.sheetnames)) == len(book.sheetnames)
    assert xlsx(shown, stamp) == content


def _same(cell: str) -> str:
    return cell.removeprefix("'").removeprefix("+").replace("−", "-")
