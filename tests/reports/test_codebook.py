"""The shipped codebook, what stands beside it, and codebooks in files."""

from __future__ import annotations

import pytest

from dialogues import library
from reports import codebook, frameworks
from reports.codebook import Standing, shipped
from reports.coding import theme_of
from reports.phrases import Phrase, Phrases, tokens
from reports.suggesting import LexiconSuggester, Piece

LANGUAGES = {"en", "cy", "pl", "ro", "ml", "ur"}


def test_nothing_is_wrong_with_the_shipped_codebook() -> None:
    assert list(codebook.problems(shipped())) == []
    assert len({each.code for each in shipped().codes}) == len(shipped().codes)


@pytest.mark.parametrize("theme", codebook.THEMES, ids=lambda theme: theme.code)
def test_every_theme_is_divided_and_has_words_in_every_language(theme: codebook.Theme) -> None:
    entry = shipped().get(theme.code)
    assert entry is not None
    assert set(entry.lexicon) == LANGUAGES
    assert 4 <= len(shipped().under(theme.code)) <= 7
    for each in (entry, *shipped().under(theme.code)):
        assert each.includes
        assert each.excludes
        assert each.examples
        assert {"en", "cy"} <= set(each.name.words)


def test_the_codes_that_an_entry_points_at_exist() -> None:
    for each in shipped().codes:
        named = {word.strip(".,()") for word in each.excludes.split()}
        for code in filter(codebook.is_code, named):
            assert shipped().has(code) or code == "CQC", (each.code, code)


def test_the_lexicon_finds_its_own_examples_in_most_cases() -> None:
    made_up = [(each.theme, example) for each in shipped().codes for example in each.examples]
    found = LexiconSuggester(shipped()).suggest([Piece(example, theme) for theme, example in made_up])
    right = sum(
        theme in {theme_of(one.code) for one in each} for (theme, _), each in zip(made_up, found, strict=True)
    )
    assert right >= 0.9 * len(made_up)


def test_the_codebook_comes_back_from_its_file() -> None:
    assert codebook.read(codebook.written(shipped()).encode()) == shipped()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "There is nothing in this file."),
        ("a: [", "This is not YAML: look at line"),
        ("codes: 5", "This is not a codebook"),
        ("[" * 100_000, "nested too deep"),
        ("version: x\ndated: '2026-01-01'\ncodes: []", "The theme ESC is missing"),
    ],
)
def test_what_is_no_codebook_is_told_in_a_sentence(content: str, says: str) -> None:
    found = codebook.read(content.encode())
    assert isinstance(found, list)
    assert says in found[0]


def test_everything_that_is_wrong_with_entries_is_told() -> None:
    whole = codebook.written(shipped())
    broken = whole.replace("code: SUP.frequency", "code: SUP.Often", 1).replace(
        "code: CAP.night", "code: CAP.agency", 1
    )
    broken = broken.replace("code: COM.teams", "code: XYZ.teams", 1).replace("supervis*,", "…,", 1)
    found = codebook.read(broken.encode())
    assert isinstance(found, list)
    text = " ".join(found)
    assert "“SUP.Often” is not written as a code is" in text
    assert "CAP.agency stands twice." in text
    assert "XYZ.teams is under a theme that is not there." in text
    assert "can be found nowhere" in text


def test_a_code_that_was_never_used_is_to_look_at_again() -> None:
    assert shipped().now("NEVER.was").standing is Standing.LOOK_AGAIN
    assert shipped().now("SUP").standing is Standing.STANDS


def test_scope_areas_and_harm_types_have_their_codes_and_themes() -> None:
    themes = {each.code: " ".join(each.themes) for each in codebook.SCOPE}
    assert themes == {
        "warning_signs": "ESC CUL",
        "response": "ESC LEAD",
        "multi_agency": "MAW COM",
        "staff_skills": "TRN SUP CAP",
        "leadership": "LEAD ASR",
        "care_planning": "CARE LRN",
    }
    assert " ".join(each.code for each in codebook.HARM_TYPES) == (
        "physical domestic sexual psychological financial modern_slavery discriminatory organisational neglect "
        "self_neglect restrictive_practice several_agencies"
    )


def test_every_code_bears_on_an_item_of_the_regulator_the_law_and_the_system() -> None:
    for each in shipped().codes:
        for framework in ("cqc", "care_act", "seips"):
            assert frameworks.items_of(each.code, framework), (each.code, framework)
    assert set(frameworks.crosswalk()) <= {each.code for each in shipped().codes}
    assert frameworks.items_of("NEW") == ()


def test_frameworks_are_dated_and_whole() -> None:
    found = frameworks.all_of_them()
    assert list(found) == ["cqc", "care_act", "seips", "sar"]
    assert [each.code for each in found["cqc"].items if not each.above] == [
        "safe",
        "effective",
        "caring",
        "responsive",
        "well_led",
    ]
    assert sum(bool(each.above) for each in found["cqc"].items) == 34
    assert (len(found["care_act"].items), len(found["sar"].items)) == (6, 15)
    assert all(each.source and each.note for each in found.values())


def test_the_themes_of_shipped_forms_are_codes() -> None:
    asked = {
        question.theme for name in library.names() for question in library.shipped(name).questions.values()
    }
    assert {code for code in asked if code} <= {each.code for each in shipped().codes}


@pytest.mark.parametrize(
    ("phrase", "text", "is_there"),
    [
        ("supervis*", "My SUPERVISION was late", True),
        ("supervis*", "I am super visible", False),
        ("told … manager", "I told the night manager", True),
        ("told … manager", "I told her and then after that the manager", False),
        ("follow up", "the follow-up never came", True),
        ("didn't know", "I didn’t know", True),
        ("didn't know", "i didnt know", True),
        ("mało osób", "malo osob na zmianie", True),
        ("îngrijor*", "Ingrijorare mare", True),
        ("ڈر*", "میں ڈرتی ہوں۔", True),
        ("1:1", "my 1:1 with her", True),
        ("night shift*?", "on the night shifts", True),
    ],
)  # fmt: skip
def test_phrases_are_found_however_they_are_written(phrase: str, text: str, *, is_there: bool) -> None:
    found = Phrases([Phrase(phrase)]).find([token.word for token in tokens(text)])
    assert bool(found) is is_there
