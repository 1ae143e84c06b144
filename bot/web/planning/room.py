"""What the pages of the plan share: their frame, with what is under way and what can begin."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from msgspec import Struct
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from bot.cases import MAY_ASK, MAY_OWN, Listed
from bot.clock import Clock
from bot.services import auditing, planning
from bot.web import cases, gate
from bot.web.cases import ACCOUNTABILITY, ACTIONS, FINDINGS, PLAN
from bot.web.pages import Pages
from storage.unit_of_work import Storage


class Shown(Struct, frozen=True):
    """Something to read. It has no repr."""

    def __repr__(self) -> str:
        return type(self).__name__


class Room:
    """What pages of the plan are made with."""

    def __init__(self, storage: Storage, clock: Clock, pages: Pages) -> None:
        self.storage = storage
        self.clock = clock
        self.pages = pages

    async def page(
        self, request: Request, template: str, recorded: Collection[str], status: int = 200, **values: Any
    ) -> Response:
        """A page with what is under way of these kinds, and buttons for what can begin."""
        cookie, stamped = gate.stamped(request)
        audit, account = request.path_params["audit"], gate.visitor(request).account
        begun = await run_in_threadpool(planning.under_way, self.storage, audit, account, recorded)
        response = self.pages.page(
            request,
            template,
            status=status,
            audit=audit,
            found=await run_in_threadpool(auditing.audit, self.storage, audit),
            asks=sees_all(request),
            owns=not MAY_OWN.isdisjoint(gate.roles(request, audit)),
            may=await run_in_threadpool(planning.may_begin, self.storage, audit, account),
            under_way=[_going_on(each) for each in begun],
            to={each: gate.plan_page(audit, each) for each in (FINDINGS, PLAN, ACTIONS, ACCOUNTABILITY)},
            reports=gate.reports_page(audit),
            back=gate.audit_page(audit) if sees_all(request) else gate.HOME,
            stamp=stamped,
            **values,
        )
        gate.give(request, response, cookie)
        return response


def sees_all(request: Request) -> bool:
    """Whether they see the whole of it: leads and auditors."""
    return not MAY_ASK.isdisjoint(gate.roles(request, request.path_params["audit"]))


def _going_on(each: Listed) -> tuple[str, str]:
    return cases.called(each), cases.address(each.audit, each.id) + "#question"
