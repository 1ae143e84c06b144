"""Pages for everyone: welcome, where to turn when someone is at risk, language, what is kept."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot import promises, wording
from bot.contacts import Contacts
from bot.services import auditing
from bot.web import guard
from bot.web.conversation import path, remember_language
from bot.web.pages import Pages, reading, stamp
from storage.casework import CONCERN, Audit, Status
from storage.unit_of_work import Storage


class Public:
    """The pages that need no invitation and no sign-in."""

    def __init__(self, storage: Storage, pages: Pages, contacts: Contacts) -> None:
        self._storage = storage
        self._pages = pages
        self._contacts = contacts

    async def welcome(self, request: Request) -> Response:
        """`/`: what this is; in the demo, the two doors."""
        audits: Sequence[Audit] = ()
        if self._pages.demo:
            audits = await run_in_threadpool(auditing.audits, self._storage)
        open_one = next((audit.id for audit in audits if audit.status is Status.OPEN), "")
        return self._pages.page(
            request,
            "welcome.html",
            audit=open_one,
            doors=bool(audits),
            staff_link=f"/a/{quote(open_one, safe='')}" if open_one else "",
        )

    async def risk(self, request: Request) -> Response:
        """`/risk`: who to tell, whatever else is broken; and through us, where an audit takes concerns."""
        audit, form = request.query_params.get("audit", ""), request.query_params.get("form", "")
        cookie = guard.known(request) or guard.new_cookie()
        concern = await self._concern(audit)
        back = path(audit, form) + "#question" if audit and form else ""
        response = self._pages.page(
            request,
            "risk.html",
            audit=audit,
            form=form,
            places=wording.places(reading(request), self._contacts.of(audit)),
            concern=concern,
            back=back,
            stamp=stamp(cookie),
        )
        if concern:
            guard.give(request, response, cookie)
        return response

    async def _concern(self, audit: str) -> str:
        """Where the lead can be told; nothing when that is not possible, for whatever reason."""
        if not audit:
            return ""
        try:
            offered = await run_in_threadpool(auditing.forms, self._storage, audit)
        except Exception:  # noqa: BLE001 - whatever is broken, this page must say whom to call
            return ""
        return next((path(audit, form.id) for form in offered if form.records == CONCERN), "")

    async def language(self, request: Request) -> Response:
        """`POST /language`: pages in another language from now on, and back to the page one was on."""
        fields = await guard.read(request)
        back = guard.first(fields, "next")
        response = RedirectResponse(back if guard.is_local(back) else "/", 303)
        if not guard.is_foreign(request):
            remember_language(request, response, guard.first(fields, "language"))
        return response

    async def privacy(self, request: Request) -> Response:
        """`/privacy`: what is kept about whoever answers."""
        return self._pages.page(
            request,
            "privacy.html",
            sections=promises.sections(
                reading(request), guard.draft_days(request), request.app.state.concern_years
            ),
        )
