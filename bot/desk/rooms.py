"""The audits in which somebody has a role, what each role can do there, and what is under way."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TypeAlias

from bot import buttons, cases, wording
from bot.cases import Listed
from bot.messages import Desk
from bot.roles import INVITED, SEES_NO_ANSWERS
from bot.wording import Voice, mark
from storage.cases import CaseStatus
from storage.casework import Audit, Status
from storage.slips import AUDITOR, BOARD, DEPUTY, LEAD, OWNER, ROLES
from storage.unit_of_work import UnitOfWork

Way: TypeAlias = tuple[str, str]

NAMES = {
    LEAD: mark("safeguarding lead"),
    DEPUTY: mark("deputy of the safeguarding lead"),
    AUDITOR: mark("auditor"),
    OWNER: mark("owner of actions"),
    BOARD: mark("board member"),
}
_HOURS = 48  # up to which hours are said, not days
_ASKING = (
    ("interviews", mark("Interviews and records")),
    ("themes", mark("Themes")),
    ("findings", mark("Findings")),
    ("plan", mark("Plan")),
)
_DOORS = {
    LEAD: (*_ASKING, ("actions", mark("My actions"))),
    AUDITOR: _ASKING,
    OWNER: (("actions", mark("My actions")),),
    BOARD: (("challenge", mark("Ask a question")),),
}


def audits(work: UnitOfWork, account: bytes) -> Desk:
    """Where somebody has a role, and what they can turn to there."""
    _ = wording.voice(wording.SOURCE)
    held = work.people.roles(account)
    names = sorted({audit for audit, _role in held})
    told = [_told(work, name, [role for role in ROLES if (name, role) in held], _) for name in names]
    ways = (way for name in names for way in _doors(work.casework.audit(name), names, held, _))
    return Desk((_("These are the audits in which you have a part."), *told), tuple(ways))


def _told(work: UnitOfWork, name: str, roles: Iterable[str], _: Voice) -> str:
    return f"{work.casework.audit(name).name}: {', '.join(_(NAMES[role]) for role in roles)}"


def _doors(audit: Audit, names: Collection[str], held: Collection[Way], _: Voice) -> Iterator[Way]:
    doors = {door: None for role in ROLES if (audit.id, role) in held for door in _of_role(role, audit)}
    for what, words in doors:
        yield where(audit.id, names) + _(words), buttons.to_desk(what, buttons.short(audit.id))


def _of_role(role: str, audit: Audit) -> Iterator[Way]:
    yield from _DOORS.get(role, ())
    if role in (LEAD, AUDITOR) and audit.baseline:
        yield "changed", mark("What has changed")
    if role == LEAD and audit.status is Status.OPEN:
        yield "close", mark("Close it")


def which(what: str, names: Iterable[str]) -> Desk:
    """In which of several audits something is wanted."""
    _ = wording.voice(wording.SOURCE)
    ways = tuple((name, buttons.to_desk(what, buttons.short(name))) for name in names)
    return Desk((_("In which audit?"),), ways)


def to_what(what: str, audit: str) -> Desk:
    """To which role somebody is invited to an audit in a chat: to one in which they read no answers."""
    _ = wording.voice(wording.SOURCE)
    roles = [role for role in INVITED if role in SEES_NO_ANSWERS]
    ways = tuple((_(NAMES[role]), buttons.to_desk(what, buttons.short(audit), role)) for role in roles)
    return Desk(
        (
            _("Whom do you want to invite? I give you a link to pass on."),
            _("Auditors and a deputy can read what people say. Invite them on the web page: send /signin."),
        ),
        ways,
    )


def once(lasts: int, _: Voice) -> str:
    """For how long an invitation holds, in seconds, as people read it."""
    hours = lasts // 3600
    if hours > _HOURS:
        return _.several(
            "It works once, within {number} day. Give it to this one person alone.",
            "It works once, within {number} days. Give it to this one person alone.",
            hours // 24,
        )
    return _.several(
        "It works once, within {number} hour. Give it to this one person alone.",
        "It works once, within {number} hours. Give it to this one person alone.",
        hours,
    )


def renamed(name: str) -> Desk:
    """Somebody has said what they are called."""
    _ = wording.voice(wording.SOURCE)
    if not name:
        return Desk((_("Write your part behind it, like this: /name night team lead"),))
    return Desk((_("Others see you as “{name}” from now on.", name=name),))


def where(audit: str, audits: Collection[str]) -> str:
    """What stands before a button that belongs to one of several audits."""
    return f"{audit}: " if len(audits) > 1 else ""


def going_on(work: UnitOfWork, account: bytes, audits: Collection[str], _: Voice) -> tuple[Way, ...]:
    """The buttons of what somebody has under way in these audits."""
    known = (each for audit in audits for each in cases.listed(work, audit, account))
    mine = (each for each in known if each.holder == account and each.status is CaseStatus.UNDER_WAY)
    return tuple((_case(each, audits, _), buttons.to_desk("go", buttons.id_in(each.id))) for each in mine)


def _case(each: Listed, audits: Collection[str], _: Voice) -> str:
    """How a case is called on its button."""
    about = " · ".join(filter(None, (each.title, each.participant)))
    done = _("{done} of {relevant}", done=each.answered, relevant=each.relevant)
    return f"{where(each.audit, audits)}{about} ({done})"
