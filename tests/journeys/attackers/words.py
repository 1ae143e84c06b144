"""Words that nobody else says, and whoever looks for a piece of them wherever bytes lie."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from random import Random

SHORTEST = 8  # bytes of one that are noticed
_LETTERS = "qxzjvkQXZJVK"  # rare next to each other, in any language and in any code
_ONES = f"[{_LETTERS}]".encode()
_RUNS = re.compile(
    rb"(?:%(one)s){8,}|(?:%(one)s\x00){8,}|(?:\x00%(one)s){8,}|(?:(?:%(low)s){2}){8,}|(?:(?:%(up)s){2}){8,}"
    % {b"one": _ONES, b"low": rb"[0-9a-f]", b"up": rb"[0-9A-F]"}
)


def canary(chance: Random, length: int = 24) -> str:
    """Letters that stand together nowhere else."""
    return "".join(chance.choice(_LETTERS) for _ in range(length))


def found(canaries: Iterable[str], files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """The files in which eight bytes of a canary stand, with these: in UTF-8, in UTF-16 either way round, in hex."""
    pieces = {
        word[start : start + SHORTEST] for word in canaries for start in range(len(word) - SHORTEST + 1)
    }
    for name, content in files.items():
        for run in _RUNS.finditer(content):
            text = _text(run.group())
            for start in range(len(text) - SHORTEST + 1):
                if text[start : start + SHORTEST] in pieces:
                    yield name, text[start : start + SHORTEST]


def _text(run: bytes) -> str:
    """What a run of bytes says."""
    letters = run.replace(b"\0", b"")
    if re.fullmatch(rb"(?:[0-9a-f]{2}|[0-9A-F]{2})+", letters):
        return bytes.fromhex(letters.decode()).decode("latin-1")
    return letters.decode()
