"""The plan over time: each action from start to due day, its milestones, its state, and the day it is read on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from math import ceil

from msgspec import Struct

from reports.charts.drawing import (
    BLUE,
    EDGE,
    INK,
    LEADING,
    NARROW,
    ORANGE,
    PALE,
    QUIET,
    SIZE,
    Block,
    Box,
    Figure,
    Line,
    Mark,
    Shape,
    Word,
    figure,
    length,
    lines,
    note,
    words,
)

PAGE = 24  # actions on one picture: with names of two lines they fill a page of A4
_NAME, _STATE = 236, 126  # units for names and states
_MONTH = 48  # units that the name of a month needs
_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Step(Struct, frozen=True):
    """A milestone: its day, and whether it is reached."""

    day: date
    reached: bool = False


class Task(Struct, frozen=True):
    """An action: what it is called (A7 and its title), its state in a word; late is the caller's to say."""

    name: str
    state: str
    start: date | None = None
    due: date | None = None
    late: bool = False
    steps: tuple[Step, ...] = ()


def timeline(title: str, tasks: Sequence[Task], *, as_of: date) -> tuple[Figure, ...]:
    """The plan as pictures of at most 24 actions each, all on the same months."""
    if not tasks:
        return ()
    scale = _scale(tasks, as_of)
    count = ceil(len(tasks) / PAGE)
    return tuple(
        _page(
            f"{title} ({i + 1} of {count})" if count > 1 else title,
            tasks[i * PAGE : (i + 1) * PAGE],
            as_of,
            scale,
        )
        for i in range(count)
    )


class _Scale(Struct, frozen=True):
    """Whole months, as numbers from the year 0: `last` is the first one that is not shown."""

    first: int
    last: int

    def share(self, day: date) -> float:
        """Where a day lies, from 0 to 1; a month is as wide as any other."""
        place = day.year * 12 + day.month - 1 + (day.day - 1) / 31
        return (place - self.first) / (self.last - self.first)

    def ticks(self, room: float) -> Iterator[tuple[float, str]]:
        """The months that are named, where they begin: as many as there is room for."""
        months = self.last - self.first
        step = next(
            (each for each in (1, 2, 3, 6, 12) if months / each * _MONTH <= room),
            ceil(months * _MONTH / room),
        )
        for month in range(self.first, self.last, step):
            year = f" {month // 12 % 100:02d}"
            yield (month - self.first) / months, _NAMES[month % 12] + year


def _scale(tasks: Sequence[Task], as_of: date) -> _Scale:
    days = [as_of]
    for task in tasks:
        days += [day for day in (task.start, task.due, *(step.day for step in task.steps)) if day]
    first, last = min(days), max(days)
    return _Scale(first.year * 12 + first.month - 1, last.year * 12 + last.month)


def _page(title: str, tasks: Sequence[Task], as_of: date, scale: _Scale) -> Figure:
    head = ("Action", "State", "Start", "Due", "Milestones")
    rows = [(each.name, _state(each), _day(each.start), _day(each.due), _steps(each)) for each in tasks]
    return figure(title, _sentences(tasks, as_of), head, rows, partial(_blocks, tasks, as_of, scale))


def _blocks(tasks: Sequence[Task], as_of: date, scale: _Scale, width: int) -> Iterable[Block]:
    narrow = width == NARROW
    left, right = (EDGE + 6, width - EDGE - 6) if narrow else (EDGE + _NAME, width - EDGE - _STATE)
    rows = [(_under if narrow else _beside)(task, scale, left, right, width) for task in tasks]
    yield _head(as_of, scale, left, right, sum(row.height for row in rows))
    yield from rows
    yield note("Bars: from start to due day. Dotted line: no due day yet.", width)
    yield note("late, with a flag on the due day", width, mark="hatch")
    yield note("milestone reached", width, mark="diamond")
    yield note("milestone not yet reached", width, mark="open diamond")


