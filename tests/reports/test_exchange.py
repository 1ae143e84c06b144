"""What leaves is read by others: valid, in its place to the character, and never with anonymous words."""

from __future__ import annotations

import csv
import io
import json
import random
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from openpyxl import load_workbook
from xmlschema import XMLSchema

from dialogues.form import Attribution, Choice, Form, Group, Kind, Language, Question, Repeat, SourceType
from reports import codebook
from reports.coding import Coded, Decision, Direction
from reports.exchange import refi, tabular
from reports.exchange.material import Entry, Excerpt, Heard, Project, entries_of
from reports.themes import Material, Passage, Rating, Source, results
from tests.reports.material import choices, text

SCHEMAS = Path(__file__).parent / "schemas"
CODEBOOK, PROJECT = XMLSchema(SCHEMAS / "Codebook.xsd"), XMLSchema(SCHEMAS / "Project.xsd")
NS = {"q": "urn:QDA-XML:project:1.0"}

GUIDED = Form(
    id="guided-interview",
    title=text("Interview"),
    version="1",
    languages=(Language("en", "English"),),
    children=(
        Question("hello", "hello", Kind.NOTE, text("Welcome")),
        Group(
            "shift",
            "shift",
            children=(
                Question("night", "shift/night", Kind.TEXT, text("What were nights like?"), theme="CAP"),
                Question(
                    "often", "shift/often", Kind.SELECT_ONE, text("How often?"), choices="often", theme="CAP"
                ),
            ),
        ),
        Repeat(
            "times",
            "times",
            children=(Question("what", "times/what", Kind.TEXT, text("What happened?"), theme="ESC"),),
        ),
        Question("gaps", "gaps", Kind.SELECT_MULTIPLE, text("What got in the way?"), choices="gaps"),
        Question("photo", "photo", Kind.IMAGE, text("A photo")),
    ),
    choices={
        "often": choices("never", "often", scored=True),
        "gaps": (
            Choice("no_time", text("No time")),
            Choice("blame", text("Fear of blame")),
            Choice("other", text("Other")),
        ),
    },
    attribution=Attribution.NAMED,
    source_type=SourceType.STAFF,
)
NIGHT = "Two of us for thirty 🛏️ beds.\r\nNobody came. Nobody came.\x0b"
ANSWERS = {
    "gaps": "no_time blame",
    "times[2]/what": "=HYPERLINK(“http://x”)",
    "times[10]/what": "Nobody came.",
    "shift/night": NIGHT,
    "shift/often": "often",
    "photo": "sha256:abc",
}


THEMES = tuple(each for each in entries_of(codebook.shipped()) if "." not in each.code)


def coded(
    *codes: str, blind: bool = False, memo: str = "", direction: Direction = Direction.WEAKNESS
) -> Decision:
    return Decision(tuple(Coded(code, direction) for code in codes), memo=memo, blind=blind)


def example(**changes: object) -> Project:
    heard = (
        Heard("aa", "Senior carer, nights", GUIDED, ANSWERS, role="senior", source_type="staff", by="AB"),
        Heard("bb", "+44 manager", GUIDED, {"shift/night": "Fine & calm <always>."}, role="manager", by="CD"),
    )
    excerpts = (
        Excerpt(
            "e3",
            "aa",
            "shift/night",
            "Nobody came.",
            place=2,
            decisions=(("AB", coded("ESC", memo="@twice")),),
        ),
        Excerpt(
            "e1",
            "aa",
            "shift/night",
            "Two of us for thirty 🛏️ beds.",
            decisions=(("AB", coded("CAP.night", "SUP")), ("CD", coded("CAP", blind=True))),
        ),
        Excerpt("e2", "aa", "shift/night", "Nobody came.", place=1, decisions=(("AB", Decision()),)),
        Excerpt("e4", "aa", "times/what", "Nobody came.", instance="10", decisions=(("AB", coded("ESC")),)),
        Excerpt(
            "e5",
            "bb",
            "shift/night",
            "Fine & calm <always>.",
            decisions=(("AB", coded("CAP", direction=Direction.STRENGTH)),),
        ),
        Excerpt(
            "e6", "SECRET", "words", "An anonymous canary", decisions=(("AB", coded("CUL", memo="canary")),)
        ),
    )
    made = Project("Oak House", THEMES, heard, excerpts, synthetic=True)
    return replace(made, **changes)


