"""Two waves side by side: rule R9, change is published only where both waves may be."""

from __future__ import annotations

from enum import StrEnum
from typing import Generic, TypeAlias, TypeVar

from msgspec import Struct

Value = TypeVar("Value")


class Side(StrEnum):
    """Which wave shows nothing."""

    BEFORE = "before"
    AFTER = "after"
    BOTH = "both"


class Change(Struct, Generic[Value], frozen=True):
    """What was published of the earlier wave, and what of the later. Whatever is said of it follows from these."""

    before: Value
    after: Value


class Withheld(Struct, frozen=True):
    """There is no comparison, because these waves show nothing."""

    hidden: Side


Comparison: TypeAlias = Change[Value] | Withheld


def compared(before: Value | None, after: Value | None) -> Comparison[Value]:
    """R9: the published figures of both waves, or why not. None stands for what is hidden.

    It takes published values only (figures, quarters, bands): a difference of exact numbers would be finer
    than both of its sides.
    """
    if before is not None and after is not None:
        return Change(before, after)
    if after is not None:
        return Withheld(Side.BEFORE)
    return Withheld(Side.AFTER if before is not None else Side.BOTH)
