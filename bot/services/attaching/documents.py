"""Documents: what their readers see is kept; the names that programs write behind it are taken out.

Out go: the properties of docx, xlsx and odt (author, who saved it last, company, times, own properties) and
the times in their archive; of a PDF the `/Author` and the XMP, where they stand open, as most programs leave
them. What stays: everything in the text, the names at comments and tracked changes, photos inside a document
with what they say about themselves, thumbnails, and the properties of a PDF that are packed or encrypted.
Links, forms and scripts in a PDF stay too: nothing of this may be opened by our pages, only downloaded.
"""

from __future__ import annotations

import io
import re
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

MOST_PARTS = 2_000
MOST_UNPACKED = 64 * 1024 * 1024  # bytes: six times the largest file, and no bomb

_PDF = b"%PDF-"
_AUTHOR = re.compile(rb"/Author\s{0,8}(\((?:\\.|[^\\()]|\([^()]*\))*\)|<[0-9A-Fa-f\s]*>)", re.DOTALL)
_PACKET_BEGINS, _PACKET_ENDS = b"<?xpacket begin", b"<?xpacket end"

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a ZIP can tell
_MIMETYPE = "mimetype"
_ODT = b"application/vnd.oasis.opendocument.text"
_TYPES = "[Content_Types].xml"
_DOCX = b"wordprocessingml.document.main+xml"
_XLSX = b"spreadsheetml.sheet.main+xml"
_MACROS = ("vbaproject.bin", "vbadata.xml")
_XML = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE = b"http://schemas.openxmlformats.org"
_NOTHING = {
    "docProps/core.xml": _XML
    + b'<cp:coreProperties xmlns:cp="%b/package/2006/metadata/core-properties"/>' % _OFFICE,
    "docProps/app.xml": _XML + b'<Properties xmlns="%b/officeDocument/2006/extended-properties"/>' % _OFFICE,
    "docProps/custom.xml": _XML + b'<Properties xmlns="%b/officeDocument/2006/custom-properties"/>' % _OFFICE,
    "meta.xml": _XML
    + b'<office:document-meta xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" office:version="1.2">'
    b"<office:meta/></office:document-meta>",
}

_MARKUP = re.compile(
    r"<\s?(?:!doctype|html|head|body|script|iframe|svg|\?xml)\b|%PDF-|\{\\rtf", re.IGNORECASE
)
_UNTYPED = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def pdf(content: bytes) -> tuple[bytes, str]:
    """A PDF that begins as one and ends as one, and `pdf`. Raises ValueError."""
    last = content.rfind(b"%%EOF")
    if not content.startswith(_PDF) or content.rfind(b"startxref", 0, last) < 0:
        raise ValueError("not the whole of a PDF")
    if content[last + len(b"%%EOF") :].strip(b" \t\r\n\0"):
        raise ValueError("something follows the PDF")
    return _without_packets(_AUTHOR.sub(_blank_name, content)), "pdf"


def _blank_name(found: re.Match[bytes]) -> bytes:
    """The same with no name in it; the length must stay, as every object is found by its place."""
    name = found[1]
    return found[0][: -len(name)] + name[:1] + b" " * (len(name) - 2) + name[-1:]


def _without_packets(content: bytes) -> bytes:
    """Blank what stands between the marks of each open XMP packet."""
    kept, end = bytearray(content), 0
    while (start := content.find(_PACKET_BEGINS, end)) >= 0:
        start = content.find(b"?>", start) + len(b"?>")
        end = content.find(_PACKET_ENDS, start)
        if end < 0 or start < len(b"?>"):
            break
        kept[start:end] = b" " * (end - start)
    return bytes(kept)


def office(content: bytes) -> tuple[bytes, str]:
    """A docx, xlsx or odt packed anew with empty properties, and its extension.

    Raises ValueError for any other archive, one with macros and one that unpacks to too much; and what zipfile raises.
    """
    parts = _unpacked(content)
    extension = _kind(parts)
    return _packed({name: _NOTHING.get(name, part) for name, part in parts.items()}), extension


def _unpacked(content: bytes) -> dict[str, bytes]:
    """Every part by its name, in order; how much each unpacks to is counted, not believed."""
    parts: dict[str, bytes] = {}
    left = MOST_UNPACKED
    with ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        if len(entries) > MOST_PARTS or len({entry.filename for entry in entries}) < len(entries):
            raise ValueError("too many parts, or one twice")
        for entry in entries:
            with archive.open(entry) as part:
                parts[entry.filename] = part.read(left + 1)
            left -= len(parts[entry.filename])
            if left < 0:
                raise ValueError("it unpacks to too much")
    return parts


def _kind(parts: dict[str, bytes]) -> str:
    if any(name.lower().endswith(_MACROS) or name.startswith(("Basic/", "Scripts/")) for name in parts):
        raise ValueError("it has macros")
    types = parts.get(_TYPES, b"")
    if parts.get(_MIMETYPE) == _ODT and "content.xml" in parts:
        return "odt"
    if _DOCX in types and "word/document.xml" in parts:
        return "docx"
    if _XLSX in types and "xl/workbook.xml" in parts:
        return "xlsx"
    raise ValueError("another kind of archive")


def _packed(parts: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            entry = ZipInfo(name, _EPOCH)
            entry.compress_type = ZIP_STORED if name == _MIMETYPE else ZIP_DEFLATED
            archive.writestr(entry, part)
    return made.getvalue()


def text(content: bytes) -> tuple[bytes, str]:
    """Words in UTF-8 that are no page, picture or program in disguise, and `txt`. Raises ValueError."""
    words = content.decode("utf-8-sig")
    if not words.strip() or _UNTYPED.search(words) or _MARKUP.search(words):
        raise ValueError("no plain words")
    return words.encode(), "txt"
