"""Recordings without their tags: who, where, when and with what, and pictures of covers.

No library at hand reads these, so their frames are walked here, and a file is refused where they break off.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import takewhile

from msgspec import Struct


def wav(content: bytes) -> tuple[bytes, str]:
    """A WAV with nothing but its format and its samples, and `wav`. Raises ValueError."""
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        raise ValueError("no RIFF of sound")
    chunks = {name: body for name, body in reversed(list(_chunks(content))) if name in _KEPT_CHUNKS}
    if len(chunks.get(b"fmt ", b"")) < 16 or not chunks.get(b"data"):
        raise ValueError("no format, or no samples")
    kept = b"".join(_chunk(name, chunks[name]) for name in _KEPT_CHUNKS if name in chunks)
    return _chunk(b"RIFF", b"WAVE" + kept), "wav"


_KEPT_CHUNKS = (b"fmt ", b"fact", b"data")


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a RIFF; the last may say that it is longer, as that of an interrupted recording does."""
    start = 12
    while start + 8 <= len(content):
        name, size = struct.unpack_from("<4sI", content, start)
        yield name, content[start + 8 : start + 8 + size]
        start += 8 + size + size % 2


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


# MP3: ISO 11172-3 and 13818-3, layer III, and the tags that people put before and behind it

_FEWEST_FRAMES = 3
_LONGEST_FRAME = 1441  # bytes
_BITRATES = {  # kbit/s by the version's bit: 0 is MPEG 2, 1 is MPEG 1
    0: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
}
_RATES = {0: (11025, 12000, 8000), 2: (22050, 24000, 16000), 3: (44100, 48000, 32000)}
_TAGS_BEHIND = (b"TAG", b"APETAGEX", b"LYRICSBEGIN", b"ID3", b"3DI")


def mp3(content: bytes) -> tuple[bytes, str]:
    """The frames of an MP3 without its tags, and `mp3`. Raises ValueError."""
    start = _behind_id3(content)
    end, frames = start, 0
    while size := _frame(content, end):
        end += size
        frames += 1
    rest = content[end:]
    is_cut_short = len(rest) < _LONGEST_FRAME
    if frames < _FEWEST_FRAMES or not (rest.startswith(_TAGS_BEHIND) or is_cut_short):
        raise ValueError("no frames, or something among them")
    return content[start:end], "mp3"


def _behind_id3(content: bytes) -> int:
    """Where the tags before the sound end, with the zeros that pad them."""
    start = 0
    while content[start : start + 3] == b"ID3" and len(content) >= start + 10:
        size = 0
        for seven_bits in content[start + 6 : start + 10]:
            size = size << 7 | seven_bits & 0x7F
        has_footer = bool(content[start + 5] & 0x10)
        start += 10 + size + 10 * has_footer
    zeros = takewhile(lambda byte: byte == 0, memoryview(content)[start : start + 65536])
    return start + sum(1 for _ in zeros)


def _frame(content: bytes, start: int) -> int:
    """The length of the frame that begins here, in bytes; 0 when none does, or not the whole of it."""
    if start + 4 > len(content):
        return 0
    (header,) = struct.unpack_from(">I", content, start)
    version, layer = header >> 19 & 3, header >> 17 & 3
    bitrate, rate, padding = header >> 12 & 15, header >> 10 & 3, header >> 9 & 1
    if header >> 21 != 0x7FF or version == 1 or layer != 1 or bitrate in (0, 15) or rate == 3:
        return 0
    is_mpeg1 = version == 3
    per_second = _BITRATES[is_mpeg1][bitrate] * 1000
    size = (144 if is_mpeg1 else 72) * per_second // _RATES[version][rate] + padding
    return size if start + size <= len(content) else 0


# M4A: ISO 14496-12. What goes is overwritten in its place, so that nothing moves that others point to.

_CONTAINERS = (b"moov", b"trak", b"mdia")
_ERASED = (b"udta", b"meta", b"uuid", b"free", b"skip", b"wide")
_TIMED = (b"mvhd", b"tkhd", b"mdhd")
_AT_THE_TOP = (b"ftyp", b"moov", b"mdat", b"moof", b"mfra", b"sidx", b"styp", *_ERASED)


class _Box(Struct, frozen=True):
    """A box by its type, its place and that of what is in it."""

    kind: bytes
    start: int
    body: int
    end: int


