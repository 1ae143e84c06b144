"""Words that nobody else says, and whoever looks for a piece of them wherever bytes lie."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from random import Random

SHORTEST = 8  # bytes of one that are noticed
_LETTERS = "qxzjvkQXZJVK"  # rare next to each other, in any language and in any code
_ONES = f"[{_LETTERS}]".encode()
_RUNS = re.compile(
    rb"(?:%(one)s){8,}|(?:%(one)s\x00){7,}%(one)s" % {b"one": _ONES}
)  # UTF-16 begins with either byte
_DUMPS = (b"--", b"BEGIN TRANSACTION", b"PGDMP")  # they write bytes in hexadecimal
_HEX = re.compile(rb"(?:[0-9a-f]{2}){8,}|(?:[0-9A-F]{2}){8,}")


def canary(chance: Random, length: int = 24) -> str:
    """Letters that stand together nowhere else."""
    return "".join(chance.choice(_LETTERS) for _ in range(length))


def found(canaries: Iterable[str], files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """The files in which eight bytes of a canary stand, with these: in UTF-8, in UTF-16 either way round, in hex."""
    pieces = {
        word[start : start + SHORTEST] for word in canaries for start in range(len(word) - SHORTEST + 1)
    }
    for name, content in files.items():
        for text in _runs(content):
            for start in range(len(text) - SHORTEST + 1):
                if text[start : start + SHORTEST] in pieces:
                    yield name, text[start : start + SHORTEST]


def _runs(content: bytes) -> Iterator[str]:
    """Whatever in it could be of a canary."""
    for run in _RUNS.finditer(content):
        yield run.group().replace(b"\0", b"").decode()
    if content.startswith(_DUMPS):
        for run in _HEX.finditer(content):
            yield from (
                each.group().replace(b"\0", b"").decode()
                for each in _RUNS.finditer(bytes.fromhex(run.group().decode()))
            )
