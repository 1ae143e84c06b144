"""Forms are read from workbooks and from YAML alike, and files that are none are refused in a sentence."""

from __future__ import annotations

import datetime as dt
import io
import re
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula

from dialogues import library, xlsform
from dialogues.checker import check
from dialogues.form import Attribution, Form, Kind, Question, Repeat, decode, encode
from dialogues.problems import Problem
from dialogues.sheets import MAX_BYTES, MAX_CELL, MAX_ROWS, Sheet, read_sheets
from dialogues.xlsform import read

Sheets = dict[str, list[dict[str, Any]]]
MIDNIGHT = dt.datetime.combine(dt.date(2026, 5, 4), dt.time())  # as openpyxl gives a date

FULL: Sheets = {
    "settings": [
        {
            "form_title::English (en)": "Night shifts",
            "form_title::Cymraeg (cy)": "Shifftiau nos",
            "form_id": "nights",
            "version": "7",
            "default_language": "English (en)",
            "audience": "frontline",
            "attribution": "anonymous",
            "breakdown": "role",
            "records": "response",
            "estimated_minutes": "12",
        }
    ],
    "survey": [
        {"type": "note", "name": "danger", "label::English (en)": "Ring 999.", "appearance": "signpost"},
        {
            "type": "select_one role or_other",
            "name": "role",
            "label::English (en)": "Your role?",
            "label::Cymraeg (cy)": "Eich rôl?",
            "hint::English (en)": "The closest.",
            "required": "yes",
            "required_message::English (en)": "Please choose.",
            "theme": "CAP",
            "construct": "role",
            "polarity": "-1",
            "equivalence": "n.role",
        },
        {
            "type": "begin_group",
            "name": "night",
            "label::English (en)": "The night",
            "relevant": "${role} != ''",
        },
        {"type": "integer", "name": "nights", "label::English (en)": "Nights?", "constraint": ". < 32"},
        {
            "type": "range",
            "name": "calm",
            "label::English (en)": "Calm?",
            "parameters": "start=1 end=5 step=1",
        },
        {
            "type": "begin repeat",
            "name": "visits",
            "label::English (en)": "Visit",
            "repeat_count": "${nights}",
        },
        {
            "type": "select_multiple ward",
            "name": "ward",
            "label::English (en)": "Ward?",
            "choice_filter": "floor = '1'",
            "guidance_hint::English (en)": "Probe.",
            "probe::English (en)": "Who else?",
        },
        {"type": "calculate", "name": "n", "calculation": "position(..)"},
        {"type": "end repeat"},
        {"type": "end_group"},
        {"type": "text", "name": "why", "label::English (en)": "Why?", "default": "n/a", "read_only": "no"},
    ],
    "choices": [
        {"list_name": "role", "name": "nurse", "label::English (en)": "Nurse", "score": "2"},
        {"list_name": "ward", "name": "ash", "label::English (en)": "Ash", "floor": "1"},
        {"list_name": "ward", "name": "elm", "label::English (en)": "Elm", "floor": "2"},
    ],
}


def as_yaml(sheets: Sheets) -> bytes:
    return yaml.safe_dump(sheets, sort_keys=False, allow_unicode=True).encode()


def as_xlsx(sheets: Sheets) -> bytes:
    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for name, rows in sheets.items():
        worksheet = book.create_sheet(name)
        columns = list(dict.fromkeys(column for row in rows for column in row))
        worksheet.append(columns)
        for row in rows:
            worksheet.append([row.get(column) for column in columns])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def form_from(content: bytes, name: str = "form.yaml") -> Form:
    reading = read(content, name)
    assert reading.form is not None, [problem.message for problem in reading.problems]
    return reading.form


def problems(content: bytes, name: str = "form.yaml") -> list[tuple[str, str, int | None, str]]:
    """Kind, sheet, row and column of everything that is wrong."""
    return [
        (one.kind, one.place.sheet, one.place.row, one.place.column) for one in read(content, name).problems
    ]


def only(content: bytes, name: str = "form.yaml") -> Problem:
    [problem] = read(content, name).problems
    return problem


# The same form from both


def test_a_workbook_and_yaml_give_the_same_form() -> None:
    one, other = form_from(as_yaml(FULL)), form_from(as_xlsx(FULL), "form.xlsx")
    assert one == other
    assert one.digest == other.digest
    assert encode(one) == encode(other)
    assert decode(encode(one)) == one


