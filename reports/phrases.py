"""Words and short phrases, found in texts whatever their case, accents or endings.

A phrase is words with blanks between them: “supervis*” is every word that begins so, “…” stands for up to three words
in between, a “?” at the end makes a hint of it. All are looked for at once: the first word of each is the key of an
index, so that a text costs a few look-ups for each of its words however many phrases there are.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

import regex
from msgspec import Struct

GAP = "…"
HINT = "?"
_STEM = "*"
_WIDEST = 3  # words that a gap may stand for
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}\u200c\u200d]+(?:['’ʼ][\p{L}\p{M}]+)*")
_ALIKE = str.maketrans(
    {
        "’": "'",
        "ʼ": "'",
        "ł": "l",
        "ي": "ی",
        "ى": "ی",
        "ك": "ک",
        "ہ": "ه",
        "ۂ": "ه",
        "\u200c": "",
        "\u200d": "",
    }
)
_MARKS = regex.compile(r"[\u0300-\u036f\u064b-\u0652\u0670]")


class Token(Struct, frozen=True):
    """A word of a text as it is compared, and where it stands. It has no repr."""

    word: str
    start: int
    end: int

    def __repr__(self) -> str:
        return f"Token({self.start}, {self.end})"


def tokens(text: str) -> list[Token]:
    """The words of a text, in order."""
    return [Token(_folded(found.group()), *found.span()) for found in _WORD.finditer(text)]


def _folded(word: str) -> str:
    """The word without what people write in different ways: case, accents, “didn’t” and “didnt”."""
    if word.isascii():
        return word.lower().replace("n't", "nt")
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", word.casefold()))
    return unicodedata.normalize("NFC", bare).translate(_ALIKE).replace("n't", "nt")


class Phrase(Struct, frozen=True, dict=True):
    """Words to look for, as they were written. Without words (“…”) it is found nowhere."""

    written: str

    @property
    def is_hint(self) -> bool:
        """Whether it tells little alone."""
        return self.written.rstrip().endswith(HINT)

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """Its words as they are compared; those that end in “*” are beginnings, and “…” is a gap."""
        return tuple(part for piece in self.written.rstrip(f"{HINT} ").split() for part in _parts(piece))

    @property
    def words(self) -> int:
        """How many words it has."""
        return sum(part != GAP for part in self.parts)

    @property
    def is_findable(self) -> bool:
        """Whether it begins and ends with a word, so that it can be found."""
        return bool(self.parts) and GAP not in {self.parts[0], self.parts[-1]}


def _parts(piece: str) -> Iterator[str]:
    if piece == GAP:
        yield GAP
        return
    *before, last = [token.word for token in tokens(piece)] or [""]
    yield from before
    if last:
        yield last + _STEM if piece.endswith(_STEM) else last


class Found(Struct, frozen=True):
    """A phrase in a text: which one (its number), and from which word of the text up to before which."""

    number: int
    first: int
    last: int


class Phrases:
    """Many phrases, looked for at once. They are numbered as they are given."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._words: dict[str, list[tuple[int, tuple[str, ...]]]] = {}
        self._stems: dict[str, list[tuple[int, tuple[str, ...]]]] = {}
        for number, phrase in enumerate(phrases):
            if phrase.is_findable:
                first, *rest = phrase.parts
                index = self._stems if first.endswith(_STEM) else self._words
                index.setdefault(first.removesuffix(_STEM), []).append((number, tuple(rest)))
        self._lengths = sorted({len(stem) for stem in self._stems})

    def find(self, words: Sequence[str]) -> list[Found]:
        """Every phrase that begins at some word, the shortest way it is found there."""
        found = []
        for at, word in enumerate(words):
            for number, rest in self._beginning(word):
                last = _reach(words, at + 1, rest)
                if last:
                    found.append(Found(number, at, last))
        return found

    def _beginning(self, word: str) -> Iterator[tuple[int, tuple[str, ...]]]:
        yield from self._words.get(word, ())
        for length in self._lengths:
            if length > len(word):
                return
            yield from self._stems.get(word[:length], ())


def _reach(words: Sequence[str], at: int, rest: Sequence[str]) -> int:
    """Up to before which word the rest of a phrase goes on from here; 0 when it does not."""
    if not rest:
        return at
    if rest[0] == GAP:
        return next(
            filter(None, (_reach(words, at + skipped, rest[1:]) for skipped in range(_WIDEST + 1))), 0
        )
    if at < len(words) and _fits(words[at], rest[0]):
        return _reach(words, at + 1, rest[1:])
    return 0


def _fits(word: str, part: str) -> bool:
    return word.startswith(part[:-1]) if part.endswith(_STEM) else word == part


def split(written: str) -> tuple[str, ...]:
    """Phrases that stand in a line with commas between them, without those that stand twice."""
    return tuple(dict.fromkeys(each for part in written.split(",") if (each := " ".join(part.split()))))
