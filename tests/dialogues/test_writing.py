"""A form that is written down again reads as an equal form, in both formats."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from random import Random

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import NODEFAULT, Struct
from msgspec.structs import fields
from openpyxl import load_workbook

from dialogues.form import Choice, Form, Group, Question, Repeat, walk
from dialogues.library import names, shipped
from dialogues.writing import UnwritableError, as_sheets, as_workbook, as_yaml
from dialogues.xlsform import read
from tests.dialogues.playing import form_of
from tests.javarosa.walks import Author, loaded

Write = Callable[[Form], bytes]
both = pytest.mark.parametrize(("write", "name"), [(as_yaml, "form.yaml"), (as_workbook, "form.xlsx")])

EVERYTHING = """
settings:
  - {"form_title::English (en)": "Every: type", "form_title::Cymraeg (cy)": "Pob un", form_id: every, version: "1.0",
     default_language: "English (en)", audience: frontline, attribution: anonymous, breakdown: one,
     records: finding, source_type: staff, unreviewed: cy pl, estimated_minutes: "007", reading_age: "12"}
survey:
  - {type: start, name: began}
  - {type: end, name: ended}
  - {type: today, name: day}
  - {type: text, name: text, "label::Cymraeg (cy)": "Yn gyntaf", default: "=1+1", read_only: "yes",
     "hint::Polski (pl)": "2026-05-04"}
  - {type: integer, name: integer, "label::English (en)": "01", required: "yes",
     "required_message::English (en)": "no", constraint: ". > 1 and . < '9'",
     "constraint_message::English (en)": "'quoted' \\"twice\\" \\\\ back",
     "constraint_message::Cymraeg (cy)": "# no comment: here"}
  - {type: decimal, name: decimal, "label::English (en)": "1.0", required: "${integer} > 2",
     "guidance_hint::English (en)": "TRUE", "probe::English (en)": "null"}
  - {type: range, name: range, "label::English (en)": "- dash", parameters: "start=1 end=5 step=0.5"}
  - {type: date, name: date, "label::English (en)": "a\\n\\n  indented\\n\\nb", default: "today()"}
  - {type: time, name: time, "label::English (en)": "a\\n \\nb"}
  - {type: dateTime, name: when, "label::English (en)": "tab\\there, sep\\u2028line, 😀, \\u200fعربي"}
  - {type: select_one colours or_other, name: one, "label::English (en)": "{a: b}", "label::Polski (pl)": "Który?"}
  - {type: select_multiple colours, name: many, "label::English (en)": "[x]",
     choice_filter: "shade = 'dark' or selected(${one}, 'red')", appearance: minimal}
  - {type: rank colours, name: rank, "label::English (en)": "&anchor *alias !tag %", theme: ESC,
     construct: "some construct", polarity: "-1", equivalence: e.1}
  - {type: begin group, name: group, "label::English (en)": "Group", relevant: "${integer} > 1",
     appearance: field-list}
  - {type: note, name: note, "label::English (en)": "=SUM(A1)", "label::Cymraeg (cy)": "#N/A"}
  - {type: acknowledge, name: ack, "label::English (en)": "@home | >"}
  - {type: begin repeat, name: repeat, "label::English (en)": "Each", repeat_count: "${integer}", relevant: "true()",
     appearance: compact}
  - {type: calculate, name: calc, calculation: "concat('a  b', ${text})"}
  - {type: hidden, name: hidden, default: "x"}
  - {type: end repeat}
  - {type: image, name: image, "label::English (en)": "+1"}
  - {type: audio, name: audio, "label::English (en)": "_x000D_"}
  - {type: file, name: text, "label::English (en)": "The same name, elsewhere"}
  - {type: end group}
choices:
  - {list_name: colours, name: red, "label::English (en)": "Red", "label::Cymraeg (cy)": "Coch", score: "-1.50",
     shade: dark, "no": "1"}
  - {list_name: colours, name: "1", "label::English (en)": "=", score: "0", shade: "light # not"}
