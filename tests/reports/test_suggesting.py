"""What the lexicon suggests, for which reasons, and in which direction."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports import revisions
from reports.codebook import shipped
from reports.coding import Direction, theme_of
from reports.phrases import tokens
from reports.revisions import AddWords
from reports.suggesting import BEST, LIKELY, LexiconSuggester, Piece, Suggestion, language_of

SUGGESTER = LexiconSuggester(shipped())


def suggest(text: str, theme: str = "", polarity: int = 1) -> tuple[Suggestion, ...]:
    return SUGGESTER.suggest([Piece(text, theme, polarity)])[0]


def direction(text: str, polarity: int = 1) -> Direction | None:
    return suggest(text, "CAP", polarity)[0].direction


def test_the_code_whose_words_stand_in_the_text_comes_first_with_these_words() -> None:
    first = suggest("At handover nobody mentioned the fall; the Handover sheet was blank.")[0]
    assert first.code == "COM.handover"
    assert {each.text for each in first.words} >= {"handover", "Handover sheet"}
    assert first.score >= LIKELY


def test_the_question_alone_is_a_reason_but_not_enough() -> None:
    (only,) = suggest("It depends.", "SUP")
    assert (only.code, only.words, only.of_question) == ("SUP", (), True)
    assert only.score < LIKELY


def test_the_question_adds_to_what_the_words_say() -> None:
    text = "We had a supervision where she told me about it."
    asked, other = suggest(text, "SUP")[0], suggest(text)[0]
    assert asked.code == other.code
    assert asked.score > other.score


def test_words_of_another_theme_win_over_the_question() -> None:
    first = suggest("The care plan was out of date and the risk assessment too.", "SUP")[0]
    assert theme_of(first.code) == "CARE"


def test_a_longer_phrase_of_one_theme_is_no_reason_for_another() -> None:
    codes = {theme_of(each.code) for each in suggest("My safeguarding training was in April.")}
    assert "TRN" in codes
    assert "ESC" not in codes


def test_what_is_put_aside_is_no_reason() -> None:
    codes = {theme_of(each.code) for each in suggest("It had nothing to do with training.")}
    assert "TRN" not in codes


def test_nothing_is_suggested_where_nothing_speaks_for_it() -> None:
    assert suggest("The garden is a delight.") == ()
    assert suggest("") == ()


@pytest.mark.parametrize(
    ("text", "guess"),
    [
        ("There is never enough staff at night.", Direction.WEAKNESS),
        ("Supervision is always on time and it helps.", Direction.STRENGTH),
        ("Nobody told us.", Direction.WEAKNESS),
        ("There was no problem at all.", Direction.STRENGTH),
        ("She is never late.", Direction.STRENGTH),
        ("It isn't safe here.", Direction.WEAKNESS),
        ("it isnt safe here", Direction.WEAKNESS),
        ("The manager helps, but the rota is a problem.", Direction.MIXED),
        ("The room is on the left.", None),
    ],
)
def test_the_direction_is_guessed_from_simple_cues(text: str, guess: Direction | None) -> None:
    assert direction(text) is guess


@pytest.mark.parametrize(
    ("text", "polarity", "guess"),
    [
        ("Never", 1, Direction.WEAKNESS),
        ("Never", -1, Direction.STRENGTH),
        ("Every day", -1, Direction.WEAKNESS),
        ("Always", 1, Direction.STRENGTH),
    ],
)
def test_how_often_is_good_or_bad_by_what_was_asked(text: str, polarity: int, guess: Direction) -> None:
    assert direction(text, polarity) is guess


@pytest.mark.parametrize(
    ("text", "language", "theme", "guess"),
    [
        ("Nid oes digon o staff yn y nos ac mae ofn ar bobl.", "cy", "CAP", Direction.WEAKNESS),
        ("Zawsze jest za mało osób na dyżurze.", "pl", "CAP", Direction.WEAKNESS),
        ("Nu am avut supervizare de un an și nimeni nu întreabă.", "ro", "SUP", Direction.WEAKNESS),
        ("രാത്രിയിൽ വേണ്ടത്ര സ്റ്റാഫ് ഇല്ല.", "ml", "CAP", None),
        ("یہاں عملہ کم ہے اور کام زیادہ۔", "ur", "CAP", Direction.WEAKNESS),
    ],
)
def test_other_languages_are_recognised_and_read(
    text: str, language: str, theme: str, guess: Direction | None
) -> None:
    assert language_of(tokens(text)) == language
    first = suggest(text)[0]
    assert theme_of(first.code) == theme
    assert guess is None or first.direction is guess


def test_words_that_were_added_are_read() -> None:
    more = AddWords(code="SUP", language="en", words=("natter*",), reason="Said by night staff.")
    book = revisions.revised(shipped(), more)
    assert suggest("We had a natter on Monday.") == ()
    assert LexiconSuggester(book).suggest([Piece("We had a natter on Monday.")])[0][0].code == "SUP"


def test_a_suggestion_shows_no_words_of_the_text_by_accident() -> None:
    text = "The zebra fell at handover."
    assert "zebra" not in repr((suggest(text), Piece(text), tokens(text)))


@given(
    text=st.text() | st.text(st.sampled_from("never handover*… don't\n.é’ ڈر")),
    polarity=st.sampled_from([1, -1]),
)
@settings(max_examples=60, deadline=None)
def test_whatever_is_written_the_reasons_stand_in_the_text(text: str, polarity: int) -> None:
    found = suggest(text, "SUP", polarity)
    assert 1 <= len(found) <= BEST
    assert len({theme_of(each.code) for each in found}) == len(found)
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    for each in found:
        assert 0 < each.score < 1
        assert all(text[word.start : word.end] == word.text for word in each.words)
    assert [
        (each.code, each.score) for each in SUGGESTER.suggest([Piece(text, "SUP")], reasons=False)[0]
    ] == [(each.code, each.score) for each in suggest(text, "SUP")]
