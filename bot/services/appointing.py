"""People with a role in an audit: who they are, how they come to sign in, and how a role ends.

Plain functions on a `Storage`: for whoever runs Candour, and for a lead on a page, who may do less of it. What both do,
and what a lead does in a chat, is in `bot.roles`. A role that ends has ended at the next request or message.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from msgspec import Struct

from bot import roles
from bot.clock import Clock, SystemClock
from bot.roles import Link
from bot.services import approving
from dialogues.wordless import Wordless
from reports.hours import local_day
from reports.plan import Action
from storage.access import FIRST_LINK, LATER_LINK, Passkey
from storage.errors import RequestError
from storage.journal import OPERATOR, RoleRemoved, SignInForgotten
from storage.people import Person
from storage.slips import DEPUTY, LEAD
from storage.unit_of_work import Storage, UnitOfWork

_THIS_MACHINES = SystemClock()
SHORT = 8  # hexadecimal digits by which a person is named on the command line


class UnknownPersonError(RequestError):
    """Nobody in the audit has this id, or several have what was given of it."""

    def __init__(self, audit: str, person: str) -> None:
        super().__init__(f"Nobody in “{audit}” is “{person}”. Look them up: candour people list {audit}")


class Appointee(Wordless, frozen=True):
    """Somebody with a role as they are listed: by what they sign in (`totp`, `passkey`), where they are told.

    `has_come`: they took up their invitation; `until`: when their link runs out, in seconds since 1970; 0 when they
    have none. No name in its repr.
    """

    id: str
    name: str
    role: str
    channel: str
    ways: tuple[str, ...]
    account: bytes = b""
    has_come: bool = False
    until: int = 0


class Leaving(Struct, frozen=True):
    """Somebody whose role a lead wants to end, and their actions that are not done."""

    who: Appointee
    actions: tuple[Action, ...]


def appoint(
    storage: Storage, audit: str, role: str, name: str, same: str = "", clock: Clock = _THIS_MACHINES
) -> tuple[str, Link]:
    """Give somebody a role. Returns their id and their first link.

    `same`: another audit and the id of a person there, as `rowan-house/3f2a91bc`, who is the same. Raises
    UnknownAuditError, UnknownPersonError.
    """
    now = clock.now()
    with storage.writing() as work:
        work.casework.audit(audit)
        account = _find(work, *_place(same)).account if same else work.access.open(name)
        person = roles.give(work, audit, role, account, now, OPERATOR)
        return person.hex()[:SHORT], roles.link(work, account, now, FIRST_LINK)


def appointees(storage: Storage, audit: str) -> tuple[Appointee, ...]:
    """Everybody with a role in the audit, by role and name. Raises UnknownAuditError."""
    with storage.reading() as work:
        work.casework.audit(audit)
        found = [_appointee(work, person) for person in work.people.all_of(audit)]
    return tuple(sorted(found, key=lambda each: (each.role, each.name, each.id)))


def link(
    storage: Storage, audit: str, person: str, *, anew: bool = False, clock: Clock = _THIS_MACHINES
) -> Link:
    """Another link to sign in with. `anew`: what they showed until now is forgotten, as when a phone was lost.

    Raises UnknownAuditError, UnknownPersonError.
    """
    now = clock.now()
    with storage.writing() as work:
        found = _find(work, audit, person)
        work.access.hold(found.account)
        if anew:
            work.access.forget(found.account)
            forgotten = SignInForgotten(found.role)
            work.journal.append(forgotten, day=local_day(now), actor=OPERATOR, audit=audit)
        lasts = LATER_LINK if work.access.shown(found.account) else FIRST_LINK
        return roles.link(work, found.account, now, lasts)


def remove(storage: Storage, audit: str, person: str, clock: Clock = _THIS_MACHINES) -> str:
    """Take somebody's role. Returns which it was. Raises UnknownAuditError, UnknownPersonError."""
    with storage.writing() as work:
        found = _find(work, audit, person)
        _end(work, found, clock.now(), OPERATOR)
    return found.role