def test_everything_that_was_written_is_in_the_form() -> None:
    form = form_from(as_yaml(FULL))
    assert (form.id, form.version, form.audience, form.breakdown) == ("nights", "7", "frontline", "role")
    assert form.title.words == {"en": "Night shifts", "cy": "Shifftiau nos"}
    assert [(language.code, language.name) for language in form.languages] == [
        ("en", "English"),
        ("cy", "Cymraeg"),
    ]
    assert form.attribution is Attribution.ANONYMOUS
    assert form.estimated_minutes == 12
    role = form.questions["role"]
    assert (role.kind, role.choices, role.required) == (Kind.SELECT_ONE, "role", "true()")
    assert role.label.words == {"en": "Your role?", "cy": "Eich rôl?"}
    assert (role.theme, role.construct, role.polarity, role.equivalence) == ("CAP", "role", -1, "n.role")
    assert [choice.name for choice in form.choices["role"]] == ["nurse", "other"]
    assert form.choices["role"][0].score == 2
    assert form.questions["role_other"].relevant == "selected(${role}, 'other')"
    ward = form.questions["visits/ward"]
    assert (ward.choice_filter, ward.guidance.to("en"), ward.probe.to("en")) == (
        "floor = '1'",
        "Probe.",
        "Who else?",
    )
    assert form.choices["ward"][0].columns == {"floor": "1"}
    assert form.questions["calm"].parameters == {"start": "1", "end": "5", "step": "1"}
    assert form.questions["why"].read_only == ""
    repeat = next(node for node in form.children[3].children if isinstance(node, Repeat))  # type: ignore[union-attr]
    assert (repeat.path, repeat.count) == ("visits", "${nights}")


def test_the_places_of_rows_are_known() -> None:
    reading = read(as_yaml(FULL), "form.yaml")
    assert (reading.places["role"].sheet, reading.places["role"].row) == ("survey", 3)
    assert reading.places["visits/ward"].row == 8
    assert reading.places["visits/ward"].line == 44
    assert reading.choice_places["ward", "elm"].row == 4


def test_names_in_different_groups_have_places_of_their_own() -> None:
    content = b"""
survey:
  - {type: begin group, name: one, label: One}
  - {type: text, name: who, label: Who?}
  - {type: end group}
  - {type: begin group, name: two, label: Two}
  - {type: text, name: who, label: Who?, relevant: "${nobody} = 1"}
  - {type: end group}
"""
    reading = read(content, "form.yaml")
    assert {path: place.row for path, place in reading.places.items()} == {
        "one": 2, "one/who": 3, "two": 5, "two/who": 6,
    }  # fmt: skip
    [problem] = [problem for problem in check(content, "form.yaml") if problem.is_error]
    assert (problem.place.row, problem.place.column, problem.character) == (6, "relevant", 1)


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("text", Kind.TEXT),
        ("string", Kind.TEXT),
        ("INTEGER", Kind.INTEGER),
        ("int", Kind.INTEGER),
        ("decimal", Kind.DECIMAL),
        ("date", Kind.DATE),
        ("time", Kind.TIME),
        ("dateTime", Kind.DATETIME),
        ("datetime", Kind.DATETIME),
        ("select_one abc", Kind.SELECT_ONE),
        ("select one from abc", Kind.SELECT_ONE),
        ("select1 abc", Kind.SELECT_ONE),
        ("select_multiple abc", Kind.SELECT_MULTIPLE),
        ("select all that apply from abc", Kind.SELECT_MULTIPLE),
        ("rank abc", Kind.RANK),
        ("note", Kind.NOTE),
        ("acknowledge", Kind.ACKNOWLEDGE),
        ("trigger", Kind.ACKNOWLEDGE),
        ("hidden", Kind.HIDDEN),
        ("image", Kind.IMAGE),
        ("photo", Kind.IMAGE),
        ("audio", Kind.AUDIO),
        ("file", Kind.FILE),
        ("start", Kind.START),
        ("end", Kind.END),
        ("today", Kind.TODAY),
        ("range", Kind.RANGE),
    ],
)
def test_every_type_is_known(written: str, kind: Kind) -> None:
    sheets: Sheets = {
        "survey": [{"type": written, "name": "a", "label": "A"}],
        "choices": [{"list_name": "abc", "name": "x", "label": "X"}],
    }
    assert form_from(as_yaml(sheets)).questions["a"].kind is kind


