"""Attackers who look for something that two tables have in common."""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from tests.journeys.attackers.theft import Loot, Row

_HASHES = ("md5", "sha1", "sha256", "sha512", "blake2b", "blake2s", "sha3_256")
_FEWEST_BYTES = 4


def shared(loot: Loot, columns: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Pairs of columns, as `table.column`, of which some value tells one row in each of both tables.

    `columns` are of other kinds: PostgreSQL's, which are numbers.
    """
    telling = {
        f"{table}.{column}": found
        for table, rows in loot.rows.items()
        for column in (rows[0] if rows else ())
        if (found := _telling(rows, column, column in set(columns)))
    }
    for (one, mine), (other, theirs) in combinations(telling.items(), 2):
        if one.partition(".")[0] != other.partition(".")[0] and mine & theirs:
            yield one, other


def _telling(rows: Sequence[Row], column: str, number: bool) -> set[object]:
    """The values that stand in one row only, and are long enough to be no coincidence."""
    times = Counter(row[column] for row in rows)
    return {value for value, often in times.items() if often == 1 and (number or _is_long(value))}


def _is_long(value: object) -> bool:
    return isinstance(value, bytes | str) and len(value) > _FEWEST_BYTES


def dictionary(loot: Loot, names: Sequence[str], secrets: Iterable[bytes]) -> list[tuple[str, str]]:
    """Where a hash of somebody's name stands, of every kind of hash, with these secrets and with none.

    Names of columns, with the person.
    """
    known = [b"", *secrets]
    wanted = {digest: name for name in names for key in known for digest in _digests(name.encode(), key)}
    return [
        (f"{table}.{column}", wanted[bytes(value)[:16]])
        for table, rows in loot.rows.items()
        for row in rows
        for column, value in row.items()
        if isinstance(value, bytes) and bytes(value)[:16] in wanted
    ]


def _digests(name: bytes, key: bytes) -> Iterator[bytes]:
    for kind in _HASHES:
        yield hashlib.new(kind, name).digest()[:16]
        yield hashlib.new(kind, key + name).digest()[:16]
        if key:
            yield hmac.digest(key, name, kind)[:16]
    yield hashlib.blake2b(name, digest_size=16, key=key[:64]).digest()
    yield hashlib.blake2b(name, digest_size=32, key=key[:64]).digest()[:16]
