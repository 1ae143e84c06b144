"""Questions of the board, what was shared, and who was told, on a page."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from bot.listing import Asked
from bot.services import planning
from bot.web.pages import voice_of
from bot.web.planning.entries import Said, said
from bot.web.planning.room import Room, sees_all
from bot.wording import Voice, mark
from reports.plan import Outcome
from storage.casework import CHALLENGE, LEARNING, NOTIFICATION

OF_ALL = (CHALLENGE, LEARNING, NOTIFICATION)
OUTCOMES = {
    Outcome.OPEN: mark("Not answered yet"),
    Outcome.EXPLAINED: mark("Explained"),
    Outcome.CHANGED: mark("The plan was changed"),
    Outcome.LOOKED_INTO: mark("Looked into"),
}


class Accountability:
    """`/audits/{audit}/accountability`."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def show(self, request: Request) -> Response:
        """`GET …/accountability`: questions of the board; for leads and auditors, what was shared and who was told."""
        audit, _ = request.path_params["audit"], voice_of(request)
        asked = await run_in_threadpool(planning.challenges, self._room.storage, audit)
        told = await run_in_threadpool(planning.entries, self._room.storage, audit, (LEARNING, NOTIFICATION))
        return await self._room.page(
            request,
            "accountability.html",
            OF_ALL,
            challenges=[_challenge(each, _) for each in asked],
            learning=[
                said(each, audit, {}, _) for each in told if each.kind == LEARNING and sees_all(request)
            ],
            notified=[
                said(each, audit, {}, _) for each in told if each.kind == NOTIFICATION and sees_all(request)
            ],
        )


def _challenge(each: Asked, _: Voice) -> Said:
    told = each.challenge
    lines = (
        (_("Question"), told.question),
        (_("Answer"), told.response),
        (_("What came of it"), " ".join(filter(None, (_(OUTCOMES[told.outcome]) + ".", told.came_of_it)))),
    )
    when = " · ".join(filter(None, (_.date(each.day), told.by)))
    return Said(each.id.hex(), _(OUTCOMES[told.outcome]), when, tuple(pair for pair in lines if pair[1]))