def qde(packed: bytes) -> tuple[str, ET.Element, dict[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    xml = files.pop("project.qde").decode()
    return xml, ET.fromstring(xml), files  # noqa: S314 - it is ours


def selected(packed: bytes) -> dict[str, str]:
    """Name of each selection -> the text at its place, as another tool would cut it."""
    _, root, files = qde(packed)
    found = {}
    for source in root.iterfind(".//q:TextSource", NS):
        words = files[source.attrib["plainTextPath"].replace("internal://", "sources/")].decode()
        for each in source.iterfind("q:PlainTextSelection", NS):
            found[each.attrib["name"]] = words[
                int(each.attrib["startPosition"]) : int(each.attrib["endPosition"])
            ]
    return found


# REFI-QDA


def test_a_project_is_valid_and_says_who_coded_what() -> None:
    xml, root, files = qde(refi.project(example()))
    PROJECT.validate(xml)
    assert [each.attrib["name"] for each in root.iterfind("q:Users/q:User", NS)] == ["AB", "CD"]
    assert [each.attrib["name"] for each in root.iterfind("q:Cases/q:Case", NS)] == [
        "Senior carer, nights",
        "+44 manager",
    ]
    assert {name.split("/")[0] for name in files} == {"sources"}
    assert "Sets" not in xml


def test_each_selection_cuts_out_the_words_of_its_excerpt() -> None:
    assert selected(refi.project(example())) == {
        "e1": "Two of us for thirty 🛏️ beds.",
        "e2": "Nobody came.",
        "e3": "Nobody came.",
        "e4": "Nobody came.",
        "e5": "Fine & calm <always>.",
    }


def test_excerpts_with_the_same_words_have_places_of_their_own() -> None:
    _, root, _ = qde(refi.project(example()))
    starts = [
        each.attrib["startPosition"] for each in root.iterfind(".//q:TextSource[1]/q:PlainTextSelection", NS)
    ]
    assert len(set(starts)) == 4


def test_texts_have_plain_line_ends_and_no_mark() -> None:
    _, _, files = qde(refi.project(example()))
    for content in files.values():
        assert b"\r" not in content
        assert not content.startswith(b"\xef\xbb\xbf")
        assert "\x0b" not in content.decode()
    assert sum("What happened? (10)\nNobody came." in each.decode() for each in files.values()) == 1


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 99))
def test_the_same_material_gives_the_same_bytes_in_whatever_order(seed: int) -> None:
    chance, plain = random.Random(seed), example()
    mixed = replace(
        plain,
        heard=tuple(chance.sample(plain.heard, len(plain.heard))),
        excerpts=tuple(chance.sample(plain.excerpts, len(plain.excerpts))),
    )
    for write in (refi.project, tabular.as_xlsx, tabular.as_csv, tabular.as_json):
        assert write(mixed) == write(plain)


_words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=30)


@settings(max_examples=40, deadline=None)
@given(_words, _words, st.lists(_words, min_size=1, max_size=3))
def test_whatever_people_write_a_project_stays_valid_and_in_place(
    label: str, memo: str, said: list[str]
) -> None:
    heard = Heard("aa", label, GUIDED, {"shift/night": " ".join(said)}, by="AB")
    excerpts = tuple(
        Excerpt(f"e{i}", "aa", "shift/night", words, place=i, decisions=(("AB", coded("CAP", memo=memo)),))
        for i, words in enumerate(said)
    )
    packed = refi.project(Project(label, THEMES, (heard,), excerpts))
    PROJECT.validate(qde(packed)[0])
    found = selected(packed)
    tables = json.loads(tabular.as_json(Project(label, THEMES, (heard,), excerpts)))
    assert len(tables["excerpts"]) == len(said)
    for i, words in enumerate(said):
        if len(words.strip()) == len(words) and words.isprintable() and words:
            assert found[f"e{i}"] == words


def test_an_audit_without_interviews_is_a_valid_project() -> None:
    PROJECT.validate(qde(refi.project(Project("Empty", THEMES)))[0])


def test_a_codebook_is_valid_and_comes_back_as_it_was() -> None:
    book = (*THEMES, Entry("SUP.frequency", "How often", "Every <four> weeks & after.\nNot less."))
    packed = refi.codebook(book)
    CODEBOOK.validate(packed.decode())
    assert sorted(refi.entries(packed), key=lambda each: each.code) == sorted(
        book, key=lambda each: each.code
    )
    assert refi.codebook(reversed(book)) == packed


def test_the_codebook_of_a_project_leaves_out_what_is_no_theme() -> None:
    found = {each.code for each in refi.entries(refi.project(example()))}
    assert found == {each.code for each in THEMES} | {"CAP.night"}


def test_a_codebook_of_another_tool_gets_codes_from_its_names() -> None:
    other = b"""<CodeBook xmlns="urn:QDA-XML:codebook:1.0"><Codes>
      <Code guid="5c94bc9e-db8c-4f1d-9cd6-e900c7440860" name="Night shifts" isCodable="true">
        <Description>After ten</Description>
        <Code guid="5c94bc9e-db8c-4f1d-9cd6-e900c7440861" name="Agency &amp; bank" isCodable="true"/></Code>
      <Code guid="5c94bc9e-db8c-4f1d-9cd6-e900c7440862" name="night shifts" isCodable="true"/></Codes></CodeBook>"""
    assert refi.entries(other) == (
        Entry("night_shifts", "Night shifts", "After ten"),
        Entry("night_shifts.agency_bank", "Agency & bank"),
        Entry("night_shifts_", "night shifts"),
    )


