"""What others expect of services and reviews, as dated data, and which codes bear on it (`codes/frameworks.yaml`)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

import msgspec
import yaml
from msgspec import Struct

from reports.codebook import DATA
from reports.coding import theme_of


class Item(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that a framework names; `code` is unique in it, and `safe.staffing` lies under `safe`."""

    code: str
    name: str
    note: str = ""
    framework: str = ""

    @property
    def above(self) -> str:
        """The code of the item that it lies under: of a quality statement, its key question. '' without any."""
        return self.code.rpartition(".")[0]


class Framework(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A framework as it was on a day: `as_of`."""

    code: str
    name: str
    source: str
    as_of: date
    note: str
    items: tuple[Item, ...]

    def get(self, code: str) -> Item | None:
        """The item of that code, or None."""
        return next((each for each in self.items if each.code == code), None)


@cache
def _data() -> dict[str, Any]:
    found = yaml.load((DATA / "frameworks.yaml").read_text("utf-8"), yaml.CBaseLoader)  # noqa: S506 - only text comes of it
    assert isinstance(found, dict)
    return found


@cache
def all_of_them() -> dict[str, Framework]:
    """Every framework by its code: cqc, care_act, seips, sar."""
    named = [_named(each) for each in _data()["frameworks"]]
    return {each.code: each for each in msgspec.convert(named, list[Framework])}


def _named(framework: dict[str, Any]) -> dict[str, Any]:
    items = [{**item, "framework": framework["code"]} for item in framework["items"]]
    return {**framework, "items": items}


@cache
def crosswalk() -> dict[str, tuple[Item, ...]]:
    """The items that a code bears on, by code; codes without an entry have that of their theme."""
    return {code: tuple(_items(line)) for code, line in _data()["crosswalk"].items()}


def _items(line: str) -> Iterator[Item]:
    for reference in line.split(","):
        framework, _, code = reference.strip().partition(":")
        found = all_of_them()[framework].get(code)
        assert found is not None, reference
        yield found


def items_of(code: str, framework: str = "") -> tuple[Item, ...]:
    """The items that a code bears on, of one framework or of all; none for those of an added theme.

    Of a framework that its own entry does not name, it has those of its theme.
    """
    own = crosswalk().get(code, ())
    named = {each.framework for each in own}
    found = (*own, *(each for each in crosswalk().get(theme_of(code), ()) if each.framework not in named))
    return tuple(each for each in found if framework in {"", each.framework})