def test_aliases_of_columns_and_capitals_are_known() -> None:
    sheets: Sheets = {
        "Survey": [
            {
                "Type": "text",
                "NAME": "a",
                "Label": "A",
                "Relevance": "1 = 1",
                "Read only": "yes",
                "Constraint Message": "No",
            },
            {"Type": "calculate", "NAME": "b", "calculate": "1 + 1"},
            {"Type": "select_one l", "NAME": "c", "Label": "C"},
        ],
        "Choices": [{"list name": "l", "value": "x", "caption": "X"}],
        "Settings": [{"title": "T", "id_string": "f"}],
    }
    form = form_from(as_xlsx(sheets), "form.xlsx")
    question = form.questions["a"]
    assert isinstance(question, Question)
    assert (question.relevant, question.read_only, question.constraint_message.to("en")) == (
        "1 = 1",
        "true()",
        "No",
    )
    assert form.questions["b"].calculation == "1 + 1"
    assert (form.id, form.title.to("en"), form.choices["l"][0].label.to("en")) == ("f", "T", "X")


def test_cells_of_a_workbook_are_text_whatever_excel_made_of_them() -> None:
    sheets: Sheets = {
        "survey": [
            {"type": "text", "name": "a", "label": 2026, "default": dt.date(2026, 5, 4)},
            {"type": "text", "name": "b", "label": 2.5, "default": MIDNIGHT},
            {"type": "text", "name": "c", "label": True, "default": dt.time(14, 30), "required": True},
            {"type": "text", "name": "d", "label": "  spaces\u00a0 ", "required": False},
        ]
    }
    questions = form_from(as_xlsx(sheets), "form.xlsx").questions
    assert [question.label.to("en") for question in questions.values()] == ["2026", "2.5", "TRUE", "spaces"]
    assert [question.default for question in questions.values()] == [
        "2026-05-04",
        "2026-05-04",
        "14:30:00",
        "",
    ]
    assert [question.required for question in questions.values()] == ["", "", "true()", ""]


def test_yaml_keeps_every_value_as_it_was_written() -> None:
    form = form_from(b"""
survey:
  - {type: text, name: a, label: 1.10, default: 0777, required: yes}
  - {type: text, name: b, label: null, hint: no, required: off}
""")
    assert form.questions["a"].label.to("en") == "1.10"
    assert form.questions["a"].default == "0777"
    assert form.questions["b"].label.to("en") == "null"


def test_empty_rows_and_other_sheets_are_passed_over() -> None:
    sheets: Sheets = {
        "README": [{"anything": "=1+1", "else": "x" * 40_000}],
        "survey": [
            {},
            {"type": "text", "name": "a", "label": "A"},
            {},
            {"type": "text", "name": "b", "label": "B"},
        ],
    }
    sheets["survey"][0] = {"type": None, "name": None, "label": None}
    reading = read(as_xlsx({**sheets, "README": [{"anything": "x"}]}), "form.xlsx")
    assert reading.form is not None
    assert reading.places["b"].row == 5


def test_merged_cells_are_told_by_their_row() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "survey"
    for row in (("type", "name", "label"), ("text", "a", "A"), ("text", "b", "B")):
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    content = io.BytesIO()
    book.save(content)
    assert problems(content.getvalue(), "form.xlsx") == [("merged", "survey", 2, "")]


def test_a_byte_order_mark_and_other_line_ends_do_no_harm() -> None:
    content = "\ufeffsurvey:\r\n  - type: text\r\n    name: a\r\n    label: |\r\n      One\r\n      Two\r\n".encode()
    assert form_from(content).questions["a"].label.to("en") == "One\nTwo"


# Files that are no forms


