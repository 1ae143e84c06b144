"""Staff are asked in six languages, completely, and nobody is told that a speaker has reviewed what none has.

    python -m tests.project.test_languages

prints the table of docs/languages.md.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot import wording
from dialogues import catalogues, library, translating
from dialogues.form import Attribution, Form

STAFF = ("en", "cy", "pl", "ro", "ml", "ur")
DOCS = Path(__file__).parents[2] / "docs" / "languages.md"
FORMS = [name for name in library.names() if library.shipped(name).attribution is Attribution.ANONYMOUS]
PHONE = re.compile(r"(?<![\d\u2066\u2068])\d{3,} \d{3,}")


def texts(name: str, language: str) -> dict[str, str]:
    """The words of a form in a language, by their place; empty where there are none."""
    path = library.path_of(name)
    catalogue = catalogues.read(translating.export(path.read_bytes(), path.name, language))
    return {str(message.context): str(message.string or "") for message in catalogue if message.id}


def state(form: Form, language: str) -> str:
    """What the table says of a form in a language."""
    if language not in [spoken.code for spoken in form.languages]:
        return "–"
    return "not yet reviewed" if language in form.unreviewed else "yes"


def table() -> str:
    """Languages by forms, and what Candour says itself."""
    rows = [["language", "Candour", *FORMS], ["---"] * (len(FORMS) + 2)]
    for code in STAFF:
        said = "yes" if wording.voice(code).reviewed else "not yet reviewed"
        spoken = said if code in wording.languages() else "–"
        forms = [state(library.shipped(name), code) for name in FORMS]
        rows.append([catalogues.name_of(code, "en"), spoken, *forms])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def test_candour_speaks_the_languages_of_staff() -> None:
    assert set(wording.languages()) == set(STAFF)


@pytest.mark.parametrize("language", STAFF[1:])
@pytest.mark.parametrize("name", FORMS)
def test_a_staff_form_speaks_all_six_languages_completely(name: str, language: str) -> None:
    assert [place for place, words in texts(name, language).items() if not words] == []


@pytest.mark.parametrize("name", FORMS)
def test_no_translation_counts_as_reviewed_before_a_speaker_is_named(name: str) -> None:
    """Take a language out here when a speaker has reviewed it."""
    assert set(library.shipped(name).unreviewed) == set(STAFF[1:])


@pytest.mark.parametrize("name", FORMS)
def test_telephone_numbers_in_urdu_keep_their_order(name: str) -> None:
    assert [place for place, words in texts(name, "ur").items() if PHONE.search(words)] == []


def test_the_table_of_the_docs_is_true() -> None:
    assert table() in DOCS.read_text("utf-8")


if __name__ == "__main__":
    print(table())
