"""Text and themes: what may be suggested about an excerpt, and what a person decided about it.

A suggestion counts for nothing before a person confirms it. Both are kept.
"""

from __future__ import annotations

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
