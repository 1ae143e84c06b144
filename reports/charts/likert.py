"""Questions on a scale as bars from a line in the middle: answers that are good for people to the right of it.

The pieces are those of the release and no others: neighbours that may not be told apart are one piece.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from math import ceil

from msgspec import Struct

from reports.assembly import Tone
from reports.charts.drawing import (
    EDGE,
    HATCH,
    INK,
    LEADING,
    NARROW,
    PALE,
    PAPER,
    QUIET,
    SIZE,
    Block,
    Box,
    Figure,
    Line,
    Shape,
    Word,
    figure,
    gap,
    length,
    note,
    words,
)
from reports.disclosure import Share, Size

PAGE = 10  # questions on one picture: with long names they fill a page of A4
_NAME = 250  # units for questions, where there is room
_THICK = 20
_GOOD = (Tone.FAVOURABLE, Tone.GOOD, Tone.BEST)  # from the line to the right
_POOR = (Tone.REST, Tone.UNFAVOURABLE, Tone.POOR, Tone.WORST)  # from the line to the left
_FILL = {
    Tone.BEST: "#0b4a6f",
    Tone.GOOD: "#a9cde3",
    Tone.FAVOURABLE: "#2a6f97",
    Tone.MIDDLE: PAPER,
    Tone.POOR: "#f3c9a5",
    Tone.WORST: "#9c3f05",
    Tone.UNFAVOURABLE: "#dd8b4a",
    Tone.REST: HATCH,
}
_DARK = frozenset({Tone.BEST, Tone.FAVOURABLE, Tone.WORST})  # words on them are white
_MEANS = {
    Tone.BEST: "the best answer",
    Tone.GOOD: "the second best",
    Tone.FAVOURABLE: "the good answers together",
    Tone.MIDDLE: "the answer in the middle",
    Tone.POOR: "the second worst",
    Tone.WORST: "the worst answer",
    Tone.UNFAVOURABLE: "the poor answers together",
    Tone.REST: "the middle and the poor answers together",
}
_BRIEF = {Size.FEW: "few", Size.NEARLY_ALL: "nearly all"}
_WORDS = {Size.FEW: "few or none", Size.NEARLY_ALL: "nearly all or all"}


class Piece(Struct, frozen=True):
    """Answers that are shown together: their words, where they stand on the scale, and their published share."""

    words: str
    tone: Tone
    share: Share


class Question(Struct, frozen=True):
    """What people answered: `people` is a band, `pieces` go from the best answer to the worst.

    `unknown`: the share of those who chose “I don't know”, of all who answered; the pieces add up without them.
    """

    name: str
    people: str
    good: Share
    pieces: tuple[Piece, ...]
    unknown: Share


def bars(title: str, questions: Sequence[Question]) -> tuple[Figure, ...]:
    """The questions in the order given, as pictures of at most ten."""
    count = ceil(len(questions) / PAGE)
    return tuple(
        _page(
            f"{title} ({number} of {count})" if count > 1 else title,
            questions[(number - 1) * PAGE : number * PAGE],
        )
        for number in range(1, count + 1)
    )


def row(each: Question) -> tuple[str, str, str, str, str]:
    """A question as a row of a table, under `HEAD`."""
    return each.name, each.people, share(each.good), told(each), share(each.unknown)


HEAD = ("Question", "Answered", "Good answers", "All answers", "Did not know")


def share(value: Share) -> str:
    """A published share in words."""
    return _WORDS.get(value.size, f"{value.percent} %")


def told(each: Question) -> str:
    """The pieces in words."""
    return "; ".join(f"{piece.words}: {share(piece.share)}" for piece in each.pieces)


def _page(title: str, questions: Sequence[Question]) -> Figure:
    return figure(title, _sentences(questions), HEAD, map(row, questions), partial(_blocks, questions))


def _blocks(questions: Sequence[Question], width: int) -> Iterable[Block]:
    yield from _key(questions, width)
    yield gap(6)
    for each in questions:
        yield (_under if width == NARROW else _beside)(each, width)
    yield note(
        "Right of the middle: answers that are good for people, whichever way a question was put. Left of it: those "
        "that are not. A number is a share in percent, to the nearest 5. Who did not know is in no bar.",
        width,
    )


def _key(questions: Sequence[Question], width: int) -> Iterator[Block]:
    """What each fill means, of those that are there; in as many columns as there is room for."""
    found = {piece.tone for each in questions for piece in each.pieces}
    means = [(tone, words) for tone, words in _MEANS.items() if tone in found]
    across = 1 if width == NARROW else 2
    room = (width - 2 * EDGE) / across
    for at in range(0, len(means), across):
        shapes: list[Shape] = []
        for place, (tone, said) in enumerate(means[at : at + across]):
            x = round(EDGE + place * room, 1)
            shapes += [Box(x, 3, 15, 14, _FILL[tone], INK), *words(said, x + 22, 3, room - 22, most=1)]
        yield Block(LEADING + 5, tuple(shapes))


def _under(each: Question, width: int) -> Block:
    room = width - 2 * EDGE
    name = words(each.name, EDGE, 2, room, most=4, bold=True)
    people = words(each.people, EDGE, 2 + LEADING * len(name), room, most=1, fill=QUIET)
    y = 8 + LEADING * (len(name) + len(people))
    bar, high = _answers(each, EDGE, y, room)
    return Block(y + high + 14, (*name, *people, *bar))


def _beside(each: Question, width: int) -> Block:
    left, room = EDGE + _NAME, width - 2 * EDGE - _NAME
    name = words(each.name, EDGE, 4, _NAME - 16, most=4)
    people = words(each.people, EDGE, 4 + LEADING * len(name), _NAME - 16, most=1, fill=QUIET)
    bar, high = _answers(each, left, 6, room)
    tall = 12 + max(LEADING * (len(name) + len(people)), high)
    return Block(tall, (*name, *people, *bar, Line(EDGE, tall - 1, width - EDGE, tall - 1, PALE)))


def _answers(each: Question, x: float, y: float, room: float) -> tuple[list[Shape], float]:
    """The bar with its words below, and how high both are."""
    below = y + _THICK + 6
    said = words(told(each), x, below, room, most=6)
    apart = words(f"Did not know: {share(each.unknown)}", x, below + LEADING * len(said), room, fill=QUIET)
    return [*_bar(each.pieces, x, y, room), *said, *apart], _THICK + 6 + LEADING * (len(said) + len(apart))


def _bar(pieces: Sequence[Piece], x: float, y: float, room: float) -> list[Shape]:
    by_tone, unit = {piece.tone: piece for piece in pieces}, room / 200
    middle = round(x + room / 2, 1)
    shapes: list[Shape] = [Line(x, y + _THICK, x + room, y + _THICK, PALE)]
    left = right = middle
    if neutral := by_tone.get(Tone.MIDDLE):
        left, right = (middle + side * neutral.share.percent * unit / 2 for side in (-1, 1))
        shapes += _piece(neutral, left, y, right - left)
    for each in (by_tone[tone] for tone in _GOOD if tone in by_tone):
        shapes += _piece(each, right, y, each.share.percent * unit)
        right += each.share.percent * unit
    for each in (by_tone[tone] for tone in _POOR if tone in by_tone):
        left -= each.share.percent * unit
        shapes += _piece(each, left, y, each.share.percent * unit)
    return [*shapes, *_line(middle, y)]


def _line(middle: float, y: float) -> list[Shape]:
    """The line in the middle, above and below the bar: a number may stand on it."""
    ends = ((y - 6, y), (y + _THICK, y + _THICK + 6))
    return [Line(middle, top, middle, bottom, INK, 2) for top, bottom in ends]


def _piece(piece: Piece, x: float, y: float, wide: float) -> list[Shape]:
    box = Box(round(x, 1), y, round(wide, 1), _THICK, _FILL[piece.tone], INK)
    label = _BRIEF.get(piece.share.size, str(piece.share.percent))
    needs = length(label) + 4
    if needs > wide:
        return [box]
    place = round(x + wide / 2, 1)
    ink = PAPER if piece.tone in _DARK else INK
    behind = [Box(round(place - needs / 2, 1), y + 2, round(needs, 1), _THICK - 4)]
    number = Word(place, y + SIZE + 1, label, "middle", fill=ink)
    return [box, *(behind if piece.tone is Tone.REST else []), number]


def _sentences(questions: Sequence[Question]) -> tuple[str, ...]:
    low, high = (pick(questions, key=lambda each: each.good.percent) for pick in (min, max))
    if low.good == high.good:
        return (f"Good answers to each question: {share(low.good)}.",)
    return (
        f"Fewest good answers: “{low.name}” ({share(low.good)}).",
        f"Most: “{high.name}” ({share(high.good)}).",
    )