def m4a(content: bytes) -> tuple[bytes, str]:
    """An MPEG 4 file of nothing but sound, without its tags and times, and `m4a`. Raises ValueError."""
    sound = bytearray(content)
    top = list(_boxes(content, 0, len(content)))
    kinds = [box.kind for box in top]
    if kinds[0] != b"ftyp" or b"mdat" not in kinds or not set(kinds) <= set(_AT_THE_TOP):
        raise ValueError("not a file of MPEG 4 sound")
    handlers = set()
    for box in _all_boxes(content, top):
        if box.kind == b"hdlr":
            handlers.add(content[box.body + 8 : box.body + 12])
        elif box.kind in _ERASED:
            sound[box.body : box.end] = bytes(box.end - box.body)
            sound[box.start + 4 : box.start + 8] = b"free"
        elif box.kind in _TIMED:
            size = 16 if content[box.body] == 1 else 8
            sound[box.body + 4 : box.body + 4 + size] = bytes(size)
    if handlers != {b"soun"}:
        raise ValueError("there is more than sound, or none")
    return bytes(sound), "m4a"


def _all_boxes(content: bytes, boxes: list[_Box]) -> Iterator[_Box]:
    for box in boxes:
        yield box
        if box.kind in _CONTAINERS:
            yield from _all_boxes(content, list(_boxes(content, box.body, box.end)))


def _boxes(content: bytes, start: int, end: int) -> Iterator[_Box]:
    while start < end:
        size, kind = struct.unpack_from(">I4s", content, start)
        body = start + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", content, body)
            body += 8
        following = end if size == 0 else start + size
        if not body <= following <= end:
            raise ValueError("a box reaches out of its place")
        yield _Box(kind, start, body, following)
        start = following


# Ogg with Opus: RFC 3533 and 7845

_OGG_HEADER = struct.Struct("<4sBBQIIIB")
_CHECKSUM_AT = 22


class _Page(Struct, frozen=True):
    """A page by its place, the stream it is of, and the lengths of its pieces."""

    start: int
    serial: int
    body: int
    sizes: bytes

    @property
    def end(self) -> int:
        return self.body + sum(self.sizes)


def ogg(content: bytes) -> tuple[bytes, str]:
    """A recording in Opus, as Telegram and browsers make them, without its tags, and `ogg`. Raises ValueError."""
    pages = list(_pages(content))
    is_one_stream = len({page.serial for page in pages}) == 1
    if len(pages) < 3 or not is_one_stream or not content.startswith(b"OpusHead", pages[0].body):
        raise ValueError("not a stream of Opus")
    tags = list(_pieces(pages, 1))
    size = sum(end - start for _, start, end in tags)
    if size < 16 or not content.startswith(b"OpusTags", tags[0][1]):
        raise ValueError("no tags where they must be")
    sound = bytearray(content)
    left = memoryview(b"OpusTags".ljust(size, b"\0"))  # no vendor, no comments, and padding
    for _, start, end in tags:
        sound[start:end], left = left[: end - start], left[end - start :]
    for page in dict.fromkeys(page for page, _, _ in tags):
        _sign(sound, page)
    return bytes(sound), "ogg"


def _pages(content: bytes) -> Iterator[_Page]:
    start = 0
    while start < len(content):
        mark, version, _, _, serial, _, _, pieces = _OGG_HEADER.unpack_from(content, start)
        body = start + _OGG_HEADER.size + pieces
        sizes = content[body - pieces : body]
        page = _Page(start, serial, body, sizes)
        if mark != b"OggS" or version or len(sizes) < pieces or page.end > len(content):
            raise ValueError("a page is broken")
        yield page
        start = page.end


def _pieces(pages: list[_Page], wanted: int) -> Iterator[tuple[_Page, int, int]]:
    """The pieces of a packet, by its number: their page and place; one of 255 bytes is followed by another."""
    packet = 0
    for page in pages:
        at = page.body
        for size in page.sizes:
            if packet == wanted and size:
                yield page, at, at + size
            packet += size < 255
            at += size
        if packet > wanted:
            return


def _sign(sound: bytearray, page: _Page) -> None:
    """Write the checksum of a page that was changed."""
    at = page.start + _CHECKSUM_AT
    sound[at : at + 4] = bytes(4)
    checksum = 0
    for byte in sound[page.start : page.end]:
        checksum = checksum << 8 & 0xFFFFFFFF ^ _CHECKSUMS[checksum >> 24 ^ byte]
    sound[at : at + 4] = struct.pack("<I", checksum)


def _checksum_of(byte: int) -> int:
    value = byte << 24
    for _ in range(8):
        value = value << 1 ^ (0x104C11DB7 if value >> 31 else 0)
    return value


_CHECKSUMS = tuple(_checksum_of(byte) for byte in range(256))
