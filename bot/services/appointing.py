"""People with a role in an audit: who they are, how they come to sign in, and how a role ends.

Plain functions on a `Storage`, for whoever runs Candour. A role that ends has ended at the next request or message.
"""

from __future__ import annotations

from msgspec import Struct

from bot.clock import Clock, SystemClock
from bot.services import approving
from dialogues.wordless import Wordless
from reports.hours import local_day
from storage.access import FIRST_LINK, LATER_LINK, Passkey
from storage.errors import RequestError
from storage.journal import OPERATOR, RoleGiven, RoleRemoved, SignInForgotten
from storage.people import Person
from storage.unit_of_work import Storage, UnitOfWork

_THIS_MACHINES = SystemClock()
SHORT = 8  # hexadecimal digits by which a person is named on the command line


class UnknownPersonError(RequestError):
    """Nobody in the audit has this id, or several have what was given of it."""

    def __init__(self, audit: str, person: str) -> None:
        super().__init__(f"Nobody in “{audit}” is “{person}”. Look them up: candour people list {audit}")


class Appointee(Struct, frozen=True):
    """Somebody with a role as they are listed: by what they sign in (`totp`, `passkey`), where they are told."""

    id: str
    name: str
    role: str
    channel: str
    ways: tuple[str, ...]


class Link(Wordless, frozen=True):
    """What somebody signs in with, once, for so many seconds. It has no repr."""

    code: str
    lasts: int


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
        person = work.people.appoint(account, audit, role)
        work.journal.append(RoleGiven(role), day=local_day(now), actor=OPERATOR, audit=audit)
        return person.hex()[:SHORT], Link(
            work.access.link(account, int(now.timestamp()), FIRST_LINK), FIRST_LINK
        )


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
        return Link(work.access.link(found.account, int(now.timestamp()), lasts), lasts)


def remove(storage: Storage, audit: str, person: str, clock: Clock = _THIS_MACHINES) -> str:
    """Take somebody's role. Returns which it was. Raises UnknownAuditError, UnknownPersonError."""
    with storage.writing() as work:
        found = _find(work, audit, person)
        work.people.remove(found.id)
        left = work.people.roles(found.account)
        if not any(there == audit for there, _ in left):
            approving.drop(work, audit, found.account)
        if not left:
            work.access.close(found.account)
        work.journal.append(RoleRemoved(found.role), day=local_day(clock.now()), actor=OPERATOR, audit=audit)
    return found.role


def _place(same: str) -> tuple[str, str]:
    audit, _, person = same.partition("/")
    return audit, person


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
    )