def zipped(files: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, inside in files.items():
            archive.writestr(name, inside)
    return content.getvalue()


def _called(value: bytes | str) -> str:
    """What a case is called: the same on every worker, though a workbook's size follows the clock."""
    if isinstance(value, str):
        return value
    return "workbook" if value.startswith(b"PK") else f"{len(value)} bytes"


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (b"survey: []", "form.docx", "file_type"),
        (b"survey: []", "form", "file_type"),
        (b"x" * (MAX_BYTES + 1), "form.yaml", "file_size"),
        (b"PK" + b"x" * 25_000_000, "form.xlsx", "file_size"),
        (b"", "form.xlsx", "damaged"),
        (b"not a zip", "form.xlsx", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "form.xlsx", "password"),
        (zipped({"hello.txt": b"hello"}), "form.xlsx", "damaged"),
        (zipped({"[Content_Types].xml": b"<broken"}), "form.xlsx", "damaged"),
        (as_xlsx(FULL)[:3_000], "form.xlsx", "damaged"),
        (zipped({"xl/worksheets/sheet1.xml": b"\0" * 160_000_000}), "form.xlsx", "file_size"),
        (b"", "form.yaml", "yaml"),
        (b"# nothing\n", "form.yaml", "yaml"),
        (b"- a\n- b\n", "form.yaml", "yaml"),
        (b"just text", "form.yaml", "yaml"),
        (b"survey: [}", "form.yaml", "yaml"),
        (b"survey:\n\t- type: text\n", "form.yaml", "yaml"),
        (b"a: 1\n---\nb: 2\n", "form.yaml", "yaml"),
        (b"survey: \x00", "form.yaml", "yaml"),
        (b"[" * 100_000, "form.yaml", "yaml"),
        (b"{a: " * 50_000, "form.yaml", "yaml"),
        (b"a: &x [*x]\nsurvey: *x", "form.yaml", "yaml_row"),
        (b"survey: \xff\xfe", "form.yaml", "encoding"),
        ("survey: []".encode("utf-16"), "form.yaml", "encoding"),
        (b"survey: []", "form.yaml", "no_survey"),
        (b"choices: []", "form.yaml", "no_survey"),
        (b"survey: hello", "form.yaml", "yaml_sheet"),
        (as_xlsx({"other": [{"a": "b"}]}), "form.xlsx", "no_survey"),
    ],
    ids=_called,
)
def test_a_file_that_is_no_form_is_refused_in_one_sentence(content: bytes, name: str, kind: str) -> None:
    found = read(content, name).problems
    assert {problem.kind for problem in found} == {kind}
    assert all("\n" not in problem.message and "Error" not in problem.message for problem in found)


def test_a_workbook_that_lies_about_its_size_is_refused() -> None:
    content = bytearray(as_xlsx(FULL))
    directory = content.index(b"PK\x01\x02")
    content[directory + 24 : directory + 28] = struct.pack("<I", 10)
    read(bytes(content), "form.xlsx")
    content[directory + 24 : directory + 28] = struct.pack("<I", 4_000_000_000)
    assert only(bytes(content), "form.xlsx").kind == "file_size"


def test_every_formula_in_a_workbook_is_named() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "survey"
    for row in (("type", "name", "label"), ("text", "a", "=B2"), ("text", "b", "B"), ("=A2", "c", "C")):
        sheet.append(row)
    sheet["C3"] = ArrayFormula("C3:C4", "=B2:B3")
    content = io.BytesIO()
    book.save(content)
    assert problems(content.getvalue(), "form.xlsx") == [
        ("formula", "survey", 2, "label"),
        ("formula", "survey", 3, "label"),
        ("formula", "survey", 4, "type"),
    ]


def test_a_hundred_thousand_rows_are_refused() -> None:
    row = b'<row><c t="inlineStr"><is><t>note</t></is></c></row>'
    files = {}
    with zipfile.ZipFile(io.BytesIO(as_xlsx({"survey": [{"type": "note"}]}))) as archive:
        for name in archive.namelist():
            files[name] = archive.read(name).replace(b"</sheetData>", row * 100_000 + b"</sheetData>")
    text = b"survey:\n" + b"  - {type: note, label: x}\n" * 100_000
    assert only(zipped(files), "form.xlsx").kind == "sheet_size"
    prefixed = {
        name: re.sub(rb"<(/?)(row|c|is|t|sheetData|worksheet)\b", rb"<\1x:\2", content).replace(
            b"xmlns=", b"xmlns:x="
        )
        if "worksheets/" in name
        else content
        for name, content in files.items()
    }
    assert only(zipped(prefixed), "form.xlsx").kind == "sheet_size"
    assert only(text).kind == "sheet_size"
    assert only(text[: 9 + 27 * (MAX_ROWS + 1)]).kind == "sheet_size"


def test_many_columns_are_bounded() -> None:
    row = {f"c{number}": "x" for number in range(2_000)}
    sheets = read_sheets(as_xlsx({"survey": [row]}), "form.xlsx")
    assert isinstance(sheets[0], Sheet)
    assert len(sheets[0].columns) == 500


LAUGHS = "a0: &a0 [x, x]\n" + "".join(
    f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 9)}]\n" for number in range(1, 12)
)


