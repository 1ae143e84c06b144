"""Text and themes: what may be suggested about an excerpt, and what a person decided about it.

A suggestion counts for nothing before a person confirms it. Both are kept.
"""

from __future__ import annotations

import re
from enum import StrEnum

from msgspec import Struct


class Direction(StrEnum):
    """What an excerpt says about a theme."""

    STRENGTH = "strength"
    WEAKNESS = "weakness"
    MIXED = "mixed"


class Coded(Struct, frozen=True):
    """A code of the codebook that an excerpt was tied to, and what it says about it."""

    code: str
    direction: Direction


class Shown(Struct, frozen=True):
    """A suggestion that was shown to whoever decided: its code, its score (0..1), and what made it."""

    code: str
    score: float
    by: str


class Decision(Struct, frozen=True, omit_defaults=True):
    """What one person decided about an excerpt. No codes: nothing fits. It has no repr.

    `codebook` is the version that they had before them; `blind` when suggestions were hidden from them.
    """

    codes: tuple[Coded, ...] = ()
    memo: str = ""
    shown: tuple[Shown, ...] = ()
    codebook: str = ""
    blind: bool = False

    def __repr__(self) -> str:
        return f"Decision({len(self.codes)} codes)"


class Segment(Struct, frozen=True):
    """A piece of a text that one thing is said in: `text` stands at `start` up to before `end`, in characters.

    It has no repr.
    """

    start: int
    end: int
    text: str

    def __repr__(self) -> str:
        return f"Segment({self.start}, {self.end})"


_SENTENCE = re.compile(r"[^\s].*?(?:[.!?…۔।]+[”\"’')]*(?=\s|$)|(?=\n)|$)", re.DOTALL)
_SHORTEST = 4  # words: less is read together with what comes before


def segments(text: str) -> tuple[Segment, ...]:
    """The text in pieces of about a sentence, in order; together they leave out nothing but white space."""
    found: list[Segment] = []
    for match in _SENTENCE.finditer(text):
        start, end = match.span()
        if found and len(match.group().split()) < _SHORTEST and "\n" not in text[found[-1].end : start]:
            start = found.pop().start
        found.append(Segment(start, end, text[start:end]))
    return tuple(found)


def theme_of(code: str) -> str:
    """The theme of a code: `SUP.frequency` is part of `SUP`."""
    return code.partition(".")[0]
