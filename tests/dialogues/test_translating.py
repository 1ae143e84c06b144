"""A translator gets every text with its place, and what comes back changes nothing else in the form's file."""

from __future__ import annotations

import io
import re

import pytest
from babel.messages.pofile import read_po
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialogues import catalogues
from dialogues.catalogues import CatalogueError
from dialogues.translating import Translated, export, take
from dialogues.writing import as_workbook, as_yaml
from dialogues.xlsform import read
from tests.dialogues.playing import form_of
from tests.dialogues.test_writing import EVERYTHING

SMALL = """\
# A comment at the top.
settings:
  - form_title::English (en): "Work"  # the title
    form_id: small
    default_language: English (en)

survey:
  - type: note
    name: hello   # a note
    label::English (en): |-
      One.

      Two, ${name}.
    # between two columns
    relevant: "1 = 1"

  - {type: select_one yn, name: story, "label::English (en)": "Is it so?", "label::Cymraeg (cy)": "Ydy?", theme: CUL}
choices:
  - {list_name: yn, name: "yes", "label::English (en)": Yes, score: ""}   # the best
  - {list_name: yn, name: "no", "label::English (en)": "No"}
"""


def translated(form: bytes, name: str, language: str, **words: str) -> Translated:
    """The form with these words for each text, by the end of its place; `others` for all that are not named."""
    return take(form, name, filled(export(form, name, language), **words))


def filled(po: bytes, *, reviewed: str = "no", **words: str) -> bytes:
    catalogue = read_po(io.BytesIO(po))
    for message in catalogue:
        if message.id:
            place = str(message.context).split("/", 1)[1].replace("/", "_")
            message.string = words.get(place, words.get("others", ""))
    return catalogues.write(catalogue, {catalogues.REVIEWED: reviewed})


def changed(po: bytes, place: str, **values: object) -> bytes:
    """The catalogue with other values (`id`, `flags`, `context`) at one place."""
    catalogue = read_po(io.BytesIO(po))
    message = next(each for each in catalogue if each.context == place)
    for name, value in values.items():
        setattr(message, name, value)
    return catalogues.write(catalogue, {})


def test_every_text_is_there_with_its_place_and_a_note() -> None:
    po = export(SMALL.encode(), "small.yaml", "pl").decode()
    assert re.findall('msgctxt "(.*)"', po) == [
        "settings/form_title",
        "survey/hello/label",
        "survey/story/label",
        "choices/yn/yes/label",
        "choices/yn/no/label",
    ]
    assert "#. A button: one to four words, at most 60 characters.\n#. Answers “Is it so?”\n" in po
    assert "X-Reviewed-By-A-Speaker: no" in po
    assert "nplurals=3" in po


def test_what_comes_back_stands_behind_the_other_languages_and_all_else_stays() -> None:
    taken = translated(
        SMALL.encode(),
        "small.yaml",
        "pl",
        form_title="Praca",
        hello_label="Raz.\n\nDwa, ${name}.",
        story_label="Tak?",
        yn_yes_label="Tak",
    )
    assert taken.content.decode() == SMALL.replace(
        '"Work"  # the title\n', '"Work"  # the title\n    form_title::Polski (pl): "Praca"\n'
    ).replace(
        "      Two, ${name}.\n",
        "      Two, ${name}.\n    label::Polski (pl): |-\n      Raz.\n\n      Dwa, ${name}.\n",
    ).replace('"Ydy?"', '"Ydy?", "label::Polski (pl)": "Tak?"').replace(
        '"label::English (en)": Yes', '"label::English (en)": Yes, "label::Polski (pl)": "Tak"'
    ).replace("default_language: English (en)\n", "default_language: English (en)\n    unreviewed: pl\n")
    assert (taken.changed, taken.missing, taken.remarks) == (4, 1, ())


def test_a_second_time_changes_nothing_and_another_word_takes_the_place_of_the_first() -> None:
    once = translated(SMALL.encode(), "small.yaml", "pl", others="Raz ${name}")
    assert once.remarks != ()  # most texts have no such name in braces
    first = translated(SMALL.encode(), "small.yaml", "pl", story_label="Raz", yn_no_label="Nie").content
    assert take(first, "small.yaml", export(first, "small.yaml", "pl")).content == first
    second = translated(first, "small.yaml", "pl", story_label="Dwa\ntrzy")
    assert second.content.decode() == first.decode().replace('"Raz"', '"Dwa\\ntrzy"')


