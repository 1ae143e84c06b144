"""What keeps people's words out of logs and tracebacks: values that only say what they are."""

from __future__ import annotations

from msgspec import Struct


class Wordless(Struct, frozen=True):
    """A value that may hold somebody's words, or a secret: its repr is the name of its class, and nothing else."""

    def __repr__(self) -> str:
        return type(self).__name__
