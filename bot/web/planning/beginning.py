"""Buttons on pages of the plan begin a case."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.desk import planned
from bot.errors import NotTakenError
from bot.planning import Wanted
from bot.services import planning
from bot.web import cases, gate, guard
from bot.web.cases import ACTIONS
from bot.web.pages import Link, voice_of
from bot.web.planning.room import Room
from storage.notices import NEWS_WANTED


class Beginning:
    """`POST /audits/{audit}/plan`."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def begin(self, request: Request) -> Response:
        """`POST …/plan`: begin what a button wants, or go on with one just like it."""
        audit, fields = request.path_params["audit"], await gate.posted(request)
        what, subject = guard.first(fields, "what"), cases.id_of(guard.first(fields, "subject"))
        account = gate.visitor(request).account
        try:
            if what == NEWS_WANTED:
                return await self._want_news(request, subject, account)
            begun = planning.begin
            case = await run_in_threadpool(
                begun, self._room.storage, audit, what, account, self._room.clock, subject
            )
        except NotTakenError as refused:
            return self._refused(request, str(refused), subject)
        return RedirectResponse(f"{cases.address(audit, case.id)}#question", 303)

    async def _want_news(self, request: Request, subject: bytes, account: bytes) -> Response:
        """Have the owner of an action asked how it goes."""
        _, audit, room = voice_of(request), request.path_params["audit"], self._room
        came, _notices = await run_in_threadpool(
            planning.want_news, room.storage, audit, subject, account, room.clock
        )
        found = await run_in_threadpool(planning.action, room.storage, audit, subject, account, room.clock)
        action = found.status.action
        name = found.people.get(action.owner, _("its owner"))
        return room.pages.message(
            request,
            _("Ask for news"),
            _(planned.NEWS[came], name=name, action=f"{action.name} · {action.title}"),
            *(
                [_("At night and on days off I wait until the next working morning.")]
                if came is Wanted.ASKED
                else []
            ),
            links=(Link(_("Back to the action"), gate.plan_page(audit, ACTIONS, subject.hex())),),
            audit=audit,
        )

    def _refused(self, request: Request, sentence: str, subject: bytes) -> Response:
        """Why it cannot be done now, and the way back."""
        _, audit = voice_of(request), request.path_params["audit"]
        return self._room.pages.message(
            request,
            _("This cannot be done now"),
            sentence,
            _("Nothing was changed."),
            links=(Link(_("Back to the action"), gate.plan_page(audit, ACTIONS, subject.hex())),),
            status=409,
            audit=audit,
        )
