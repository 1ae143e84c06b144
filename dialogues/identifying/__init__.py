"""Pieces of a text that may tell who somebody is: names, telephone numbers, addresses, exact dates."""

from __future__ import annotations

import re

from dialogues.identifying.addresses import find_addresses
from dialogues.identifying.dates import find_dates
from dialogues.identifying.names import find_names
from dialogues.identifying.numbers import find_numbers
from dialogues.identifying.pieces import Kind, Piece
from dialogues.identifying.scripts import find_names_in_scripts

__all__ = ["REMOVED", "Kind", "Piece", "find_identifying", "find_pieces", "remove_identifying"]

REMOVED = "[…]"

# What is surer comes first.
_SEARCHES = (find_addresses, find_dates, find_numbers, find_names, find_names_in_scripts)


def find_pieces(text: str) -> tuple[Piece, ...]:
    """The pieces that may identify a person, in order of appearance; none overlaps another."""
    found: list[Piece] = []
    taken = bytearray(len(text))
    for search in _SEARCHES:
        for piece in search(text):
            if not any(taken[piece.start : piece.end]):
                taken[piece.start : piece.end] = b"\1" * (piece.end - piece.start)
                found.append(piece)
    return tuple(sorted(found, key=lambda piece: piece.start))


def find_identifying(text: str) -> tuple[str, ...]:
    """The pieces that may identify a person, as they are written, in order of appearance, each once."""
    return tuple(dict.fromkeys(piece.text for piece in find_pieces(text)))


def remove_identifying(text: str) -> str:
    """The text with a mark in place of each piece that may identify a person, wherever it stands."""
    while pieces := find_pieces(text):  # with some gone others may be told; each look leaves less to look at
        for piece in reversed(pieces):
            text = text[: piece.start] + REMOVED + text[piece.end :]
        written = sorted({re.escape(piece.text) for piece in pieces}, key=len, reverse=True)
        text = re.sub(rf"(?<!\w)(?:{'|'.join(written)})(?!\w)", REMOVED, text)
    return text