"""


@both
@pytest.mark.parametrize("form", [shipped(name) for name in names()], ids=names())
def test_a_shipped_form_comes_back_equal(form: Form, write: Write, name: str) -> None:
    assert_same(form, write(form), name)


@both
def test_every_type_and_column_comes_back(write: Write, name: str) -> None:
    form = form_of(EVERYTHING)
    assert [language.code for language in form.languages] == ["en", "cy", "pl"]
    assert_same(form, write(form), name)


@both
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(random=st.randoms(use_true_random=False), size=st.integers(1, 25))
def test_a_random_form_comes_back_equal(write: Write, name: str, random: Random, size: int) -> None:
    form = loaded(Author(random).form(size))
    assert_same(form, write(form), name)


_WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t"), max_size=40)


@both
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(label=_WORDS, hint=_WORDS, default=_WORDS, name_of_choice=_WORDS)
def test_any_words_come_back(
    write: Write, name: str, label: str, hint: str, default: str, name_of_choice: str
) -> None:
    rows = {
        "survey": [
            {"type": "text", "name": "a", "label": f"x{label}", "hint": hint, "default": default},
            {"type": "select_one list", "name": "b", "label": "B"},
        ],
        "choices": [{"list_name": "list", "name": "c", "label": name_of_choice}],
    }
    form = read(yaml.safe_dump(rows, allow_unicode=True).encode(), "form.yaml").form
    assert form is not None
    assert_same(form, write(form), name)


def assert_same(form: Form, content: bytes, name: str) -> None:
    reading = read(content, name)
    assert reading.form == form, [problem.message for problem in reading.problems]
    assert reading.form is not None
    assert reading.form.digest == form.digest


def test_the_form_with_everything_has_everything() -> None:
    """A field that is new, and not written yet, makes this fail."""
    form = form_of(EVERYTHING)
    values = [
        form,
        *walk(form.children),
        *(choice for choices in form.choices.values() for choice in choices),
    ]
    told = {(type(value), name) for value in values for name in _fields_in_use(value)}
    for kind in (Form, Question, Group, Repeat, Choice):
        elsewhere = {"external"} if kind is Form else set()  # not in anonymous forms: see test_external
        assert {name for owner, name in told if owner is kind} == set(kind.__struct_fields__) - elsewhere


def _fields_in_use(value: Struct) -> Iterator[str]:
    for field in fields(value):
        default = field.default if field.default_factory is NODEFAULT else field.default_factory()
        if getattr(value, field.name) != default:
            yield field.name


@both
def test_the_same_form_is_written_the_same_way_after_a_round_trip(write: Write, name: str) -> None:
    form = form_of(EVERYTHING)
    back = read(write(form), name).form
    assert back is not None
    assert as_sheets(back) == as_sheets(form)


def test_columns_stand_in_a_fixed_order_and_only_those_that_are_used() -> None:
    survey, choices, written = as_sheets(shipped("staff-culture"))
    texts = ("label", "hint", "constraint_message")
    spoken = ("English (en)", "Cymraeg (cy)", "മലയാളം (ml)", "Polski (pl)", "Română (ro)", "اردو (ur)")
    rules = [
        "required",
        "relevant",
        "constraint",
        "appearance",
        "theme",
        "construct",
        "polarity",
        "equivalence",
    ]
    assert survey.columns == (
        *("type", "name"),
        *(f"{text}::{language}" for text in texts for language in spoken),
        *rules,
    )
    labels = tuple(f"label::{language}" for language in spoken)
    assert choices.columns == ("list_name", "name", *labels, "score")
    assert {"attribution", "breakdown", "records", "estimated_minutes"} < set(written.columns)


def test_yaml_reads_like_the_shipped_forms() -> None:
    lines = as_yaml(shipped("concern")).decode().splitlines()
    original = (shipped_source("concern")).splitlines()
    shared = [line for line in lines if line in original]
    assert len(shared) > 0.9 * len(lines)
    assert "    label::English (en): |-" in lines


def shipped_source(name: str) -> str:
    from dialogues.library import path_of  # noqa: PLC0415

    return path_of(name).read_text("utf-8")


def test_every_value_in_the_yaml_is_text_for_any_reader() -> None:
    def scalars(node: object) -> list[object]:
        if isinstance(node, dict):
            return [one for value in node.values() for one in scalars(value)]
        return [one for value in node for one in scalars(value)] if isinstance(node, list) else [node]

    assert all(isinstance(value, str) for value in scalars(yaml.safe_load(as_yaml(form_of(EVERYTHING)))))


def test_in_a_workbook_nothing_is_a_formula_or_a_number() -> None:
    book = load_workbook(io.BytesIO(as_workbook(form_of(EVERYTHING))))
    kinds = {cell.data_type for page in book for row in page for cell in row if cell.value is not None}
    assert kinds == {"s"}
    assert "=SUM(A1)" in {cell.value for row in book["survey"] for cell in row}


def test_or_other_is_written_as_what_it_stands_for() -> None:
    form = form_of("""
survey:
  - {type: select_one colours or_other, name: colour, label: "Which colour?"}
choices:
  - {list_name: colours, name: red, label: "Red"}
""")
    survey, choices, _ = as_sheets(form)
    assert [row.cells["type"] for row in survey.rows] == ["select_one colours", "text"]
    assert survey.rows[1].cells["relevant"] == "selected(${colour}, 'other')"
    assert [row.cells["name"] for row in choices.rows] == ["red", "other"]


def test_a_language_without_words_is_kept() -> None:
    form = form_of("""
survey:
  - {type: text, name: a, "label::English (en)": "A", "label::Cymraeg (cy)": ""}
""")
    assert [language.code for language in form.languages] == ["en", "cy"]
    assert_same(form, as_yaml(form), "form.yaml")
    assert_same(form, as_workbook(form), "form.xlsx")


def test_what_a_workbook_cannot_hold_is_refused() -> None:
    form = form_of('survey: [{type: text, name: a, label: "bell \\a"}]')
    with pytest.raises(UnwritableError, match="control characters"):
        as_workbook(form)
    assert_same(form, as_yaml(form), "form.yaml")


def test_forms_that_say_the_same_have_the_same_digest_whether_they_spell_a_default_out() -> None:
    one = form_of(
        "survey: [{type: text, name: a, label: A}]\nsettings: {records: response, attribution: named}"
    )
    other = form_of("survey: [{type: text, name: a, label: A}]")
    assert one == other
    assert one.digest == other.digest
