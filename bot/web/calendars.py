"""A person's calendar: fetched by their program from an address with a token, which they get and end on their page."""

from __future__ import annotations

import hashlib
import threading
from collections import deque
from datetime import datetime, timedelta

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.clock import Clock
from bot.services import calendars
from bot.web import gate, guard
from bot.web.pages import Pages
from storage.unit_of_work import Storage

PATH = "/calendar/{token}.ics"
MOST = 60  # times that one address is read in an hour, in one process: programs look a few times a day
WHILE = timedelta(hours=1)
_REMEMBERED = 10_000
_TYPE = "text/calendar; charset=utf-8"


class Calendars:
    """The calendar of one person, and the page where they turn it on and off."""

    def __init__(self, storage: Storage, clock: Clock, pages: Pages) -> None:
        self._storage = storage
        self._clock = clock
        self._pages = pages
        self._lock = threading.Lock()
        self._read: deque[tuple[datetime, bytes]] = deque(maxlen=_REMEMBERED)

    async def fetch(self, request: Request) -> Response:
        """`GET /calendar/{token}.ics`: for a calendar program. A wrong token and an old one get the same answer."""
        token, now = request.path_params["token"], self._clock.now()
        self._see_that_it_is_not_too_often(token, now)
        written = await run_in_threadpool(calendars.of_token, self._storage, token, now)
        if written is None:
            raise HTTPException(404)
        return Response(written, media_type=_TYPE)

    async def show(self, request: Request) -> Response:
        """`GET /lead/account/calendar`: whether there is an address."""
        return await self._page(request)

    async def change(self, request: Request) -> Response:
        """`POST /lead/account/calendar`: a new address, which is shown this once; or none."""
        fields = await gate.posted(request)
        account = gate.visitor(request).account
        if guard.first(fields, "do") == "end":
            await run_in_threadpool(calendars.take_away, self._storage, account)
            return RedirectResponse("/lead/account/calendar", 303)
        token = await run_in_threadpool(calendars.renew, self._storage, account)
        return await self._page(request, f"{gate.site(request).origin}{PATH.format(token=token)}")

    async def _page(self, request: Request, address: str = "") -> Response:
        cookie, stamped = gate.stamped(request)
        account = gate.visitor(request).account
        has_one = await run_in_threadpool(calendars.has_one, self._storage, account)
        response = self._pages.page(request, "calendar.html", stamp=stamped, has_one=has_one, address=address)
        gate.give(request, response, cookie)
        return response

    def _see_that_it_is_not_too_often(self, token: str, now: datetime) -> None:
        """Raise HTTPException 429 when this address was read so often that its program must be broken."""
        which = hashlib.sha256(token.encode()).digest()
        with self._lock:
            while self._read and self._read[0][0] < now - WHILE:
                self._read.popleft()
            often = sum(each == which for _, each in self._read) >= MOST
            if not often:
                self._read.append((now, which))
        if often:
            raise HTTPException(429, headers={"retry-after": str(int(WHILE.total_seconds()))})
