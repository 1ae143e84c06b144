"""What an expression becomes: a closure over a scope, with the kind of value it gives known beforehand."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Any, TypeAlias

from dialogues.interview import Path, Value
from dialogues.values import Scalar, to_number, to_text, to_truth

Items: TypeAlias = Mapping[str, list[dict[str, str]]]


class Gives(Enum):
    """What a closure returns; ANY is text or a number, known only when it runs."""

    TEXT = auto()
    NUMBER = auto()
    TRUTH = auto()
    ANY = auto()


class Scope:
    """What an expression sees: the values that are relevant now, and the instance it stands in.

    `prefixes[d]` addresses the instance at repeat depth d, `indexes[d - 1]` is its number (from 1).
    `here` is the path of the question itself, `dot` its value. `item` is the choice that a choice filter looks at.
    """

    __slots__ = (
        "counts",
        "dot",
        "drawn",
        "here",
        "hidden",
        "indexes",
        "item",
        "items",
        "now",
        "outer",
        "prefixes",
        "seed",
        "values",
    )

    def __init__(
        self,
        values: dict[Path, Value],
        hidden: set[Path],
        counts: dict[Path, int],
        items: Items,
        now: datetime,
        seed: str,
    ) -> None:
        self.values = values
        self.hidden = hidden
        self.counts = counts
        self.items = items
        self.now = now
        self.seed = seed
        self.drawn = 0
        self.prefixes: tuple[str, ...] = ("",)
        self.indexes: tuple[int, ...] = ()
        self.dot: Value = ""
        self.here: Path = ""
        self.item: Mapping[str, str] | None = None
        self.outer: Scope | None = None

    def chance(self) -> float:
        """A number from 0 to 1 that is the same for the same interview, node and draw."""
        self.drawn += 1
        return random.Random(f"{self.seed} {self.here} {self.drawn}").random()  # noqa: S311 - no secret

    def at(self, prefixes: tuple[str, ...], indexes: tuple[int, ...]) -> Scope:
        """The same values seen from another instance."""
        scope = self.twin()
        scope.prefixes = prefixes
        scope.indexes = indexes
        return scope

    def twin(self) -> Scope:
        """A scope of its own that looks at the same values; `current()` in it means this one."""
        scope = Scope(self.values, self.hidden, self.counts, self.items, self.now, self.seed)
        scope.prefixes = self.prefixes
        scope.indexes = self.indexes
        scope.dot = self.dot
        scope.outer = self.outer or self
        return scope


Run: TypeAlias = Callable[[Scope], Any]
Reader: TypeAlias = Callable[[str], Scalar]
Keys: TypeAlias = Callable[[Scope], list[Path]]


@dataclass(frozen=True, slots=True)
class Code:
    """A closure and what it gives. `keys` is there for nodes: the paths of those that are relevant.

    `reader` is there for nodes that are no text: what their stored text stands for.
    `cells` is there for what is looked up in a choice list: every value that was found.
    `constant` is there for what was written as a literal.
    """

    run: Run
    gives: Gives
    keys: Keys | None = None
    constant: Scalar | None = None
    cells: Callable[[Scope], list[str]] | None = None
    reader: Reader | None = None


def constant(value: Scalar) -> Code:
    """Always the same value."""
    gives = Gives.TEXT if isinstance(value, str) else Gives.TRUTH if isinstance(value, bool) else Gives.NUMBER
    return Code(lambda _: value, gives, constant=value)


def as_number(code: Code) -> Callable[[Scope], float]:
    """The closure, converted to a number."""
    if code.gives is Gives.NUMBER:
        return code.run
    if code.constant is not None:
        number = to_number(code.constant)
        return lambda _: number
    run = code.run
    return lambda c: to_number(run(c))


def as_text(code: Code) -> Callable[[Scope], str]:
    """The closure, converted to text."""
    if code.gives is Gives.TEXT:
        return code.run
    run = code.run
    return lambda c: to_text(run(c))


def as_stored(code: Code) -> Callable[[Scope], str]:
    """The closure as text to be stored: a number that is none is stored as nothing, as JavaRosa does."""
    if code.gives in (Gives.TEXT, Gives.TRUTH):
        return as_text(code)
    run = code.run

    def value(c: Scope) -> str:
        result = run(c)
        return "" if isinstance(result, float) and math.isnan(result) else to_text(result)

    return value


def as_truth(code: Code) -> Callable[[Scope], bool]:
    """The closure, converted to true or false."""
    if code.gives is Gives.TRUTH:
        return code.run
    run = code.run
    if code.gives is Gives.TEXT:
        return lambda c: bool(run(c))
    return lambda c: to_truth(run(c))


def as_values(code: Code) -> Callable[[Scope], list[Scalar]]:
    """The closure as a list: every node's or cell's value, or the one value."""
    keys, run, cells = code.keys, code.run, code.cells
    if cells is not None:
        return lambda c: list(cells(c))
    if keys is None:
        return lambda c: [run(c)]
    reader = code.reader
    if reader is None:
        return lambda c: [c.values.get(key, "") for key in keys(c)]
    return lambda c: [reader(c.values.get(key, "")) for key in keys(c)]
