"""Attackers who know in which order people came, and look for an order in what they stole.

Each sorts the rows that answer one question, or that are one thing of each person; the first is then taken for the
first person's, and so on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from tests.journeys.attackers.theft import Loot, Row

Find: TypeAlias = Callable[[bytes, bytes], int]
Attack: TypeAlias = Callable[[Sequence[Row]], list[Row]]


def attacks(loot: Loot, table: str, key: str) -> Iterator[tuple[str, Attack]]:
    """Every order that can be found in what was stolen, by name. `key` is the column that tells rows apart."""
    yield "as they are read", list
    for column in _columns(loot, table):
        yield f"by {column}", _by(column)
        yield f"by the length of {column}", _by_length(column)
    for name, content in loot.files.items():
        yield from _by_place(name, content, key)


def _columns(loot: Loot, table: str) -> list[str]:
    rows = loot.rows[table]
    return list(rows[0]) if rows else []


def _by(column: str) -> Attack:
    return lambda rows: sorted(rows, key=lambda row: row[column])


def _by_length(column: str) -> Attack:
    return lambda rows: sorted(rows, key=lambda row: len(str(row[column])))


def _by_place(name: str, content: bytes, key: str) -> Iterator[tuple[str, Attack]]:
    """By where the key stands in a file, in pages and freed space alike: the first and the last time."""
    is_text = name.endswith((".sql", ".dump"))
    if content:
        yield f"by the first place in {name}", _placed(content, key, bytes.find, is_text)
        yield f"by the last place in {name}", _placed(content, key, bytes.rfind, is_text)


def _placed(content: bytes, key: str, find: Find, is_text: bool) -> Attack:
    def place(row: Row) -> int:
        written = row[key].hex() if is_text else ""
        return (
            max((find(content, each.encode()) for each in (written, written.upper())), default=-1)
            if is_text
            else find(content, row[key])
        )

    return lambda rows: sorted(rows, key=place)
