"""A passphrase must not be one that is guessed first."""

from __future__ import annotations

import pytest

from storage import passphrases

AUDIT = "Rowan House Residential care"


@pytest.mark.parametrize(
    ("typed", "strong"),
    [
        ("copper lantern tuesday marsh", True),
        ("Kettle, willow; ladder & 7 pebbles", True),
        ("xK9!mQ2#vL7p-wZ", True),
        ("short", False),
        ("aaaaaaaaaaaaaaaaaaaa", False),
        ("password password password password", False),
        ("one two three four five", False),
        ("correct horse battery staple", False),
        ("Rowan House residential care nights", False),
        ("copper copper lantern tuesday", False),
        ("incomprehensibilities", False),
        ("copper lantern tuesday marsh " * 40, False),
    ],
)
def test_what_is_guessed_first_is_not_taken(typed: str, strong: bool) -> None:
    assert passphrases.is_strong(typed, AUDIT) is strong
