"""A finding, as it was told in the form `finding`."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import TypeVar

from dialogues.responses import Response, text_of, whole_of
from reports.findings.parts import Cause, Finding, Lens, Nature, Strength, Visibility

_E = TypeVar("_E", bound=StrEnum)

NONE_FOUND = "none_found"  # of the question `against`: it was looked for, and there is none


def finding(response: Response, *, id: str, number: int) -> Finding:  # noqa: A002 - the field of Finding
    """The finding that somebody told. What they left out is empty: see `refusals` for what may not be."""
    return Finding(
        id=id,
        number=number,
        title=text_of(response, "title"),
        nature=_one(Nature, response, "nature") or Nature.CONCERN,
        themes=several(response, "themes"),
        framework=several(response, "framework"),
        criteria=text_of(response, "criteria"),
        condition=text_of(response, "condition"),
        causes=tuple(_causes(response)),
        factors=several(response, "factors"),
        consequence=text_of(response, "consequence"),
        recommendation=text_of(response, "recommendation"),
        supporting=several(response, "supporting"),
        contradicting=several(response, "contradicting"),
        contradiction=text_of(response, "contradiction"),
        searched=text_of(response, "against") == NONE_FOUND,
        visibility=_one(Visibility, response, "visibility"),
        impact=whole_of(response, "impact", 0),
        likelihood=whole_of(response, "likelihood", 0),
        judged=_one(Strength, response, "judged"),
        judged_because=text_of(response, "judged_because"),
        elsewhere=text_of(response, "elsewhere"),
    )


def several(response: Response, name: str) -> tuple[str, ...]:
    """The values that were chosen there, each once."""
    found = response.get(name, [])
    chosen = found if isinstance(found, list) else str(found).split()
    return tuple(dict.fromkeys(str(each) for each in chosen))


def _causes(response: Response) -> Iterator[Cause]:
    told = response.get("causes", [])
    for each in told if isinstance(told, list) else []:
        if isinstance(each, dict):
            yield Cause(_one(Lens, each, "lens"), text_of(each, "cause"), text_of(each, "because"))


def _one(kind: type[_E], response: Response, name: str) -> _E | None:
    found = text_of(response, name)
    return kind(found) if found in tuple(kind) else None
