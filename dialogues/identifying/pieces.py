"""A piece of a text that may tell who somebody is, and of what kind it is."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct


class Kind(Enum):
    """What a piece looks like."""

    EMAIL = "email"
    WEB = "web"
    HANDLE = "handle"
    DATE = "date"
    PHONE = "phone"
    NUMBER = "number"
    POSTCODE = "postcode"
    VEHICLE = "vehicle"
    NAME = "name"


class Piece(Struct, frozen=True):
    """Somebody's words from `start` up to `end`, in characters of the whole text."""

    kind: Kind
    text: str
    start: int
    end: int

    def __repr__(self) -> str:
        return f"Piece({self.kind.value})"


def cut(kind: Kind, text: str, start: int, end: int) -> Piece:
    """The piece that stands there."""
    return Piece(kind, text[start:end], start, end)
