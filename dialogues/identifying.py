"""Pieces of a text that may tell who wrote it: e-mail addresses, telephone numbers, web addresses, postcodes."""

from __future__ import annotations

import re

_PATTERNS = (
    re.compile(r"(?<![\w.+\-])[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+"),
    re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE),
    re.compile(r"(?<![\w.])\+?\(?\d(?:[\s().\-]?\d){8,}(?!\w)"),
    re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}\b", re.IGNORECASE),
    re.compile(r"(?<!\w)@\w{3,}"),
)
REMOVED = "[…]"


def find_identifying(text: str) -> tuple[str, ...]:
    """The pieces of a text that may identify a person, in order of appearance."""
    spans = sorted(
        (match.start(), match[0].strip()) for pattern in _PATTERNS for match in pattern.finditer(text)
    )
    return tuple(dict.fromkeys(piece for _, piece in spans))


def remove_identifying(text: str) -> str:
    """The text with a mark in place of each piece that may identify a person."""
    for piece in sorted(find_identifying(text), key=len, reverse=True):
        text = text.replace(piece, REMOVED)
    return text
