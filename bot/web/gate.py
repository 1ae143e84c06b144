"""Who may go where: every route carries its rule, and whoever does not fit it never reaches the page behind it.

    EVERYONE            no sign-in: staff, and what watches us
    BEGUN               followed a link, and may now show a passkey or a code
    SIGNED_IN           showed it; FRESH: within the last five minutes
    among(LEAD, …)      has one of these roles in the audit of the path, at this moment
    among(…, fresh=True)   … and showed a passkey or a code within the last five minutes

An audit that there is not and one that is somebody else's get the same answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from ipaddress import ip_address
from typing import TypeAlias
from urllib.parse import quote, urlencode

from msgspec import Struct
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from bot.clock import Clock
from bot.services import access
from bot.services.access import EXAMPLE_LEAD, Site, Visitor
from bot.web import guard
from bot.web.pages import Stamp, stamp
from storage.access import Session
from storage.slips import AUDITOR, DEPUTY, LEAD, ROLES
from storage.unit_of_work import Storage, UnitOfWork

SIGN_IN = "/sign-in"
CONFIRM = "/sign-in/confirm"
HOME = "/lead"
READING = "/audits"
MAIN = frozenset({LEAD, DEPUTY, AUDITOR})  # for whom the page of an audit is

_ANYBODY = b"example visitor."  # the account of whoever comes to an example that has no lead

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]


class Rule(Struct, frozen=True):
    """Who may use a route: `stage` 0 is everyone. `roles`: one of these, in the audit of the path."""

    stage: int
    roles: frozenset[str] = frozenset()
    fresh: bool = False


EVERYONE, BEGUN, SIGNED_IN, FRESH = Rule(0), Rule(1), Rule(2), Rule(2, fresh=True)


def among(*roles: str, fresh: bool = False) -> Rule:
    """Whoever has one of these roles in the audit of the path."""
    return Rule(2, frozenset(roles), fresh)


class OtherRoleError(HTTPException):
    """They have a role in the audit, but not one of those."""

    def __init__(self) -> None:
        super().__init__(403)


class Door(Route):
    """A route with its rule."""

    def __init__(self, path: str, endpoint: Endpoint, rule: Rule, methods: Sequence[str] = ("GET",)) -> None:
        if rule.roles and "{audit}" not in path:
            raise ValueError(f"{path} names no audit in which somebody could have a role.")
        super().__init__(path, endpoint, methods=list(methods))
        self.rule = rule

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let pass whoever may, by the gate that the application has."""
        if self.rule is not EVERYONE and scope["method"] in (self.methods or ()):
            gate: Gate = scope["app"].state.gate
            stopped = await gate.check(Request(scope, receive), self.rule)
            if stopped is not None:
                await stopped(scope, receive, send)
                return
        await super().handle(scope, receive, send)


def check_routes(routes: Iterable[BaseRoute], files: BaseRoute) -> None:
    """Raise ValueError for a route without a rule; `files` is the one mount that everyone may look into."""
    for route in routes:
        if not isinstance(route, Door) and route is not files:
            raise ValueError(f"{getattr(route, 'path', route)} does not say who may use it.")


