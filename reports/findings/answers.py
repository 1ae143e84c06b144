"""A finding, as it was told in the form `finding`."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import TypeVar

from dialogues.responses import Response
from reports.findings.parts import Cause, Finding, Lens, Nature, Strength, Visibility

_E = TypeVar("_E", bound=StrEnum)

NONE_FOUND = "none_found"  # of the question `against`: it was looked for, and there is none


def finding(response: Response, *, id: str, number: int) -> Finding:  # noqa: A002 - the field of Finding
    """The finding that somebody told. What they left out is empty: see `refusals` for what may not be."""
    return Finding(
        id=id,
        number=number,
        title=text(response, "title"),
        nature=_one(Nature, response, "nature") or Nature.CONCERN,
        themes=several(response, "themes"),
        framework=several(response, "framework"),
        criteria=text(response, "criteria"),
        condition=text(response, "condition"),
        causes=tuple(_causes(response)),
        factors=several(response, "factors"),
        consequence=text(response, "consequence"),
        recommendation=text(response, "recommendation"),
        supporting=several(response, "supporting"),
        contradicting=several(response, "contradicting"),
        contradiction=text(response, "contradiction"),
        searched=text(response, "against") == NONE_FOUND,
        visibility=_one(Visibility, response, "visibility"),
        impact=_level(response, "impact"),
        likelihood=_level(response, "likelihood"),
        judged=_one(Strength, response, "judged"),
        judged_because=text(response, "judged_because"),
        elsewhere=text(response, "elsewhere"),
    )


def text(response: Response, name: str) -> str:
    """What was written there, without blanks around it; '' when nothing was."""
    found = response.get(name, "")
    return found.strip() if isinstance(found, str) else str(found)


def several(response: Response, name: str) -> tuple[str, ...]:
    """The values that were chosen there, each once."""
    found = response.get(name, [])
    chosen = found if isinstance(found, list) else str(found).split()
    return tuple(dict.fromkeys(str(each) for each in chosen))


def _causes(response: Response) -> Iterator[Cause]:
    told = response.get("causes", [])
    for each in told if isinstance(told, list) else []:
        if isinstance(each, dict):
            yield Cause(_one(Lens, each, "lens"), text(each, "cause"), text(each, "because"))


def _one(kind: type[_E], response: Response, name: str) -> _E | None:
    found = text(response, name)
    return kind(found) if found in tuple(kind) else None


def _level(response: Response, name: str) -> int:
    found = text(response, name)
    return int(found) if found.isdecimal() else 0
