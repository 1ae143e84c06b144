"""A posted form that may bring a file: bounded, read as it comes, and kept in memory alone.

A form that brings a file says so by its content type, and may be big; any other is bound as before. That is
not tied to the question that waits: a form that is sent again, because its reply was lost, comes after the
conversation has moved on, and must still be recognised. What is too big is read on and let go, up to a bound:
a browser shows no page while it is still sending.
"""

from __future__ import annotations

import hashlib

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.exceptions import HTTPException
from starlette.requests import Request

from bot.services.attaching import MOST_BYTES
from bot.web import guard
from bot.web.guard import MOST_FIELDS, Fields
from dialogues.wordless import Wordless

MOST_READ = 64 * 1024 * 1024  # bytes of one form; after that we hang up
MOST_WORDS = 64_000  # bytes of its fields together, beside the file
_MULTIPART = b"multipart/form-data"


class TooMuchError(Exception):
    """More was sent than is read to its end."""


class Upload(Wordless, frozen=True):
    """A file that was chosen, by its content alone; None of it when it is too big. It has no repr."""

    content: bytes | None


class Posted(Wordless, frozen=True):
    """What a form brought: its fields, and the file if one was chosen. It has no repr."""

    fields: Fields
    upload: Upload | None = None

    @property
    def digest(self) -> bytes:
        """The same for the same file; empty where none was chosen."""
        if self.upload is None:
            return b""
        return hashlib.blake2b(self.upload.content or b"", digest_size=16).digest()


async def read(request: Request) -> Posted:
    """What was posted. Raises TooMuchError; HTTPException 413 or 422 for what no page of ours sends."""
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != _MULTIPART:
        return Posted(await guard.read(request))
    try:
        form = _Form(options.get(b"boundary", b""))
        size = 0
        async for part in request.stream():
            size += len(part)
            if size > MOST_READ:
                raise TooMuchError
            form.parser.write(part)
    except FormParserError as trouble:
        raise HTTPException(422) from trouble
    return form.posted()


class _Form:
    """The parts of a form as they come: fields by their name, and one file, whose name nobody looks at."""

    def __init__(self, boundary: bytes) -> None:
        if not boundary:
            raise HTTPException(422)
        self._fields: Fields = {}
        self._files: list[bytearray] = []
        self._words = 0
        self._is_whole = False
        self._is_too_big = False
        self._header: tuple[bytearray, bytearray] = (bytearray(), bytearray())
        self._disposition = b""
        self._name = ""
        self._into = bytearray()
        self.parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._header_name,
                "on_header_value": self._header_value,
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_finished,
                "on_part_data": self._data,
                "on_part_end": self._end,
                "on_end": self._finish,
            },
        )

    def posted(self) -> Posted:
        """All that came. Raises HTTPException 422 when it broke off."""
        if not self._is_whole:
            raise HTTPException(422)
        if not self._files:
            return Posted(self._fields)
        return Posted(self._fields, Upload(None if self._is_too_big else bytes(self._files[0])))

    def _begin(self) -> None:
        self._disposition, self._name, self._into = b"", "", bytearray()

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._header[0].extend(data[start:end])

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._header[1].extend(data[start:end])

    def _header_end(self) -> None:
        name, value = self._header
        if name.lower() == b"content-disposition":
            self._disposition = bytes(value)
        self._header = (bytearray(), bytearray())

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        if options.get(
            b"filename"
        ):  # where no file was chosen, browsers send one with no name and nothing in it
            self._files.append(self._into)
        elif b"filename" not in options:
            self._name = options.get(b"name", b"").decode(errors="replace")
        if len(self._files) > 1:
            raise HTTPException(422)

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._files and self._into is self._files[0]:
            self._is_too_big = self._is_too_big or len(self._into) + end - start > MOST_BYTES
            if self._is_too_big:
                self._into.clear()
                return
        else:
            self._words += end - start
            if self._words > MOST_WORDS:
                raise HTTPException(413)
        self._into.extend(data[start:end])

    def _end(self) -> None:
        if self._name:
            self._fields.setdefault(self._name, []).append(self._into.decode(errors="replace"))
        if sum(len(values) for values in self._fields.values()) > MOST_FIELDS:
            raise HTTPException(422)

    def _finish(self) -> None:
        self._is_whole = True