@pytest.mark.parametrize(
    ("content", "kind", "line"),
    [
        (LAUGHS + "survey: *a11\n", "yaml_row", None),
        (LAUGHS + "survey:\n  - ? *a11\n    : x\n", "yaml_key", None),
        (LAUGHS + "? *a11\n: x\n", "yaml_key", None),
        (LAUGHS + "survey:\n  - {type: text, label: *a11}\n", "yaml_cell", 14),
        ("survey:\n  - &row {type: text, name: a, label: A}\n  - *row\n", "yaml_row", None),
        ("survey:\n  - {type: text, name: a, label: [A, B]}\n", "yaml_cell", 2),
        ("survey:\n  - {type: text, name: a, label: {en: A}}\n", "yaml_cell", 2),
        ("survey:\n  - {type: text, name: a, name: b, label: A}\n", "yaml_twice", 2),
        (
            "survey:\n  - {type: text, name: a, label: A}\nsurvey:\n  - {type: text, name: b, label: B}\n",
            "yaml_twice",
            3,
        ),
        ("survey:\n  - type: text\n  - text\n", "yaml_row", 3),
        ("survey:\n  - {type: text, name: a, label: '" + "x" * (MAX_CELL + 1) + "'}\n", "cell_size", 2),
    ],
    ids=range(11),
)
def test_yaml_that_is_no_table_is_refused_with_its_line(content: str, kind: str, line: int | None) -> None:
    found = read(content.encode(), "form.yaml").problems
    assert {problem.kind for problem in found} == {kind}
    if line is not None:
        assert found[0].place.line == line


def test_an_aliased_text_is_only_text() -> None:
    assert (
        form_from(b"survey:\n  - {type: text, name: a, label: &l Label, hint: *l}\n")
        .questions["a"]
        .hint.to("en")
        == "Label"
    )


def test_all_bad_cells_are_named_at_once() -> None:
    content = b"survey:\n  - {type: [text], name: a}\n  - just\n  - {type: text, type: note, name: {b: c}}\n"
    assert problems(content) == [
        ("yaml_cell", "survey", 2, "type"),
        ("yaml_row", "survey", 3, ""),
        ("yaml_twice", "survey", 4, "type"),
        ("yaml_cell", "survey", 4, "name"),
    ]


@given(st.binary(max_size=300))
def test_any_bytes_are_a_form_or_problems(content: bytes) -> None:
    for name in ("form.xlsx", "form.yaml"):
        reading = read(content, name)
        assert (reading.form is None) == any(problem.is_error for problem in reading.problems)


_cells = st.one_of(
    st.sampled_from(
        (
            "text",
            "note",
            "select_one l",
            "begin group",
            "end group",
            "begin repeat",
            "end repeat",
            "calculate",
            "a",
            "l",
            "yes",
        )
    ),
    st.text(max_size=12),
)


@given(
    st.fixed_dictionaries(
        {
            name: st.lists(st.dictionaries(st.sampled_from(columns), _cells, max_size=6), max_size=5)
            for name, columns in {
                "survey": (
                    "type",
                    "name",
                    "label",
                    "relevant",
                    "calculation",
                    "default",
                    "parameters",
                    "choice_filter",
                ),
                "choices": ("list_name", "name", "label", "score"),
                "settings": (
                    "form_title",
                    "attribution",
                    "breakdown",
                    "default_language",
                    "estimated_minutes",
                ),
            }.items()
        }
    )
)
def test_any_table_is_a_form_or_problems_that_name_their_place(sheets: Sheets) -> None:
    for problem in check(as_yaml(sheets), "form.yaml"):
        assert problem.message
        assert problem.place.sheet in ("survey", "choices", "settings", "")


# The shipped forms


@pytest.mark.parametrize("name", library.names())
def test_a_shipped_form_is_the_same_as_a_workbook(name: str) -> None:
    content = library.path_of(name).read_bytes()
    sheets = yaml.load(content, yaml.CBaseLoader)  # noqa: S506 - only text comes of it
    assert form_from(as_xlsx(sheets), f"{name}.xlsx") == library.shipped(name)


def test_only_shipped_forms_are_found_by_name() -> None:
    assert {"concern", "staff-culture"} <= set(library.names())
    with pytest.raises(KeyError):
        library.shipped("../../etc/passwd")


def test_a_form_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "nights.xlsx"
    path.write_bytes(as_xlsx({"survey": [{"type": "text", "name": "a", "label": "A"}]}))
    form = xlsform.load(path).form
    assert form is not None
    assert form.id == "nights"
    with pytest.raises(OSError, match=re.escape("nothing.xlsx")):
        xlsform.load(tmp_path / "nothing.xlsx")