def test_a_language_is_marked_until_a_speaker_has_reviewed_it() -> None:
    first = translated(SMALL.encode(), "small.yaml", "pl", story_label="Raz").content
    assert read(first, "small.yaml").form.unreviewed == ("pl",)  # type: ignore[union-attr]
    both = translated(first, "small.yaml", "cy", story_label="Un").content
    assert read(both, "small.yaml").form.unreviewed == ("pl", "cy")  # type: ignore[union-attr]
    reviewed = take(both, "small.yaml", filled(export(both, "small.yaml", "pl"), reviewed="A. Speaker"))
    assert read(reviewed.content, "small.yaml").form.unreviewed == ("cy",)  # type: ignore[union-attr]
    assert "X-Reviewed-By-A-Speaker: yes" in export(reviewed.content, "small.yaml", "pl").decode()


def test_what_cannot_be_taken_is_told_in_a_sentence() -> None:
    po = filled(export(SMALL.encode(), "small.yaml", "pl"), others="Raz", hello_label="Raz, ${name}")
    story, hello = "survey/story/label", "survey/hello/label"
    for catalogue, sentence in (
        (changed(po, story, flags={"fuzzy"}), "is marked as fuzzy"),
        (changed(po, story, id="Was it so?"), "has other words in the form by now"),
        (changed(po, story, context="survey/gone/label"), "“survey/gone/label” is no text of this form"),
        (changed(po, hello, string="Raz, ${imię}"), "(“${imię}”, “${name}”)"),
    ):
        taken = take(SMALL.encode(), "small.yaml", catalogue)
        (remark,) = taken.remarks
        assert sentence in remark
        assert remark.endswith(".")
        assert taken.missing == 1


@pytest.mark.parametrize(
    ("po", "sentence"),
    [
        (b"\xff", "not UTF-8"),
        (b"survey:\n  - type", "This is not a PO file"),
        (b"", "names no language"),
        (b'msgid ""\nmsgstr "Language: qqq\\n"\n', "names no language"),
        (b'msgid ""\nmsgstr "Language: en\\n"\n', "the form's own language"),
    ],
)
def test_what_is_no_catalogue_is_refused_in_a_sentence(po: bytes, sentence: str) -> None:
    with pytest.raises(CatalogueError, match=sentence):
        take(SMALL.encode(), "small.yaml", po)


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("::English (en)", "", "do not say their language"),
        ('"Is it so?"', "&a Is it so?", "without changing something else"),
    ],
)
def test_a_file_that_cannot_be_written_without_harm_is_left_as_it_is(
    before: str, after: str, sentence: str
) -> None:
    form = SMALL.replace(before, after).replace(', "label::Cymraeg (cy)": "Ydy?"', "")
    form = form.replace('"label::English (en)": "No"', '"label::English (en)": *a') if "&a" in form else form
    with pytest.raises(CatalogueError, match=sentence):
        translated(form.encode(), "small.yaml", "pl", others="Raz", hello_label="${name}")


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=20).map(
    lambda text: text.replace("$", "S")
)


@pytest.mark.parametrize("ending", ["yaml", "xlsx", "crlf.yaml"])
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(words=st.lists(WORDS | st.lists(WORDS, max_size=3).map("\n".join), min_size=1, max_size=5))
def test_any_words_come_back_and_a_form_without_them_is_the_one_before(ending: str, words: list[str]) -> None:
    form = form_of(EVERYTHING)
    content = as_workbook(form) if ending == "xlsx" else as_yaml(form)
    content = content.replace(b"\n", b"\r\n") if ending == "crlf.yaml" else content
    name = f"form.{ending}"
    catalogue = read_po(io.BytesIO(export(content, name, "ur")))
    wanted = {}
    for number, message in enumerate(each for each in catalogue if each.id):
        message.string = words[number % len(words)]
        wanted[message.context] = message.string.strip()
    taken = take(content, name, catalogues.write(catalogue, {}))
    assert taken.remarks == ()
    again = export(taken.content, name, "ur")
    found = {each.context: each.string for each in read_po(io.BytesIO(again)) if each.id}
    assert {place: " ".join(str(text).split()) for place, text in found.items()} == {
        place: " ".join(text.split()) for place, text in wanted.items()
    }
    assert take(taken.content, name, again).content == taken.content
