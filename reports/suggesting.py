"""What an excerpt may be about: the three best codes, each with its score, a direction and the reasons.

A suggestion counts for nothing: a person decides. The lexicon suggester needs nothing but the codebook. Its score of a
theme is 1 - exp(-(W + q)): W sums the weights of what was found, q is the prior of the theme that was asked about. So
one plain word makes one half, more of them more, and the question alone less.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Protocol

import yaml
from msgspec import Struct
from msgspec.structs import replace

from dialogues.wordless import Wordless
from reports.codebook import DATA, Codebook
from reports.coding import Direction, Segment, Shown, theme_of
from reports.phrases import Found, Phrase, Phrases, Token, split, tokens

BEST = 3  # suggestions
LIKELY = 0.5  # the score from which on a suggestion is more than a guess
LEXICON = "lexicon"

_WORD = 0.7  # the weight of one plain word: 1 - exp(-0.7) is one half
_HINT = 0.25
_LONGER = 0.35  # for each further word of a phrase, of two at most
_PRIOR = 0.45
_LANGUAGE = "en"
_SCRIPTS = {"MALAYALAM": "ml", "ARABIC": "ur"}


class Piece(Wordless, frozen=True):
    """What something is suggested for: a text, and the question it answers (its theme and polarity). It has no repr.

    Without a `language` one is guessed.
    """

    text: str
    theme: str = ""
    polarity: int = 1
    language: str = ""


class Suggestion(Struct, frozen=True):
    """A code that may fit, its score (0..1), and why. It has no repr.

    `direction` is a guess, None without any cue. The reasons: `words` of the text that stand in the lexicon, whether
    it is the theme `of_question`; and, of what was learned, the `telling` words and the confirmed excerpt that is most
    `like` it (an id: whether its words may be shown is for the caller to know).
    """

    code: str
    score: float
    by: str
    direction: Direction | None = None
    words: tuple[Segment, ...] = ()
    of_question: bool = False
    telling: tuple[str, ...] = ()
    like: bytes = b""

    @property
    def shown(self) -> Shown:
        """What of it is kept beside a decision."""
        return Shown(self.code, round(self.score, 3), self.by)

    def __repr__(self) -> str:
        return f"Suggestion({self.code!r}, {self.score:.2f})"


class Suggester(Protocol):
    """Suggests codes."""

    def suggest(self, pieces: Sequence[Piece], *, reasons: bool = True) -> list[tuple[Suggestion, ...]]:
        """For each piece at most three codes, the best first, each of another theme.

        Without `reasons` there is neither these nor a direction: for thousands that are only ranked.
        """
        ...


class LexiconSuggester:
    """Suggests what the words of the codebook say."""

    def __init__(self, book: Codebook) -> None:
        self._book = book
        self._lexicons: dict[str, _Lexicon] = {}

    def suggest(self, pieces: Sequence[Piece], *, reasons: bool = True) -> list[tuple[Suggestion, ...]]:
        """See `Suggester`."""
        return [best(self.all(piece, reasons=reasons)) for piece in pieces]

    def all(self, piece: Piece, *, reasons: bool = True) -> list[Suggestion]:
        """A suggestion for every theme that anything speaks for, in no order."""
        words = tokens(piece.text)
        language = piece.language or language_of(words)
        found = self._lexicon(language).read(words)
        asked = theme_of(piece.theme)
        if self._book.has(asked):
            found.setdefault(asked, _Evidence(asked))
        if not reasons:
            return [_suggestion(each, asked, None) for each in found.values()]
        direction = _cues(language).direction(words, piece.polarity) if found else None
        return [_with_words(_suggestion(each, asked, direction), each, piece) for each in found.values()]

    def _lexicon(self, language: str) -> _Lexicon:
        if language not in self._lexicons:
            self._lexicons[language] = _Lexicon(self._book, language)
        return self._lexicons[language]


def best(suggestions: Iterable[Suggestion]) -> tuple[Suggestion, ...]:
    """The three with the highest score; of equal ones, that which is first by its code."""
    return tuple(sorted(suggestions, key=lambda each: (-each.score, each.code))[:BEST])


def _suggestion(found: _Evidence, asked: str, direction: Direction | None) -> Suggestion:
    is_asked = found.theme == asked
    score = 1 - math.exp(-(found.weight + _PRIOR * is_asked))
    return Suggestion(found.code, score, LEXICON, direction, of_question=is_asked)


def _with_words(suggestion: Suggestion, found: _Evidence, piece: Piece) -> Suggestion:
    words = tuple(Segment(start, end, piece.text[start:end]) for start, end in found.spans)
    return replace(suggestion, words=words)


# The lexicon


class _Evidence:
    """What was found for one theme."""

    def __init__(self, theme: str) -> None:
        self.theme = theme
        self.weight = 0.0
        self.spans: list[tuple[int, int]] = []
        self._codes: dict[str, float] = {}

    @property
    def code(self) -> str:
        """The code under the theme for which most was found; the theme itself when nothing was."""
        return max(self._codes, key=lambda code: self._codes[code], default=self.theme)

    def add(self, code: str, weight: float, span: tuple[int, int]) -> None:
        """Count a phrase, but not one that lies within another of the same theme."""
        if code != self.theme:
            self._codes[code] = self._codes.get(code, 0.0) + weight
        if not any(start <= span[0] and span[1] <= end for start, end in self.spans):
            self.weight += weight
            self.spans = sorted([*self.spans, span])


class _Lexicon:
    """The words of one language, compiled."""

    def __init__(self, book: Codebook, language: str) -> None:
        entries = [
            (each.code, Phrase(words)) for each in book.codes for words in each.lexicon.get(language, ())
        ]
        self._codes = [code for code, _ in entries]
        self._weights = [_weight(phrase) for _, phrase in entries]
        self._solid = [phrase.words if "…" not in phrase.parts else 0 for _, phrase in entries]
        self._phrases = Phrases(phrase for _, phrase in entries)
        self._aside = _cues(language).aside

    def read(self, words: Sequence[Token]) -> dict[str, _Evidence]:
        """What was found for each theme that anything was found for."""
        plain = [token.word for token in words]
        found = self._phrases.find(plain)
        aside = {each.last for each in self._aside.find(plain)}
        evidence: dict[str, _Evidence] = {}
        for each in sorted(
            found, key=lambda each: (each.first - each.last, -self._weights[each.number], each.number)
        ):
            if not (self._is_part(each, found) or aside & {each.first, each.first - 1}):
                code = self._codes[each.number]
                span = (words[each.first].start, words[each.last - 1].end)
                theme = theme_of(code)
                evidence.setdefault(theme, _Evidence(theme)).add(code, self._weights[each.number], span)
        return evidence

    def _is_part(self, one: Found, found: list[Found]) -> bool:
        """Whether it is part of a fixed phrase of another theme: “safeguarding” in “safeguarding training”."""
        theme = theme_of(self._codes[one.number])
        return any(
            self._solid[other.number] > one.last - one.first
            and other.first <= one.first
            and one.last <= other.last
            and theme_of(self._codes[other.number]) != theme
            for other in found
        )


def _weight(phrase: Phrase) -> float:
    return (_HINT if phrase.is_hint else _WORD) + _LONGER * min(phrase.words - 1, 2)


# Direction and language


class _Cues:
    """The cues of one language, compiled."""

    def __init__(self, words: dict[str, str]) -> None:
        self.common = frozenset(token.word for token in tokens(words["common"]))
        self.aside = _phrases(words["aside"])
        self._turns = _phrases(words["turns"])
        self._without = _phrases(words["without"])
        self._strength = _phrases(words["strength"])
        self._weakness = _phrases(words["weakness"])
        self._always = _phrases(words["always"])
        self._never = _phrases(words["never"])
        self._reach = (
            (-3, 4) if words.get("negation") == "after" else (-3, 0)
        )  # words from what is turned round

    def direction(self, words: Sequence[Token], polarity: int) -> Direction | None:
        """A guess of what a text says: good, bad or both. None when nothing speaks for any.

        What is good or bad turns round after “no”, “never” …; these alone speak for something bad, since people
        say what is missing. “Always” and “never” alone answer the question: they turn round with its polarity.
        """
        plain = [token.word for token in words]
        values = list(self._values(plain))
        if not values:
            return self._of_how_often(plain, polarity)
        good, bad = values.count(1), values.count(-1)
        if good and bad and (self._turns.find(plain) or good == bad):
            return Direction.MIXED
        return Direction.STRENGTH if good > bad else Direction.WEAKNESS

    def _values(self, plain: list[str]) -> Iterator[int]:
        """1 for each good thing, -1 for each bad one."""
        turning = {at for each in self._without.find(plain) for at in range(each.first, each.last)}
        bad = self._weakness.find(plain)
        taken = {at for each in bad for at in range(each.first, each.last)}
        good = [each for each in self._strength.find(plain) if each.first not in taken]
        spoken = {at for each in (*bad, *good) for at in range(each.first, each.last)}
        used: set[int] = set()
        for value, each in [*((-1, each) for each in bad), *((1, each) for each in good)]:
            low, high = self._reach
            near = {
                at for at in range(each.first + low, each.first + high) if at in turning and at not in spoken
            }
            used |= near
            yield -value if near else value
        often = {each.first for each in self._never.find(plain)}
        yield from (-1 for at in sorted(turning - used - spoken - often))

    def _of_how_often(self, plain: list[str], polarity: int) -> Direction | None:
        always, never = bool(self._always.find(plain)), bool(self._never.find(plain))
        if always == never:
            return None
        return Direction.STRENGTH if always == (polarity > 0) else Direction.WEAKNESS


def _phrases(words: str) -> Phrases:
    return Phrases(Phrase(each) for each in split(words))


@cache
def _shipped() -> dict[str, _Cues]:
    found = yaml.load((DATA / "cues.yaml").read_text("utf-8"), yaml.CBaseLoader)  # noqa: S506 - only text comes of it
    return {language: _Cues(words) for language, words in found.items()}


def _cues(language: str) -> _Cues:
    return _shipped().get(language) or _shipped()[_LANGUAGE]


def language_of(words: Sequence[Token]) -> str:
    """The language of a text, by its script or its commonest words; English when nothing speaks for another."""
    for token in words[:3]:
        script = unicodedata.name(token.word[0], "").partition(" ")[0]
        if script in _SCRIPTS:
            return _SCRIPTS[script]
    plain = [token.word for token in words]
    counts = {language: sum(map(cues.common.__contains__, plain)) for language, cues in _shipped().items()}
    likeliest = max(counts, key=lambda language: counts[language])
    return likeliest if counts[likeliest] > 1 else _LANGUAGE


def is_common(word: str) -> bool:
    """Whether it is one of the commonest words of any language, which say nothing of what a text is about."""
    return any(word in cues.common for cues in _shipped().values())
