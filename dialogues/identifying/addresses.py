"""E-mail addresses, web addresses and the @names of social media."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dialogues.identifying.pieces import Kind, Piece, cut

# Ends of addresses that people write without www. Words that also follow a full stop without a space
# ("went home.me and her", "for more.info") are left out.
_ENDS = r"(?:com|org|net|co\.uk|org\.uk|gov\.uk|nhs\.uk|ac\.uk|me\.uk|uk|cymru|wales|gov|eu|pl|ro)"
_SHORT = r"(?:t\.me|wa\.me|m\.me|fb\.me|bit\.ly|youtu\.be|lnkd\.in|goo\.gl|forms\.gle)"

# Each pattern can begin only where a run of its characters begins: a long run is read once, not from each character.
_EMAIL = re.compile(r"(?<![\w.+'’\-])[\w+][\w.+'’\-]*@[\w\-]+(?:\.[\w\-]+)*\.[^\W\d_]{2,}")
_LOOSE_EMAIL = re.compile(
    rf"(?<![\w.+\-])[\w.+\-]+ {{0,2}}@ {{0,2}}(?:[a-z0-9\-]+\.)+{_ENDS}\b"
    r"|(?<![\w.+\-])[\w.+\-]+@(?:gmail|googlemail|hotmail|outlook|yahoo|icloud|live|btinternet|nhs|aol)\b",
    re.IGNORECASE,
)
_SPOKEN_EMAIL = re.compile(
    r"(?<![\w.+\-])[\w.+\-]+ ?[\[(]?(?:\bat\b|@)[\])]? ?[\w\-]+(?: ?[\[(]?\bdot\b[\])]? ?[\w\-]+){1,4}",
    re.IGNORECASE,
)
_WEB = re.compile(r"\b(?:https?://|www\.)[\w\[]\S*", re.IGNORECASE)
_BARE_WEB = re.compile(
    rf"(?<![\w.\-@/])(?:(?:[a-z0-9\-]+\.)+{_ENDS}(?![\w\-])(?:/\S*)?|{_SHORT}/\S+)", re.IGNORECASE
)
_HANDLE = re.compile(r"(?<![\w@.])@[^\W\d][\w.]{2,}")
_CLOSING = ".,;:!?'\"’”»>…"
_AT_WORD = re.compile(  # "meds @ night", "@home"
    "all|any|bedtime|breakfast|dinner|first|handover|home|least|lunch|midday|midnight|morning|nights?|noon|once"
    "|reception|room|school|supper|tea|teatime|the|times|weekends?|work",
    re.IGNORECASE,
)


def find_addresses(text: str) -> Iterator[Piece]:
    """E-mail addresses, as they are and as people disguise them, then web addresses, then @names."""
    yield from _emails(text)
    yield from _webs(text)
    yield from _handles(text)


def _emails(text: str) -> Iterator[Piece]:
    if "@" in text:
        for pattern in (_EMAIL, _LOOSE_EMAIL):
            for match in pattern.finditer(text):
                yield cut(Kind.EMAIL, text, *match.span())
    if "dot" in text.casefold():
        for match in _SPOKEN_EMAIL.finditer(text):
            yield cut(Kind.EMAIL, text, *match.span())


def _webs(text: str) -> Iterator[Piece]:
    if "." not in text and "://" not in text:
        return
    for pattern in (_WEB, _BARE_WEB):
        for match in pattern.finditer(text):
            yield cut(Kind.WEB, text, match.start(), _end(text, *match.span()))


def _end(text: str, start: int, end: int) -> int:
    """Where an address ends: without the full stop of its sentence, or the bracket that it stands in."""
    said = text[start:end]
    return start + len(said.rstrip(_CLOSING if "(" in said else _CLOSING + ")"))


def _handles(text: str) -> Iterator[Piece]:
    if "@" in text:
        for match in _HANDLE.finditer(text):
            name = match[0].rstrip(".")
            if not _AT_WORD.fullmatch(name, 1):
                yield cut(Kind.HANDLE, text, match.start(), match.start() + len(name))
