"""R8: people's own words are quoted only with their consent, looked over, and agreed to by a second person."""

from __future__ import annotations

from itertools import product

import msgspec
import pytest

from reports.quotes import (
    SOMEBODY,
    Approval,
    Missing,
    Quote,
    Redaction,
    Said,
    Speaker,
    Unquoted,
    Wish,
    is_of,
    missing,
    quote,
    said,
)

WORDS = "At night we are two for thirty people."
LOOKED = Redaction(WORDS, by="ann")
AGREED = Approval(WORDS, by="ben")


def test_with_consent_a_redaction_and_a_second_person_there_is_a_quote() -> None:
    made = quote("staffing", consent=True, redaction=LOOKED, approval=AGREED)
    assert isinstance(made, Quote)
    assert (made.about, made.words) == ("staffing", WORDS)


def test_a_quote_has_no_group() -> None:
    assert set(Quote.__struct_fields__) == {"about", "consent", "redaction", "approval"}


@pytest.mark.parametrize(
    ("consent", "redaction", "approval", "lacks"),
    [
        (False, LOOKED, AGREED, {Missing.CONSENT}),
        (True, None, AGREED, {Missing.REDACTION, Missing.APPROVAL}),
        (True, Redaction("  ", "ann"), Approval("  ", "ben"), {Missing.REDACTION}),
        (True, LOOKED, None, {Missing.APPROVAL}),
        (True, LOOKED, Approval(WORDS, by="ann"), {Missing.SECOND_PERSON}),
        (True, LOOKED, Approval("Something else.", by="ben"), {Missing.APPROVAL}),
        (
            True,
            Redaction("Ring 07700 900123.", "ann"),
            Approval("Ring 07700 900123.", "ben"),
            {Missing.IDENTIFYING},
        ),
        (False, None, None, {Missing.CONSENT, Missing.REDACTION, Missing.APPROVAL}),
    ],
)
def test_everything_that_a_quote_lacks_is_named(
    consent: bool, redaction: Redaction | None, approval: Approval | None, lacks: set[Missing]
) -> None:
    made = quote("staffing", consent=consent, redaction=redaction, approval=approval)
    assert not isinstance(made, Quote)
    assert set(made) == lacks


def test_no_quote_can_be_made_past_the_rule_nor_read_back_without_it() -> None:
    for consent, redaction, approval in product(
        (True, False), (LOOKED, Redaction("", "ann")), (AGREED, Approval(WORDS, "ann"))
    ):
        if missing(consent=consent, redaction=redaction, approval=approval):
            with pytest.raises(ValueError, match="may not be quoted"):
                Quote("staffing", consent, redaction, approval)
    content = msgspec.json.encode(Quote("staffing", True, LOOKED, AGREED))  # noqa: FBT003 - read by position
    assert msgspec.json.decode(content, type=Quote).words == WORDS
    with pytest.raises(msgspec.ValidationError, match="may not be quoted"):
        msgspec.json.decode(content.replace(b'"consent":true', b'"consent":false'), type=Quote)


def test_words_have_no_repr() -> None:
    assert "night" not in repr(
        (LOOKED, AGREED, Quote("staffing", consent=True, redaction=LOOKED, approval=AGREED))
    )


@pytest.mark.parametrize(
    ("words", "holds"),
    [
        (WORDS, True),
        ("we are TWO for thirty people", True),
        ("At night we are two […].", True),
        ("[On some shifts] we are two for thirty people.", True),
        ("At night […] thirty people.", True),
        ("At night we are two people.", False),  # something is left out, and nothing shows it
        ("Thirty people […] at night.", False),
        ("At night we are three.", False),
        ("[They say that they are two.]", False),
        ("", False),
    ],
)
def test_nothing_is_put_into_somebodys_mouth(words: str, holds: bool) -> None:
    assert is_of(words, WORDS) is holds


@pytest.mark.parametrize(
    ("speaker", "shown"),
    [
        (Speaker(Wish.NAMED, "Jo Bloggs", "Manager"), Said(WORDS, "Jo Bloggs")),
        (Speaker(Wish.ROLE_ONLY, "Jo Bloggs", "Manager"), Said(WORDS, "Manager")),
        (Speaker(Wish.ROLE_ONLY, "Jo Bloggs"), Said(WORDS, SOMEBODY)),
        (Speaker(Wish.NOT_AT_ALL, "Jo Bloggs", "Manager"), Unquoted.REFUSED),
        (Speaker("", "Jo Bloggs", "Manager"), Unquoted.NOT_ASKED),
    ],
)
def test_whoever_spoke_by_name_is_quoted_as_they_said(speaker: Speaker, shown: Said | Unquoted) -> None:
    assert said(WORDS, speaker) == shown
    identifying = said("Ring 07700 900123.", speaker)
    assert identifying == (Unquoted.IDENTIFYING if isinstance(shown, Said) else shown)
    assert "Bloggs" not in repr((speaker, shown))
