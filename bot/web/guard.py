"""What stands between the network and our pages: who comes, what they may send, what a browser may do.

The cookie is 256 random bits. The CSRF token is derived from it, so that both hold after a restart and with
several workers, and whoever does not have the cookie cannot make the token.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import secrets
import traceback
from collections.abc import Awaitable, Callable
from typing import TypeAlias
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_LIMIT = 2_000_000  # bytes: 100,000 characters of any script, as forms encode them, fit twice
MOST_FIELDS = 400
REMEMBERED_DAYS = 7  # how long a browser remembers, after a draft died, that there was one
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": (
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
    "cache-control": "no-store",
}
_SHAPE = re.compile(r"[A-Za-z0-9_-]{43}")
_log = logging.getLogger(__name__)

Fields: TypeAlias = dict[str, list[str]]


def cookie_name(request: Request) -> str:
    """The cookie's name: bound to this host where the connection is encrypted."""
    return "__Host-candour" if request.url.scheme == "https" else "candour"


def draft_days(request: Request) -> int:
    """How long drafts live, and so the cookie after the last visit."""
    days: int = request.app.state.draft_days
    return days


def known(request: Request) -> str:
    """The cookie that a browser brought, or nothing when it brought none of ours."""
    cookie = request.cookies.get(cookie_name(request), "")
    return cookie if _SHAPE.fullmatch(cookie) else ""


def new_cookie() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


def new_update() -> str:
    """A name for what is sent from a page that is about to be shown."""
    return secrets.token_urlsafe(12)


def give(request: Request, response: Response, cookie: str) -> None:
    """Have the browser keep the cookie."""
    response.set_cookie(
        cookie_name(request),
        cookie,
        max_age=draft_days(request) * 24 * 3600,
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )


def has_begun(request: Request, place: str) -> bool:
    """Whether somebody began here with this browser and did not come to an end, as far as it knows."""
    return request.cookies.get(_begun_name(request), "") == _mark_of(place)


def note_begun(request: Request, response: Response, place: str, *, under_way: bool) -> None:
    """Have the browser remember where somebody began, for longer than a draft lives; or forget it at the end."""
    if under_way:
        response.set_cookie(
            _begun_name(request),
            _mark_of(place),
            max_age=(draft_days(request) + REMEMBERED_DAYS) * 24 * 3600,
            path="/",
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )
    elif has_begun(request, place):
        forget_begun(request, response)


def forget_begun(request: Request, response: Response) -> None:
    """Have the browser forget that anybody began anything."""
    secure = request.url.scheme == "https"
    response.delete_cookie(_begun_name(request), path="/", secure=secure, httponly=True)


def _begun_name(request: Request) -> str:
    return f"{cookie_name(request)}-begun"


def _mark_of(place: str) -> str:
    """A mark that stands for a place; it says nothing of who was there."""
    return hashlib.sha256(place.encode()).hexdigest()[:16]


def session_name(request: Request) -> str:
    """The name of the cookie of whoever signs in."""
    return "__Host-candour-session" if request.url.scheme == "https" else "candour-session"


def session(request: Request) -> str:
    """The token of a session that a browser brought, or nothing."""
    token = request.cookies.get(session_name(request), "")
    return token if _SHAPE.fullmatch(token) else ""


def give_session(request: Request, response: Response, token: str) -> None:
    """Have the browser keep the token until it is closed; an empty one takes it back.

    Strict, unlike the cookie of whoever answers: nothing that another site does, a link included, comes in the name
    of a lead. Our links to sign in need no cookie.
    """
    response.set_cookie(
        session_name(request),
        token,
        max_age=None if token else 0,
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )


def csrf(cookie: str) -> str:
    """The token that only whoever has the cookie can make."""
    return hmac.new(cookie.encode(), b"candour csrf", hashlib.sha256).hexdigest()


def is_ours(request: Request, fields: Fields, by: str = "") -> bool:
    """Whether a post comes from a page that we made for this browser: by its cookie, or a session that it has."""
    token = first(fields, "csrf").encode(errors="replace")
    cookie = by or known(request)
    return bool(cookie) and not is_foreign(request) and hmac.compare_digest(token, csrf(cookie).encode())


def is_foreign(request: Request) -> bool:
    """Whether the browser says that another site made this request."""
    return request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}


def is_local(address: str) -> bool:
    """Whether an address stays on this site."""
    if not address.isprintable() or "\\" in address or not address.startswith("/"):
        return False
    try:
        return not (address.startswith("//") or urlsplit(address).netloc)
    except ValueError:
        return False


def first(fields: Fields, name: str) -> str:
    """The first value of a field, or nothing."""
    return fields.get(name, [""])[0]


async def read(request: Request) -> Fields:
    """The fields of a posted form. Raises HTTPException 413 or 422 for what no page of ours sends."""
    body = await _body(request)
    try:
        return parse_qs(
            body.decode("ascii", errors="replace"),
            keep_blank_values=True,
            max_num_fields=MOST_FIELDS,
            errors="replace",
        )
    except ValueError as trouble:
        raise HTTPException(422) from trouble


async def _body(request: Request) -> bytes:
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > BODY_LIMIT:
            raise HTTPException(413)
        parts.append(part)
    return b"".join(parts)


class Headers:
    """Adds to every response what keeps browsers from doing more than our pages need."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, with the headers on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


class LastResort:
    """Answers with a page of ours when something broke, and logs where, but not one word of what was said."""

    def __init__(self, app: ASGIApp, page: Callable[[Request], Awaitable[Response]]) -> None:
        self._app = app
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve; if that fails before anything was sent, serve the page that says so."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def note_and_send(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, note_and_send)
        except Exception as trouble:  # noqa: BLE001 - the edge: whatever broke, a person is waiting for a page
            _report(trouble)
            if not begun:
                response = await self._page(Request(scope))
                await response(scope, receive, send)


def _report(trouble: Exception) -> None:
    """Log the kind of trouble and the places it passed, never its message: that may quote an answer."""
    places = [
        f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(trouble.__traceback__)[-6:]
    ]
    _log.error("A page failed: %s at %s", type(trouble).__name__, " > ".join(places))