# What a lead does on the page


def invite(storage: Storage, audit: str, role: str, name: str, clock: Clock) -> Link:
    """Invite somebody to a role. Raises UnknownAuditError, NotToInviteError."""
    with storage.writing() as work:
        work.casework.hold(audit)  # two leads do not invite two deputies
        work.casework.audit(audit)
        return roles.invite(work, audit, role, name, clock.now())


def renew(storage: Storage, audit: str, person: str, clock: Clock) -> tuple[str, Link]:
    """The role of somebody who has not come yet, and another link. Raises UnknownPersonError."""
    with storage.writing() as work:
        found = _invited(work, audit, person)
        return found.role, roles.link(work, found.account, clock.now(), roles.INVITED[found.role])


def withdraw(storage: Storage, audit: str, person: str, clock: Clock) -> None:
    """Take an invitation back that nobody has used. Raises UnknownPersonError: perhaps they have come meanwhile."""
    with storage.writing() as work:
        _end(work, _invited(work, audit, person), clock.now(), LEAD)


def leaving(storage: Storage, audit: str, person: str) -> Leaving:
    """Whose role a lead would end, and what they leave. Raises UnknownPersonError, NotToEndError, LastLeadError."""
    with storage.reading() as work:
        found = _find(work, audit, person)
        roles.see_that_a_lead_may_end(work, found)
        return Leaving(_appointee(work, found), roles.open_actions(work, found))


def end(storage: Storage, audit: str, person: str, clock: Clock) -> None:
    """End somebody's role for a lead. Raises UnknownPersonError, NotToEndError, LastLeadError."""
    with storage.writing() as work:
        work.casework.hold(audit)  # two leads do not end each other
        found = _find(work, audit, person)
        roles.see_that_a_lead_may_end(work, found)
        _end(work, found, clock.now(), LEAD)


def may_be_invited(known: Collection[Appointee]) -> tuple[str, ...]:
    """The roles to which a lead can invite somebody now, beside these people: one deputy is enough."""
    taken = {DEPUTY} & {each.role for each in known}
    return tuple(role for role in roles.INVITED if role not in taken)


def _end(work: UnitOfWork, person: Person, now: datetime, actor: str) -> None:
    """Take somebody's role. Whoever has none left has no account either."""
    work.people.remove(person.id)
    left = work.people.roles(person.account)
    if not any(there == person.audit for there, _ in left):
        approving.drop(work, person.audit, person.account)
    if not left:
        work.access.close(person.account)
    work.journal.append(RoleRemoved(person.role), day=local_day(now), actor=actor, audit=person.audit)


def _place(same: str) -> tuple[str, str]:
    audit, _, person = same.partition("/")
    return audit, person


def _invited(work: UnitOfWork, audit: str, person: str) -> Person:
    """Somebody whom a lead can have invited, and who has not come."""
    found = _find(work, audit, person)
    work.access.hold(found.account)
    if found.role not in roles.INVITED or roles.has_come(work, found.account):
        raise UnknownPersonError(audit, person)
    return found


def _find(work: UnitOfWork, audit: str, person: str) -> Person:
    work.casework.audit(audit)
    wanted = person.lower()
    found = [each for each in work.people.all_of(audit) if wanted and each.id.hex().startswith(wanted)]
    if len(found) != 1:
        raise UnknownPersonError(audit, person)
    return found[0]


def _appointee(work: UnitOfWork, person: Person) -> Appointee:
    ways = {
        "passkey" if isinstance(each.shown, Passkey) else "totp" for each in work.access.shown(person.account)
    }
    return Appointee(
        person.id.hex()[:SHORT],
        work.access.name(person.account),
        person.role,
        person.channel,
        tuple(sorted(ways)),
        person.account,
        roles.has_come(work, person.account),
        work.access.link_until(person.account),
    )
