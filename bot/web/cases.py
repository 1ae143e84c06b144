"""A case of an auditor as the pages around it know it: where it is, whose it is, and who reads."""

from __future__ import annotations

from msgspec import Struct
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request

from bot.cases import ASKING, MAY_ASK, Colleague, Listed
from bot.messages import ACCOUNT, Address
from bot.services import auditing, interviewing
from bot.web import gate
from bot.web.talking import Spot
from bot.wording import Voice, mark
from dialogues.form import SourceType
from storage.cases import CaseStatus
from storage.casework import (
    ACTION,
    CHALLENGE,
    EXCEPTION,
    FINDING,
    LEARNING,
    MEASURE,
    NOTIFICATION,
    OPENING,
    OPINION,
    PROGRESS,
    REVIEW,
    VERIFICATION,
    Audit,
)
from storage.slips import LEAD
from storage.unit_of_work import Storage

SOURCES = {  # kinds of evidence
    SourceType.EXPERIENCE: mark("People who use the service"),
    SourceType.STAFF: mark("Staff and leaders"),
    SourceType.PARTNERS: mark("Partners"),
    SourceType.OBSERVATION: mark("Observations"),
    SourceType.PROCESSES: mark("Records"),
    SourceType.OUTCOMES: mark("Outcomes"),
}

INTERVIEWS = "interviews"
FINDINGS, PLAN, ACTIONS, ACCOUNTABILITY = "findings", "plan", "actions", "accountability"
_ROOMS = {  # by what a form records, the page that its cases belong to
    FINDING: FINDINGS,
    OPINION: FINDINGS,
    **dict.fromkeys((ACTION, PROGRESS, VERIFICATION, EXCEPTION, REVIEW), ACTIONS),
    **dict.fromkeys((CHALLENGE, LEARNING, NOTIFICATION), ACCOUNTABILITY),
}


class Here(Struct, frozen=True):
    """The case of an address, and whoever has come to it. It has no repr: whom a case is with is not for others.

    `asks`: whether they see the cases of others too.
    """

    audit: Audit
    case: Listed
    account: bytes
    leads: bool
    asks: bool = True

    def __repr__(self) -> str:
        return f"Here({self.case!r})"

    @property
    def address(self) -> str:
        """Where the case is."""
        return address(self.audit.id, self.case.id)

    @property
    def spot(self) -> Spot:
        """Where its turns are played by whoever has come."""
        return Spot(speaker(self.account), self.audit.id, self.case.form, self.case.id)

    @property
    def is_under_way(self) -> bool:
        """Whether anybody can go on with it: also when its audit was closed to staff."""
        return self.case.status is CaseStatus.UNDER_WAY

    @property
    def is_mine(self) -> bool:
        """Whether they can go on with it themselves."""
        return self.is_under_way and self.case.holder == self.account

    @property
    def may_give(self) -> bool:
        """Whether they can give it to somebody: who holds it can, and a lead, when who holds it has left."""
        return self.is_under_way and (self.is_mine or self.leads)


async def here(storage: Storage, request: Request) -> Here:
    """The case of the address.

    Raises HTTPException 404; CaseElsewhereError when it is none of this audit, OtherRoleError when it is not for their
    role.
    """
    audit, account = request.path_params["audit"], gate.visitor(request).account
    id_ = id_of(request.path_params["case"])
    found = await run_in_threadpool(interviewing.case, storage, audit, id_)
    leads = LEAD in gate.roles(request, audit)
    if found.records == OPENING and not leads:
        raise gate.OtherRoleError
    asks = not MAY_ASK.isdisjoint(gate.roles(request, audit))
    if found.holder != account and not asks:
        raise gate.OtherRoleError  # owners and the board see what they wrote themselves, and no interview
    return Here(await run_in_threadpool(auditing.audit, storage, audit), found, account, leads, asks)


def id_of(digits: str) -> bytes:
    """What an address or a button names in hexadecimal. Raises HTTPException 404."""
    try:
        return bytes.fromhex(digits)
    except ValueError as trouble:
        raise HTTPException(404) from trouble


def speaker(account: bytes) -> Address:
    """Whoever has signed in, as turns know them."""
    return Address(ACCOUNT, account.hex())


def room_of(here: Here) -> str:
    """Where the list is that a case belongs to, for whoever has come to it."""
    audit, recorded = here.audit.id, here.case.records
    if recorded == MEASURE:
        return gate.audit_page(audit, "measures") if here.asks else gate.plan_page(audit, ACTIONS)
    if recorded in ASKING:
        return room(audit)
    place = _ROOMS[recorded]
    return gate.plan_page(audit, PLAN if place == ACTIONS and here.asks else place)


def outcome(here: Here, subject: str) -> str:
    """Where what a case of the plan says is found once it is handed in. `subject`: what it is about."""
    place = _ROOMS.get(here.case.records, "")
    one = subject and place in (FINDINGS, ACTIONS) and here.case.records != OPINION
    return gate.plan_page(here.audit.id, place, subject) if one else room_of(here)


def belongs_to_the_plan(here: Here) -> bool:
    """Whether it says something of findings or the plan."""
    return here.case.records in _ROOMS


def place_in(question: str, instance: str = "") -> str:
    """What the place of an answer in a transcript is called in an address."""
    return "q-" + "-".join(filter(None, (instance, question)))


def room(audit: str) -> str:
    """Where the interviews of an audit are."""
    return gate.audit_page(audit, INTERVIEWS)


def address(audit: str, case: bytes, *parts: str) -> str:
    """Where a case is, or a page of it."""
    return gate.audit_page(audit, INTERVIEWS, case.hex(), *parts)


def called(case: Listed) -> str:
    """How a case is called where there are several: its form, and whom it is with."""
    return " · ".join(filter(None, (case.title, case.participant)))


def holder(case: Listed, _: Voice) -> str:
    """Who holds a case, for others."""
    return case.holder_name or _("a colleague whose name I do not know")


def colleague(each: Colleague, _: Voice) -> str:
    """How somebody who may hold a case is called."""
    role = _("safeguarding lead") if each.role == LEAD else _("auditor")
    return _("{name}, {role}", name=each.name, role=role) if each.name else role