class Gate:
    """Knows who comes. `open_here`: the example on this machine, where whoever comes acts as its lead."""

    def __init__(self, storage: Storage, clock: Clock, *, open_here: bool = False) -> None:
        self._storage = storage
        self._clock = clock
        self._open_here = open_here

    async def check(self, request: Request, rule: Rule) -> Response | None:
        """Nothing for who may pass; else where they go. Raises HTTPException 404, OtherRoleError."""
        found = await run_in_threadpool(self._who, request)
        if found is None or (rule.stage > 1 and not found.is_signed_in):
            return RedirectResponse(SIGN_IN if found is None else CONFIRM, 303)
        if rule.roles:
            self._check_role(found, request.path_params["audit"], rule)
        if rule.fresh and not self._open_here and not found.is_fresh(access.moment(self._clock)):
            return RedirectResponse(f"{CONFIRM}?{urlencode({'next': request.url.path})}", 303)
        request.state.visitor = found
        return None

    def _check_role(self, visitor: Visitor, audit: str, rule: Rule) -> None:
        held = {role for there, role in visitor.roles if there == audit}
        if not held:
            raise HTTPException(404)
        if not held & rule.roles:
            raise OtherRoleError

    def _who(self, request: Request) -> Visitor | None:
        if self._open_here:
            return self._anybody()
        token = guard.session(request)
        return access.who(self._storage, token, self._clock) if token else None

    def _anybody(self) -> Visitor:
        now = access.moment(self._clock)
        with self._storage.reading() as work:
            audits = [audit.id for audit in work.casework.all()]
            account = next(_example_leads(work, audits), _ANYBODY)
        roles = frozenset((audit, LEAD) for audit in audits)
        return Visitor(Session(b"", account, now, now, now), "", roles, "")


def _example_leads(work: UnitOfWork, audits: Iterable[str]) -> Iterator[bytes]:
    leads = (person.account for audit in audits for person in work.people.of(audit, LEAD))
    return (account for account in leads if work.access.name(account) == EXAMPLE_LEAD)


def visitor(request: Request) -> Visitor:
    """Who has passed the gate."""
    found: Visitor = request.state.visitor
    return found


def roles(request: Request, audit: str) -> frozenset[str]:
    """What they are in this audit."""
    return frozenset(role for there, role in visitor(request).roles if there == audit)


def acting(request: Request, audit: str) -> str:
    """The role in which they act, for the journal: the foremost that they have."""
    held = roles(request, audit)
    return next(role for role in ROLES if role in held)


def site(request: Request) -> Site:
    """Our address as this browser knows it. The host is one of ours: others are refused before."""
    return Site(request.url.hostname or "", str(request.base_url).rstrip("/"))


def takes_passkeys(request: Request) -> bool:
    """Whether browsers make passkeys for our address: they do for names, not for numbers."""
    try:
        ip_address((request.url.hostname or "").strip("[]"))
    except ValueError:
        return True
    return False


async def posted(request: Request) -> guard.Fields:
    """The fields of a form on a page that we made for this browser. Raises HTTPException 403."""
    fields = await guard.read(request)
    if not guard.is_ours(request, fields, by=bearer(request)):
        raise HTTPException(403)
    return fields


def bearer(request: Request) -> str:
    """What the forms of a page are bound to: the session of whoever has passed the gate with one, else our cookie."""
    found: Visitor | None = getattr(request.state, "visitor", None)
    return (found.token if found else "") or guard.known(request)


def stamped(request: Request) -> tuple[str, Stamp]:
    """What the forms of a page that is about to be shown are bound to, and what they carry."""
    cookie = bearer(request) or guard.new_cookie()
    return cookie, stamp(cookie)


def give(request: Request, response: Response, cookie: str) -> None:
    """Have the browser keep what the forms are bound to, unless that is its session."""
    if cookie != guard.session(request):
        guard.give(request, response, cookie)


def onward(address: str) -> str:
    """Where somebody goes on: a page for people with a role, and nothing but one."""
    inside = guard.is_local(address) and ".." not in address
    return (
        address if inside and (address == HOME or address.startswith((f"{HOME}/", f"{READING}/"))) else HOME
    )


def reports_page(audit: str, *parts: str) -> str:
    """Where the reports of an audit are, or one of them."""
    return "/".join((f"{READING}/{quote(audit, safe='')}/reports", *parts))


def plan_page(audit: str, *parts: str) -> str:
    """Where findings and the plan of an audit are: `findings`, `plan`, `actions`, `accountability`, or one of them."""
    return "/".join((f"{READING}/{quote(audit, safe='')}", *parts))


def audit_page(audit: str, *parts: str) -> str:
    """Where people with a role find an audit, or a page of it."""
    return "/".join((f"{HOME}/audits/{quote(audit, safe='')}", *parts))
