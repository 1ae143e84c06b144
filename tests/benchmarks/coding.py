"""How good suggestions of codes are, on texts that people coded, and how fast.

The texts are those of `tests/audits`, whose writer has not seen the lexicon, nor its writer them. What is learned is
tried on one audit after the other, having seen only the others. A suggestion is right when its theme is.
"""

from __future__ import annotations

import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache

from msgspec import Struct

from reports import codebook
from reports.coding import Direction, theme_of
from reports.learning import Confirmed, LearnedSuggester
from reports.suggesting import LIKELY, LexiconSuggester, Piece, Suggester, Suggestion
from tests.audits import reading
from tests.benchmarks.results import OURS, Figure, Result, median, single

_CONFIRMED = (25, 50, 100, 200, 400, 800)
_ROUNDS = 3  # samples of what was confirmed, for each number
_MANY = 100_000
_TRAINED_ON = 2_000

Judged = tuple[Sequence["Coded"], Sequence[tuple[Suggestion, ...]]]
Judge = Callable[[Sequence["Coded"], Sequence[tuple[Suggestion, ...]]], float]


class Coded(Struct, frozen=True):
    """A piece with the themes that a person tied to it (none: it was left uncoded), and the direction if it is one."""

    piece: Piece
    themes: frozenset[str]
    direction: Direction | None = None


@cache
def audits() -> dict[str, tuple[Coded, ...]]:
    """The segments of every audit's texts, each with what a person tied to it."""
    return {name: tuple(_pieces(reading.load(name))) for name in reading.NAMES}


def _pieces(audit: reading.Audit) -> Iterator[Coded]:
    for answer in (each for source in audit.sources for each in source.answers):
        for segment, codes in reading.labelled(answer):
            themes = frozenset(theme_of(each.code) for each in codes)
            directions = {each.direction for each in codes}
            direction = directions.pop() if len(directions) == 1 else None
            yield Coded(Piece(segment.text, answer.theme), themes, direction)


def _coded(pieces: Iterable[Coded]) -> list[Coded]:
    return [each for each in pieces if each.themes]


# How good


def quality() -> Iterator[Result]:
    """Micro- and macro-F1 and recall among three: the lexicon alone, and with so many confirmed.

    First over all segments, where a theme for a piece that a person tied to none is wrong; then over coded ones alone.
    """
    found = audits()
    known = {name: _coded(coded) for name, coded in found.items()}
    every = [each for coded in found.values() for each in coded]
    lexicon = LexiconSuggester(codebook.shipped())
    ours = every, lexicon.suggest([each.piece for each in every])
    learned = {number: list(_learned(found, number)) for number in _CONFIRMED if _is_enough(known, number)}
    judges: dict[str, Judge] = {"micro_f1": micro, "macro_f1": macro, "recall3": recall}
    for which, take in (("all", _as_it_is), ("coded", _coded_alone)):
        for name, judge in judges.items():
            peers = [
                median(f"{number} confirmed", [judge(*take(*each)) for each in rounds])
                for number, rounds in learned.items()
            ]
            alone = single(f"{OURS}, lexicon alone", judge(*take(*ours)))
            number = len(take(*ours)[0])
            if (
                name != "recall3" or which == "coded"
            ):  # recall is the same: nothing was to be found in the others
                yield Result(f"coding.{name} ({number} {which} segments)", "of 1", alone, tuple(peers))
    yield from _others(every, lexicon)


def _as_it_is(coded: Sequence[Coded], suggested: Sequence[tuple[Suggestion, ...]]) -> Judged:
    return coded, suggested


def _coded_alone(coded: Sequence[Coded], suggested: Sequence[tuple[Suggestion, ...]]) -> Judged:
    both = [(each, found) for each, found in zip(coded, suggested, strict=True) if each.themes]
    return [each for each, _ in both], [found for _, found in both]


def _is_enough(known: dict[str, list[Coded]], number: int) -> bool:
    """Whether there are so many known beside those of any one audit."""
    every = sum(map(len, known.values()))
    return len(known) > 1 and all(every - len(each) >= number for each in known.values())


def _learned(
    every: dict[str, tuple[Coded, ...]], number: int
) -> Iterator[tuple[list[Coded], list[tuple[Suggestion, ...]]]]:
    """For each round every segment, with what was suggested by what had learned from coded ones of other audits."""
    for seed in range(_ROUNDS):
        coded: list[Coded] = []
        suggested: list[tuple[Suggestion, ...]] = []
        for name, here in every.items():
            others = [each for other, there in every.items() if other != name for each in _coded(there)]
            suggester = _taught(random.Random(seed).sample(others, number))
            coded += here
            suggested += suggester.suggest([each.piece for each in here], reasons=False)
        yield coded, suggested


def _taught(coded: Sequence[Coded]) -> Suggester:
    confirmed = [
        Confirmed(b"%d" % at, each.piece, tuple(sorted(each.themes))) for at, each in enumerate(coded)
    ]
    return LearnedSuggester(codebook.shipped(), confirmed)


