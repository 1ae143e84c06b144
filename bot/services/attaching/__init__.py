"""Photos and files that people send as answers: what they are is decided by what is in them, never by a name.

What is taken loses what its sender does not see in it. Photos are painted anew, so that nothing but the
picture is left: no place, no time, no camera, nothing behind its end. Sound loses its tags. Documents keep
all that can be read in them, and lose the names that programs write into their properties; see `documents`
for what stays. Anything else is refused, and so is what cannot be opened as what it seems to be.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import puremagic
from PIL.Image import DecompressionBombError

from bot.messages import Attached
from bot.services.attaching import documents, pictures, sounds
from dialogues.prompts import Reason

MOST_BYTES = 10 * 1024 * 1024

TOO_BIG = Attached(problem=Reason.FILE_TOO_BIG.value)
NOT_TAKEN = Attached(problem=Reason.FILE_NOT_TAKEN.value)

Reader: TypeAlias = Callable[[bytes], tuple[bytes, str]]

_READERS: dict[str, Reader] = {
    ".jpg": pictures.jpeg,
    ".png": pictures.png,
    ".webp": pictures.webp,
    ".ogg": sounds.ogg,
    ".mp3": sounds.mp3,
    ".m4a": sounds.m4a,
    ".mp4": sounds.m4a,  # many phones give a recording the mark of a film
    ".wav": sounds.wav,
    ".pdf": documents.pdf,
    ".docx": documents.office,
    ".odt": documents.office,
}
_UNMARKED: tuple[Reader, ...] = (sounds.mp3, documents.text)  # what may begin with anything


def prepare(content: bytes) -> Attached:
    """What is kept of a file, or why it is not taken (`problem`: FILE_TOO_BIG or FILE_NOT_TAKEN).

    Taken are jpg, png, webp; ogg (Opus), mp3, m4a, wav; pdf, docx, xlsx, odt, txt (UTF-8). Never raises.
    It works the processor for up to some seconds and takes up to some 300 MB: call it in a thread.
    """
    if len(content) > MOST_BYTES:
        return TOO_BIG
    for read in _readers(content):
        attached = _read(read, content)
        if attached is not NOT_TAKEN:
            return attached
    return NOT_TAKEN


def _readers(content: bytes) -> tuple[Reader, ...]:
    """Those that know what it seems to be."""
    try:
        marks = {match.extension for match in puremagic.magic_string(content)}
    except (puremagic.PureError, ValueError):
        marks = set()
    return tuple(dict.fromkeys(_READERS[mark] for mark in _READERS if mark in marks)) + _UNMARKED


def _read(read: Reader, content: bytes) -> Attached:
    try:
        kept, extension = read(content)
    except DecompressionBombError:
        return TOO_BIG
    except Exception:  # noqa: BLE001 - a file made to break a library may break it anyhow: it is one we do not take
        return NOT_TAKEN
    return Attached(kept, extension) if len(kept) <= MOST_BYTES else TOO_BIG
