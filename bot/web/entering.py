"""Entering by slip: the code is typed, or stood in the fragment of the address and never came to a server by itself."""

from __future__ import annotations

from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.channels import webchat
from bot.errors import OthersDraftError, UnknownInvitationError
from bot.messages import Address, Enter, Incoming
from bot.services import inviting
from bot.turns import TurnLoop
from bot.web import guard
from bot.web.conversation import path
from bot.web.pages import Pages, stamp, voice_of
from storage.slips import ANSWERING
from storage.unit_of_work import Storage

PATH = "/s"
_LONGEST = 200  # characters of what was typed that are shown again


class Entering:
    """The page on which people enter the code of their slip."""

    def __init__(self, storage: Storage, turns: TurnLoop, pages: Pages) -> None:
        self._storage = storage
        self._turns = turns
        self._pages = pages

    async def show(self, request: Request) -> Response:
        """`GET /s`: where the code goes."""
        return self._page(request)

    async def enter(self, request: Request) -> Response:
        """`POST /s`: take the slip to the forms it is for, and the person to where they start."""
        fields = await guard.read(request)
        if not guard.is_ours(request, fields):
            raise HTTPException(403)
        typed = guard.first(fields, "code")
        cookie = guard.known(request)
        try:
            try:
                leads = await self._bring(cookie, typed)
            except OthersDraftError:  # what they wrote is not for whoever comes now
                cookie = guard.new_cookie()
                leads = await self._bring(cookie, typed)
        except UnknownInvitationError:
            return self._unknown(request, typed)
        response = RedirectResponse(leads, 303)
        guard.give(request, response, cookie)
        return response

    async def _bring(self, cookie: str, typed: str) -> str:
        """Where the slip leads, once it was brought to every form that it may be spent on: the first takes it."""
        code, _, name = typed.strip().partition("__")
        slip = await run_in_threadpool(inviting.slip_of, self._storage, code)
        if slip is None:
            raise UnknownInvitationError
        if slip.role not in ANSWERING:  # a role is taken up in a chat
            raise UnknownInvitationError
        asked = await run_in_threadpool(inviting.asked, self._storage, slip.audit, name, slip.role)
        for form in asked:
            address = Address(webchat.CHANNEL, cookie)
            await self._turns.play(Incoming(address, slip.audit, form.id, "", Enter(code)))
        one_form = len(asked) == 1
        return path(slip.audit, asked[0].id) if one_form else f"/a/{quote(slip.audit, safe='')}"

    def _unknown(self, request: Request, typed: str) -> Response:
        _ = voice_of(request)
        problem = (
            _("I do not know this code. It was used before, or the questions are closed."),
            _("Please look at your slip again. If it still does not work, ask for another slip."),
        )
        return self._page(request, typed=typed[:_LONGEST], problem=problem, status=422)

    def _page(
        self, request: Request, *, typed: str = "", problem: tuple[str, ...] = (), status: int = 200
    ) -> Response:
        cookie = guard.known(request) or guard.new_cookie()
        response = self._pages.page(
            request,
            "slip.html",
            status=status,
            action=PATH,
            typed=typed,
            problem=problem,
            stamp=stamp(cookie),
        )
        guard.give(request, response, cookie)
        return response
