"""Files in a zip whose bytes follow from theirs alone: office documents, projects and tables for other programs."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime

NOWHEN = datetime(
    1980, 1, 1, tzinfo=UTC
)  # the earliest time a zip knows: the same content gives the same bytes
_UNWRITABLE = re.compile(
    "[^\\t\\n\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]"
)  # XML 1.0, production 2
_SAVED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")


def zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    """The files in a zip whose bytes follow from theirs."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            info = zipfile.ZipInfo(name, NOWHEN.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
    return packed.getvalue()


def steady(document: io.BytesIO) -> bytes:
    """A document of an office program without the time at which it was written."""
    with zipfile.ZipFile(document) as archive:
        files = [(name, archive.read(name)) for name in archive.namelist()]
    return zipped((name, _SAVED.sub(rb"\g<1>1980-01-01T00:00:00Z", content)) for name, content in files)


def clean(text: str) -> str:
    """The text with LF for line ends, and without characters that neither XML nor a spreadsheet may hold."""
    return _UNWRITABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
