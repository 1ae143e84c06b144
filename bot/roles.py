"""Roles given and taken up, within one transaction: by whoever runs Candour, by a lead on a page or in a chat.

An invitation is a role that somebody has already, and a link that works once; until they come, nobody signs in to
the account and no channel reaches it. They come by the web page, where they set up how they sign in, or by a chat.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from msgspec.structs import replace

from bot.errors import LastLeadError, NotToEndError, NotToInviteError
from dialogues.wordless import Wordless
from reports.hours import local_day
from reports.plan import Action
from storage.access import FIRST_LINK
from storage.journal import RoleGiven
from storage.people import Person
from storage.slips import AUDITOR, BOARD, DEPUTY, LEAD, OWNER
from storage.unit_of_work import UnitOfWork

DAY: Final = 24 * 3600
INVITED: Final[Mapping[str, int]] = (
    MappingProxyType(  # whom a lead may invite, and for how many seconds it holds:
        {
            OWNER: 7 * DAY,
            BOARD: 7 * DAY,
            AUDITOR: FIRST_LINK,
            DEPUTY: FIRST_LINK,
        }  # shorter where answers are read
    )
)
SEES_NO_ANSWERS: Final = frozenset({OWNER, BOARD})  # nobody need show once more who they are to invite them


class Link(Wordless, frozen=True):
    """What somebody comes with, once, for so many seconds. It has no repr."""

    code: str
    lasts: int


def give(work: UnitOfWork, audit: str, role: str, account: bytes, now: datetime, actor: str) -> bytes:
    """Give an account a role in an audit. Returns the id of the person."""
    person = work.people.appoint(account, audit, role)
    work.journal.append(RoleGiven(role), day=local_day(now), actor=actor, audit=audit)
    return person


def invite(work: UnitOfWork, audit: str, role: str, name: str, now: datetime) -> Link:
    """Somebody is invited by a lead; `name`: what others call them until they say it. Raises NotToInviteError."""
    if role not in INVITED or (role == DEPUTY and _has_deputy(work, audit)):
        raise NotToInviteError
    account = work.access.open(name)
    give(work, audit, role, account, now, LEAD)
    return link(work, account, now, INVITED[role])


def link(work: UnitOfWork, account: bytes, now: datetime, lasts: int) -> Link:
    """Another link of an account; the one before is worth nothing any more."""
    return Link(work.access.link(account, int(now.timestamp()), lasts), lasts)


def has_come(work: UnitOfWork, account: bytes) -> bool:
    """Whether somebody has taken up what they were invited to: by signing in, or in a chat."""
    return work.access.signs_in(account) or any(each.channel for each in work.people.of_account(account))


def come(work: UnitOfWork, code: str, channel: str, address: str, now: datetime) -> tuple[Person, ...]:
    """What somebody has become by opening their link in a chat; nothing where it is no such link.

    Whoever is known there stays who they are, and has the role too. The link of who has come by another way is none.
    """
    moment = int(now.timestamp())
    work.people.hold(channel, address)
    account = work.access.whose_link(code, moment)
    if account is None or has_come(work, account) or work.access.follow(code, moment) is None:
        return ()
    known = work.people.at(channel, address)
    to = known[0].account if known else account
    seats = {(each.audit, each.role) for each in known}
    invited = work.people.of_account(account)
    for each in invited:
        if (each.audit, each.role) in seats:
            work.people.remove(each.id)
        else:
            work.people.seat(each, to, channel, address)
    if to != account:
        _hand_on(work, account, to, {each.audit for each in invited})
    return invited


def see_that_a_lead_may_end(work: UnitOfWork, person: Person) -> None:
    """Raise LastLeadError, NotToEndError where a lead must leave this role to whoever runs Candour."""
    if person.role == DEPUTY and has_come(work, person.account):
        raise NotToEndError  # they are told what goes past the lead
    if person.role == LEAD:
        others = {each.account for each in work.people.of(person.audit, LEAD)} - {person.account}
        if not any(has_come(work, each) for each in others):
            raise LastLeadError


def open_actions(work: UnitOfWork, person: Person) -> tuple[Action, ...]:
    """The actions of the audit that they own and that are not done."""
    owned = work.actions.owned(person.account)
    return tuple(each for audit, each in owned if audit == person.audit and each.is_open)


def _has_deputy(work: UnitOfWork, audit: str) -> bool:
    return bool(work.people.ids(audit, DEPUTY))


def _hand_on(work: UnitOfWork, account: bytes, to: bytes, audits: set[str]) -> None:
    """Let what one account was called, owns and sponsors be another's: both are the same person."""
    old, new = account.hex(), to.hex()
    for audit in audits:
        for each in work.actions.of(audit):
            if old in (each.owner, each.sponsor):
                owner, sponsor = (new if held == old else held for held in (each.owner, each.sponsor))
                work.actions.keep(audit, replace(each, owner=owner, sponsor=sponsor))
    if not work.access.name(to):
        work.access.rename(to, work.access.name(account))
    work.access.close(account)