BOMB = b'<!DOCTYPE a [<!ENTITY b "bbbb">]><CodeBook><Codes><Code name="&b;"/></Codes></CodeBook>'


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04",
        b"words",
        b"<CodeBook/>",
        BOMB,
        b"<a>" + b'<Code name="x">' * 30,
        tabular.as_csv(example()),
    ],
)
def test_what_is_no_codebook_is_refused(content: bytes) -> None:
    with pytest.raises(refi.UnreadableError):
        refi.entries(content)


# Tables


def test_tables_hold_codes_and_labels_and_each_choice_as_one_column() -> None:
    tables = json.loads(tabular.as_json(example()))
    first, second = tables["answers guided-interview"]
    assert (first["gaps"], first["gaps: label"]) == ("no_time blame", "No time; Fear of blame")
    assert [first[f"gaps/{name}"] for name in ("no_time", "blame", "other")] == [1, 1, 0]
    assert (second["gaps"], second["gaps/no_time"]) == (None, None)
    columns = list(first)
    assert columns.index("shift/night") < columns.index("times[2]/what") < columns.index("times[10]/what")
    assert "photo" not in columns


def test_each_coding_is_a_row_and_so_is_what_nothing_fitted() -> None:
    rows = json.loads(tabular.as_json(example()))["excerpts"]
    assert [(row["excerpt"], row["coder"], row["blind"], row["code"], row["theme"]) for row in rows] == [
        ("e1", "AB", 0, "CAP.night", "CAP"),
        ("e1", "AB", 0, "SUP", "SUP"),
        ("e1", "CD", 1, "CAP", "CAP"),
        ("e2", "AB", 0, "", ""),
        ("e3", "AB", 0, "ESC", "ESC"),
        ("e4", "AB", 0, "ESC", "ESC"),
        ("e5", "AB", 0, "CAP", "CAP"),
    ]


def test_no_cell_of_a_spreadsheet_can_be_run() -> None:
    book = load_workbook(io.BytesIO(tabular.as_xlsx(example())))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr", "n"}  # no formula among them
    said = [str(cell.value) for cell in cells if cell.value is not None]
    assert "'=HYPERLINK(“http://x”)" in said
    assert {"'@twice", "'+44 manager"} <= set(said)
    with zipfile.ZipFile(io.BytesIO(tabular.as_csv(example()))) as archive:
        for name in archive.namelist():
            for row in csv.reader(io.StringIO(archive.read(name).decode("utf-8-sig"))):
                assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


def test_anonymous_words_are_in_no_file() -> None:
    sources = (
        Source(b"\xaa", "f", "staff", "senior"),
        Source(b"\x01", "culture", "staff", named=False, question="words"),
    )
    passages = tuple(Passage(each.id, each.id, (Coded("CUL", Direction.WEAKNESS),)) for each in sources)
    made = example(results=results(Material(sources, passages)))
    xlsx = load_workbook(io.BytesIO(tabular.as_xlsx(made)))
    cells = " ".join(str(cell.value) for sheet in xlsx for row in sheet.iter_rows() for cell in row)
    xml, _, files = qde(refi.project(made))
    for content in (cells, tabular.as_json(made).decode(), xml, *(each.decode() for each in files.values())):
        assert "canary" not in content
        assert "SECRET" not in content
    (culture,) = [row for row in json.loads(tabular.as_json(made))["themes"] if row["theme"] == "CUL"]
    assert (culture["people: weakness"], culture["sources heard"], culture["most say"]) == (1, 1, "weakness")


def test_tables_have_what_each_role_says_each_closed_question_gaps_and_frameworks() -> None:
    roles = ("manager",) * 5 + ("care",) * 5
    sources = tuple(Source(b"%d" % at, "f", "staff", role) for at, role in enumerate(roles))
    rated = tuple(Rating(each.id, "CAP", "shift/often", each.role == "manager") for each in sources)
    found = json.loads(tabular.as_json(example(results=results(Material(sources, ratings=rated)))))
    assert [row["people heard"] for row in found["roles"] if row["theme"] == "CAP"] == [5, 5]
    (asked,) = found["items"]
    assert (asked["question"], asked["answers"], asked["best"], asked["percent"]) == (
        "shift/often",
        10,
        5,
        50,
    )
    assert asked["label"]
    first, usual = found["gaps"]
    assert (first["theme"], first["verdict"], first["points"]) == ("CAP", "notable", 100)
    assert (usual["verdict"], usual["points"]) == ("reference", 30)
    assert {row["framework"] for row in found["frameworks"] if row["theme"] == "CAP"} >= {"cqc", "seips"}