def _head(as_of: date, scale: _Scale, left: float, right: float, high: float) -> Block:
    """The months, and the day the plan is read on, with lines down through all rows."""
    top = 2 * LEADING + 6
    shapes: list[Shape] = []
    for share, name in scale.ticks(right - left):
        x = _at(share, left, right)
        shapes += [Line(x, top, x, top + high, PALE), Word(x, LEADING + SIZE + 2, name, fill=QUIET)]
    x, said = _at(scale.share(as_of), left, right), f"as of {_day(as_of)}"
    middle = min(max(x, left + length(said) / 2), right - length(said) / 2)
    shapes += [
        Line(x, top - 2, x, top + high, INK, 1.5, "5 3"),
        Word(round(middle, 1), SIZE - 1, said, "middle", bold=True),
    ]
    return Block(top, tuple(shapes))


def _under(task: Task, scale: _Scale, left: float, right: float, width: int) -> Block:
    said = lines(_state(task), width / 2)[0]
    state = Word(width - EDGE, SIZE + 3, said, "end", task.late, ORANGE if task.late else INK)
    name = words(task.name, EDGE, 4, width - 3 * EDGE - length(said, bold=True), most=2)
    y = 4 + LEADING * len(name) + 10
    return Block(y + 14, (*_backed(name, state), *_bar(task, scale, left, right, y), *name, state))


def _backed(name: Sequence[Word], state: Word) -> list[Shape]:
    """White behind words that stand on the lines of months."""
    said = length(state.text, bold=state.bold)
    return [
        *(
            Box(each.x - 2, each.y - SIZE + 1, round(length(each.text), 1), LEADING, "#ffffff")
            for each in name
        ),
        Box(round(state.x - said, 1), state.y - SIZE + 1, round(said, 1), LEADING, "#ffffff"),
    ]


def _beside(task: Task, scale: _Scale, left: float, right: float, width: int) -> Block:
    name = words(task.name, EDGE, 1, _NAME - 14)
    state = words(_state(task), right + 12, 1, _STATE - 12, bold=task.late, fill=ORANGE if task.late else INK)
    high = 4 + LEADING * max(len(name), len(state))
    rule = Line(EDGE, high, width - EDGE, high, PALE)
    return Block(high, (rule, *name, *state, *_bar(task, scale, left, right, high / 2)))


def _bar(task: Task, scale: _Scale, left: float, right: float, y: float) -> list[Shape]:
    def at(day: date) -> float:
        return _at(scale.share(day), left, right)

    shapes: list[Shape] = []
    if task.due is not None:
        start = min(at(task.start or task.due), at(task.due))
        fill = "hatch" if task.late else "#7fb2d1"
        shapes.append(
            Box(
                start,
                y - 5,
                round(max(3.0, at(task.due) - start), 1),
                10,
                fill,
                ORANGE if task.late else BLUE,
            )
        )
    elif task.start is not None:
        shapes.append(Line(at(task.start), y, right, y, BLUE, 2, "3 3"))
    shapes += [Mark(at(step.day), y, "diamond" if step.reached else "open diamond") for step in task.steps]
    if task.late and task.due is not None:
        shapes.append(Mark(min(at(task.due), right - 4), y, "flag"))
    return shapes


def _at(share: float, left: float, right: float) -> float:
    return round(left + (right - left) * share, 1)


def _state(task: Task) -> str:
    return f"late, {task.state}" if task.late else task.state


def _day(day: date | None) -> str:
    return f"{day.day} {_NAMES[day.month - 1]} {day.year}" if day else "not set"


def _steps(task: Task) -> str:
    return (
        "; ".join(f"{_day(step.day)} {'reached' if step.reached else 'not yet'}" for step in task.steps)
        or "none"
    )


def _sentences(tasks: Sequence[Task], as_of: date) -> tuple[str, ...]:
    late = [task.name.split(" ", 1)[0] for task in tasks if task.late]
    undated = sum(task.due is None for task in tasks)
    said = f"Late: {', '.join(late)}." if late else "None is late."
    return (
        f"{len(tasks)} {'action' if len(tasks) == 1 else 'actions'}, as of {_day(as_of)}. {said}",
        *([f"Without a due day: {undated}."] if undated else []),
    )
