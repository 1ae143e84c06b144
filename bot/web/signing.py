"""Signing in: the code of a link, then a passkey or the code of an app; or a passkey alone. And signing out."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.clock import Clock
from bot.services import access
from bot.services.access import Refused
from bot.web import gate, guard
from bot.web.pages import Link, Pages, picture, stamp, voice_of
from storage.unit_of_work import Storage


class SignIn:
    """The pages under `/sign-in`, and an account's own page."""

    def __init__(self, storage: Storage, clock: Clock, pages: Pages) -> None:
        self._storage = storage
        self._clock = clock
        self._pages = pages

    async def show(self, request: Request) -> Response:
        """`GET /sign-in`: for a code, which comes in the fragment of a link, or a passkey."""
        return await self._page(request)

    async def follow(self, request: Request) -> Response:
        """`POST /sign-in`: use up a code. A wrong, an old and a used one get the same answer."""
        fields = await self._posted(request)
        token = await run_in_threadpool(
            access.follow, self._storage, guard.first(fields, "code"), self._clock
        )
        if token is None:
            return await self._page(request, wrong=True)
        return await self._let_in(request, token, gate.CONFIRM)

    async def passkey(self, request: Request) -> Response:
        """`POST /sign-in/passkey`: a passkey alone, which asked its owner who they are."""
        fields = await self._posted(request)
        answer = await run_in_threadpool(
            access.sign_in_with_passkey,
            self._storage,
            guard.known(request),
            guard.first(fields, "passkey"),
            gate.site(request),
            self._clock,
        )
        if isinstance(answer, Refused):
            return await self._page(request, unknown_passkey=True)
        return await self._let_in(request, answer, gate.HOME)

    async def ask(self, request: Request) -> Response:
        """`GET /sign-in/confirm`: ask for a passkey or a code; or set one of them up, the first time."""
        return await self._confirm(request, request.query_params.get("next", ""))

    async def confirm(self, request: Request) -> Response:
        """`POST /sign-in/confirm`: take a passkey or a code."""
        fields = await gate.posted(request)
        onward = gate.onward(guard.first(fields, "next"))
        answer = await run_in_threadpool(self._taken, request, fields)
        if not isinstance(answer, Refused):
            return _session(request, answer, onward)
        if answer is Refused.WRONG:
            return await self._confirm(request, onward, wrong=True)
        return self._ended(request, answer)

    async def account(self, request: Request) -> Response:
        """`GET /lead/account`: by what somebody signs in, and how to add a passkey."""
        return await self._account(request)

    async def add(self, request: Request) -> Response:
        """`POST /lead/account`: keep one more passkey."""
        fields = await gate.posted(request)
        answer = await run_in_threadpool(self._add, request, guard.first(fields, "passkey"))
        if isinstance(answer, Refused):
            return await self._account(request, wrong=True)
        return _session(request, answer, "/lead/account")

    async def leave(self, request: Request) -> Response:
        """`POST /sign-out`: end the session."""
        await gate.posted(request)
        await run_in_threadpool(access.sign_out, self._storage, gate.visitor(request).token, self._clock)
        return _session(request, "", gate.SIGN_IN)

    async def _page(
        self, request: Request, *, wrong: bool = False, unknown_passkey: bool = False
    ) -> Response:
        cookie = guard.known(request) or guard.new_cookie()
        options = ""
        if gate.takes_passkeys(request):
            site = gate.site(request)
            options = await run_in_threadpool(
                access.options_to_show, self._storage, cookie, site, self._clock
            )
        response = self._pages.page(
            request,
            "sign-in.html",
            status=422 if wrong or unknown_passkey else 200,
            stamp=stamp(cookie),
            options=options,
            wrong=wrong,
            unknown_passkey=unknown_passkey,
        )
        guard.give(request, response, cookie)
        return response

    async def _confirm(self, request: Request, onward: str, *, wrong: bool = False) -> Response:
        visitor = gate.visitor(request)
        new = None if visitor.ways else access.new_app(self._storage, visitor)
        return self._pages.page(
            request,
            "confirm.html",
            status=422 if wrong else 200,
            stamp=stamp(visitor.token),
            options=await run_in_threadpool(self._options, request),
            ways=visitor.ways,
            new=new,
            picture=picture(new.address) if new else "",
            next=onward,
            again=visitor.is_signed_in,
            wrong=wrong,
        )

    def _options(self, request: Request, *, add: bool = False) -> str:
        """What a passkey needs: one of theirs; or a new one, for who has none or wants another."""
        visitor, site = gate.visitor(request), gate.site(request)
        if not gate.takes_passkeys(request):
            return ""
        if add or not visitor.ways:
            return access.options_to_add(self._storage, visitor, site, self._clock)
        if "passkey" not in visitor.ways:
            return ""
        return access.options_to_show(self._storage, visitor.token, site, self._clock, visitor.account)

    def _taken(self, request: Request, fields: guard.Fields) -> access.Answer:
        visitor, site = gate.visitor(request), gate.site(request)
        passkey = guard.first(fields, "passkey")
        if not passkey:
            return access.confirm_code(self._storage, visitor, guard.first(fields, "code"), self._clock)
        if visitor.ways:
            return access.confirm_passkey(self._storage, visitor, passkey, site, self._clock)
        return access.add_passkey(self._storage, visitor, passkey, site, self._clock)

    def _add(self, request: Request, passkey: str) -> access.Answer:
        visitor, site = gate.visitor(request), gate.site(request)
        return access.add_passkey(self._storage, visitor, passkey, site, self._clock)

    async def _account(self, request: Request, *, wrong: bool = False) -> Response:
        visitor = gate.visitor(request)
        cookie, stamped = gate.stamped(request)
        response = self._pages.page(
            request,
            "account.html",
            status=422 if wrong else 200,
            visitor=visitor,
            stamp=stamped,
            options="" if self._pages.demo else await run_in_threadpool(self._options, request, add=True),
            wrong=wrong,
        )
        gate.give(request, response, cookie)
        return response

    async def _posted(self, request: Request) -> guard.Fields:
        fields = await guard.read(request)
        if not guard.is_ours(request, fields):
            raise HTTPException(403)
        return fields

    async def _let_in(self, request: Request, token: str, onward: str) -> Response:
        """Give a new session, and end the one that this browser had."""
        await run_in_threadpool(access.sign_out, self._storage, guard.session(request), self._clock)
        return _session(request, token, onward)

    def _ended(self, request: Request, why: Refused) -> Response:
        _ = voice_of(request)
        text = _("That took too long, or there were too many wrong codes. Please ask for a new link.")
        if why is Refused.LOCKED:
            text = _(
                "There were too many wrong codes. Please ask whoever runs Candour to let you set it up anew."
            )
        again = (Link(_("Sign in"), gate.SIGN_IN, "secondary"),)
        response = self._pages.message(request, _("You are not signed in"), text, links=again, status=403)
        guard.give_session(request, response, "")
        return response


def _session(request: Request, token: str, onward: str) -> Response:
    response = RedirectResponse(onward, 303)
    guard.give_session(request, response, token)
    return response
