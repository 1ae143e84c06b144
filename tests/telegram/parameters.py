"""The parameters of a call, however they came: in the address, as a form, with files, or as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from starlette.datastructures import UploadFile
from starlette.requests import Request

from tests.telegram.errors import bad_request


class Upload(msgspec.Struct, frozen=True):
    """A file that came with a call."""

    name: str
    content: bytes
    kind: str


class Parameters:
    """Named values; in forms every value is text, and objects are JSON in it."""

    def __init__(self, given: Mapping[str, Any], uploads: Mapping[str, Upload] | None = None) -> None:
        self.given = dict(given)
        self.uploads = dict(uploads or {})

    def text(self, name: str, default: str = "") -> str:
        """A text."""
        value = self.given.get(name, default)
        return value if isinstance(value, str) else msgspec.json.encode(value).decode()

    def number(self, name: str, default: int | None = None) -> int | None:
        """A whole number; `default` when there is none, or no number."""
        try:
            return int(self.given[name])
        except (KeyError, TypeError, ValueError):
            return default

    def flag(self, name: str) -> bool:
        """Yes or no."""
        return str(self.given.get(name, "")).lower() in ("true", "1", "yes")

    def value(self, name: str) -> Any:
        """An object or a list; None when it was not given."""
        value = self.given.get(name)
        if not isinstance(value, str):
            return value
        try:
            return msgspec.json.decode(value) if value else None
        except msgspec.DecodeError:
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from None

    def upload(self, name: str) -> Upload | None:
        """A file: in the field itself, or in the field that an `attach://` names."""
        attached = self.text(name).removeprefix("attach://")
        return self.uploads.get(name) or self.uploads.get(attached)

    @property
    def chat(self) -> int | None:
        """Whom the call is about."""
        return self.number("chat_id")


async def read_parameters(request: Request) -> Parameters:
    """All parameters of a request; those in the body win."""
    given: dict[str, Any] = dict(request.query_params)
    match request.headers.get("content-type", "").partition(";")[0].strip().lower():
        case "application/json":
            return Parameters(given | _json(await request.body()))
        case "multipart/form-data":
            return await _multipart(request, given)
        case _:
            return Parameters(
                given | dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
            )


def _json(body: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(body, type=dict[str, Any]) if body else {}
    except msgspec.MsgspecError:
        raise bad_request("can't parse JSON object") from None


async def _multipart(request: Request, given: dict[str, Any]) -> Parameters:
    uploads: dict[str, Upload] = {}
    async with request.form() as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                kind = value.content_type or "application/octet-stream"
                uploads[name] = Upload(value.filename or name, await value.read(), kind)
            else:
                given[name] = value
    return Parameters(given, uploads)