def _others(coded: Sequence[Coded], lexicon: Suggester) -> Iterator[Result]:
    """How often the direction is right where it is guessed, and how much is suggested where nothing was coded."""
    known = _coded(coded)
    suggested = lexicon.suggest([each.piece for each in known])
    guesses = [
        (each.direction, found[0].direction) for each, found in zip(known, suggested, strict=True) if found
    ]
    guessed = [(said, guess) for said, guess in guesses if said and guess]
    if guessed:
        right = statistics.mean(said == guess for said, guess in guessed)
        most = Counter(said for said, _ in guessed).most_common(1)[0][1] / len(guessed)
        yield Result(
            f"coding.direction ({len(guessed)} guessed of {len(known)})", "right of 1", single(OURS, right),
            (single("always the commonest", most),),
        )  # fmt: skip
    uncoded = [each for each in coded if not each.themes]
    if uncoded:
        found = lexicon.suggest([each.piece for each in uncoded], reasons=False)
        share = statistics.mean(bool(_likely(each)) for each in found)
        name = f"coding.uncoded ({len(uncoded)} segments)"
        yield Result(name, "likely all the same, of 1", single(OURS, share), (), less_is_better=True)


def _likely(suggestions: Sequence[Suggestion]) -> set[str]:
    return {theme_of(each.code) for each in suggestions if each.score >= LIKELY}


def predicted(suggestions: Sequence[Suggestion]) -> set[str]:
    """The themes that are likely; when none is, the best."""
    return _likely(suggestions) or {theme_of(each.code) for each in suggestions[:1]}


def micro(coded: Sequence[Coded], suggested: Sequence[tuple[Suggestion, ...]]) -> float:
    """F1 over all pairs of a piece and a theme: 2 TP / (2 TP + FP + FN)."""
    right, wrong = _counted(coded, suggested)
    return _f1(right.total(), wrong.total())


def macro(coded: Sequence[Coded], suggested: Sequence[tuple[Suggestion, ...]]) -> float:
    """The mean of the F1 of each theme that was coded."""
    right, wrong = _counted(coded, suggested)
    themes = {theme for each in coded for theme in each.themes}
    return statistics.mean(_f1(right[theme], wrong[theme]) for theme in themes)


def recall(coded: Sequence[Coded], suggested: Sequence[tuple[Suggestion, ...]]) -> float:
    """The share of coded themes that are among the three suggestions."""
    wanted = found = 0
    for each, suggestions in zip(coded, suggested, strict=True):
        wanted += len(each.themes)
        found += len(each.themes & {theme_of(one.code) for one in suggestions})
    return found / wanted


def _counted(
    coded: Sequence[Coded], suggested: Sequence[tuple[Suggestion, ...]]
) -> tuple[Counter[str], Counter[str]]:
    """By theme: how often it was suggested rightly, and how often suggested wrongly or missed."""
    right, wrong = Counter[str](), Counter[str]()
    for each, suggestions in zip(coded, suggested, strict=True):
        right.update(each.themes & predicted(suggestions))
        wrong.update(each.themes ^ predicted(suggestions))
    return right, wrong


def _f1(right: int, wrong: int) -> float:
    return 2 * right / (2 * right + wrong) if right else 0.0


# How fast


def speed() -> Iterator[Result]:
    """One suggestion with its reasons; a hundred thousand without; learning from two thousand."""
    pieces = _many()
    lexicon = LexiconSuggester(codebook.shipped())
    lexicon.suggest(pieces[:100])  # compiles it
    yield _timed("coding.suggest.lexicon", lexicon, pieces[:500], 5.0)
    began = time.perf_counter()
    learned = _taught_from(pieces[:_TRAINED_ON])
    yield _result("coding.learn (2,000)", "s", single(OURS, time.perf_counter() - began), 2.0)
    yield _timed("coding.suggest.learned", learned, pieces[:200], 50.0)
    for name, suggester in (("lexicon", lexicon), ("learned", learned)):
        began = time.perf_counter()
        suggester.suggest(pieces, reasons=False)
        yield _result(f"coding.100,000.{name}", "s", single(OURS, time.perf_counter() - began), 60.0)


def _many() -> list[Piece]:
    """Sentences put together from those there are, so that no two need be the same."""
    chance = random.Random(6)
    known = [each.piece for coded in audits().values() for each in coded]
    words = [word for each in known for word in each.text.split()]
    return [
        Piece(f"{each.text} {' '.join(chance.choices(words, k=6))}", each.theme)
        for each in chance.choices(known, k=_MANY)
    ]


def _taught_from(pieces: Sequence[Piece]) -> Suggester:
    LearnedSuggester(codebook.shipped(), [])  # loads scikit-learn
    chance = random.Random(7)
    themes = [each.code for each in codebook.THEMES]
    return LearnedSuggester(
        codebook.shipped(),
        [
            Confirmed(b"%d" % at, each, (each.theme or chance.choice(themes),))
            for at, each in enumerate(pieces)
        ],
    )


def _timed(name: str, suggester: Suggester, pieces: Sequence[Piece], aim: float) -> Result:
    taken = []
    for each in pieces:
        began = time.perf_counter()
        suggester.suggest([each])
        taken.append((time.perf_counter() - began) * 1000)
    return _result(name, "ms", median(OURS, taken), aim)


def _result(name: str, unit: str, ours: Figure, aim: float) -> Result:
    return Result(name, unit, ours, (single("aim", aim),), less_is_better=True)
