"""Text and themes: what may be suggested about an excerpt, and what a person decided about it.

A suggestion counts for nothing before a person confirms it. Both are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
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


# A full stop that blanks follow may end a sentence; those of Urdu, Hindi, Chinese … do so whatever follows.
_STOP = re.compile(
    r"(?P<maybe>[.!?…]+)(?P<after>[”\"’')\]»]*)(?=\s|$)|[۔؟。！？｡।॥።။]+[”\"’')\]»」』]*|\n", re.MULTILINE
)
_SHORTENED = re.compile(
    r"dr|mrs?|ms|miss|prof|st|sr|jr|rev|nos?|nr|tel|ext|approx|est|min|max|hrs?|mon|tues?|wed|thu|thurs?|fri|sat|sun|jan|feb"
    r"|mar|apr|aug|sept?|oct|nov|dec|vs|inc|dept|e\.g|i\.e|eg|ie|cf|ca|al|a\.m|p\.m|am|pm|etc|fig|sec|para|vol"
    r"|h\.y|e\.e|np|m\.in|tzn|tj|ul|godz|itp|itd|lek|mgr|inż|dl|dna|ex|str",
    re.IGNORECASE,
)
# these may end a sentence as well
_MAY_END = re.compile(r"a\.m|p\.m|am|pm|etc|itp|itd|no|min|max|sat|sun|mar|est|fig|ex", re.IGNORECASE)
_MARKER = re.compile(r"(?:\d{1,3}|[a-zA-Z]|[ivx]{1,4})[.)]?")  # of a list: “1.”, “b)”
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_SHORTEST = 4  # words: less is read together with what stands before it on the line
_SHORTEST_FIRST = 3  # and, at the beginning of a line, with what stands after it
_PER_WORD = 3  # characters, in scripts that put no blanks between words


def segments(text: str) -> tuple[Segment, ...]:
    """The text in pieces of about a sentence, in order; together they leave out nothing but white space.

    A line ends a piece, so that each entry of a list is one. What is very short is joined with its neighbour.
    """
    found: list[tuple[int, int]] = []
    line = 0  # where the line begins that we are in
    for start, end in _sentences(text):
        begins = text.rfind("\n", line, start) + 1 or line
        joins = (
            begins == line
            and found
            and (_words(text[start:end]) < _SHORTEST or _words(text[slice(*found[-1])]) < _SHORTEST_FIRST)
        )
        found.append((found.pop()[0] if joins else start, end))
        line = begins
    return tuple(Segment(start, end, text[start:end]) for start, end in found)


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for stop in _STOP.finditer(text):
        if stop["maybe"] and _goes_on(text, start, stop):
            continue
        yield from _stripped(text, start, stop.end())
        start = stop.end()
    yield from _stripped(text, start, len(text))


def _stripped(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    if piece.strip():
        yield start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())


def _goes_on(text: str, start: int, stop: re.Match[str]) -> bool:
    """Whether what looks like the end of a sentence is none: Dr., e.g., 1., an initial, a pause, “…” he said."""
    following = text[stop.end() : stop.end() + 3].lstrip(" ")[:1]
    before = text[max(start, stop.start() - 12) : stop.start()].split()
    last = before[-1].lstrip("(“\"'‘[") if before else ""
    if stop["after"] or len(stop["maybe"]) > 1 or stop["maybe"] == "…":
        return following.islower() and not last.isdigit()
    if stop["maybe"] != ".":
        return False
    if _SHORTENED.fullmatch(last):
        return not _MAY_END.fullmatch(last) or following.islower() or following.isdigit()
    is_first = not text[start : stop.start()].removesuffix(last).strip(" \t\n-•*–")
    return (is_first and _MARKER.fullmatch(last) is not None) or (
        len(last) == 1 and last.isupper() and last != "I"
    )


def _words(piece: str) -> int:
    """How many words there are, about."""
    return len(piece.split()) + len(_UNSPACED.findall(piece)) // _PER_WORD


def theme_of(code: str) -> str:
    """The theme of a code: `SUP.frequency` is part of `SUP`."""
    return code.partition(".")[0]
