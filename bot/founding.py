"""An audit is opened, within one transaction: by whoever runs Candour, or by a lead who has answered `new-audit`."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from datetime import date
from typing import Protocol

from msgspec.structs import replace

from bot.errors import NotOpenedError
from bot.wording import mark
from dialogues import library
from dialogues.form import Form
from dialogues.responses import Response, day_of, text_of, whole_of
from reports import disclosure
from storage import plan
from storage.casework import CONCERN, OPENING, RESPONSE, Audit, Entry, Status
from storage.errors import AuditExistsError, AuditOpenError, UnknownAuditError, UnsafeThresholdError
from storage.journal import Asked, AuditOpened
from storage.slips import LEAD
from storage.tables import ID_BYTES
from storage.unit_of_work import UnitOfWork

FOR_RECEIPTS = ("message", "take-back")  # forms for whoever has handed in
FOR_AUDITORS = (
    "guided-interview",
    "record-review",
    "partner-agency",
    "partner-view",
    "board-questions",
    "observation",
    "new-audit",
    "re-audit",
    "monthly-number",
)
FOR_PLANNING = (
    "finding",
    "opinion",
    "action",
    "progress",
    "verification",
    "exception",
    "review",
    "challenge",
    "learning-share",
    "notification",
)
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,19}")

_UNNAMED = mark(
    "The short name can have small letters, digits and hyphens. It can be 20 long, like rowan-house."
)
_TAKEN = mark("An audit with this short name is there already. Please choose another one.")
_UNSAFE = mark(
    "The fewest people whose answers are shown together cannot be that number. "
    "Please choose one from {smallest} to {largest}."
)
_STILL_OPEN = mark("That audit cannot be looked at again: it is still open, or you do not lead it.")
_AGAIN = mark("{name}: looked at again")
_UNKNOWN = mark("One of the forms that you chose is not there any more. Please choose the forms again.")


class Voiced(Protocol):
    """Says a message in somebody's language."""

    def __call__(self, message: str, /, **values: object) -> str:
        """The message, with `{name}` filled in."""


def found(work: UnitOfWork, audit: Audit, forms: Iterable[Form], actor: str) -> None:
    """Open an audit that offers these forms, and those that come with every audit.

    Raises AuditExistsError, UnsafeThresholdError.
    """
    if not disclosure.is_threshold(audit.k):
        raise UnsafeThresholdError(audit.k, disclosure.SMALLEST_K, disclosure.LARGEST_K)
    own = {form.id: form for form in forms}
    offered = (*own.values(), *(form for form in always() if form.id not in own))
    for form in offered:
        work.forms.pin(form)
    work.casework.open(audit, offered)
    opened = AuditOpened(audit.k, audit.staff_count, asked(offered))
    work.journal.append(opened, day=audit.opened_on, actor=actor, audit=audit.id)


def asked(forms: Iterable[Form]) -> tuple[Asked, ...]:
    """The forms as the journal has them."""
    return tuple(Asked(form.id, form.digest, form.attribution, form.breakdown) for form in forms)


def always() -> tuple[Form, ...]:
    """The forms that every audit offers: for whoever holds a receipt, for its auditors, and for its plan."""
    shipped = library.names()
    names = (*FOR_RECEIPTS, *FOR_AUDITORS, *FOR_PLANNING)
    return tuple(library.shipped(name) for name in names if name in shipped)


def found_from(work: UnitOfWork, response: Response, today: date, actor: str, _: Voiced) -> Audit:
    """Open the audit that the answers to `new-audit` describe. Raises NotOpenedError, worded by `_`."""
    audit = _described(response, today)
    if not NAME.fullmatch(audit.id):
        raise NotOpenedError(_(_UNNAMED), "audit_name")
    if _is_taken(work, audit.id):
        raise NotOpenedError(_(_TAKEN), "audit_name")
    forms = _chosen(response)
    if any(form is None for form in forms):
        raise NotOpenedError(_(_UNKNOWN), "forms")
    try:
        found(work, audit, (*filter(None, forms), library.shipped(CONCERN)), actor)
    except AuditExistsError as trouble:
        raise NotOpenedError(_(_TAKEN), "audit_name") from trouble
    except UnsafeThresholdError as trouble:
        limits = {"smallest": disclosure.SMALLEST_K, "largest": disclosure.LARGEST_K}
        raise NotOpenedError(_(_UNSAFE, **limits), "k") from trouble
    return audit


def again(
    work: UnitOfWork, baseline: str, today: date, *, name: str, title: str = "", staff: int = 0, _: Voiced
) -> tuple[Audit, tuple[Form, ...]]:
    """A re-audit of a closed one, with all that it takes over, and the forms whose answers are compared.

    `staff`: how many people work there now, 0 for as many as then. Raises UnknownAuditError, AuditOpenError.
    """
    before = work.casework.audit(baseline)
    if before.status is not Status.CLOSED:
        raise AuditOpenError(baseline)
    audit = replace(
        before,
        id=name,
        name=title or _(_AGAIN, name=before.name),
        staff_count=staff or before.staff_count,
        opened_on=today,
        status=Status.OPEN,
        closed_on=None,
        period_from=before.closed_on,
        period_to=today,
        baseline=baseline,
    )
    offers = work.casework.offers({baseline})[baseline].values()
    return audit, tuple(work.forms.get(each.digest) for each in offers if each.records == RESPONSE)


def found_again(work: UnitOfWork, response: Response, holder: bytes, today: date, _: Voiced) -> Audit:
    """Open the re-audit that the answers to `re-audit` describe, for this account. Raises NotOpenedError."""
    baseline, name = text_of(response, "baseline"), short_name(response)
    if not NAME.fullmatch(name):
        raise NotOpenedError(_(_UNNAMED), "audit_name")
    if _is_taken(work, name):
        raise NotOpenedError(_(_TAKEN), "audit_name")
    if (baseline, LEAD) not in work.people.roles(holder):
        raise NotOpenedError(_(_STILL_OPEN), "baseline")
    title, staff = text_of(response, "title"), whole_of(response, "staff_count", 0)
    try:
        audit, forms = again(work, baseline, today, name=name, title=title, staff=staff, _=_)
    except (AuditOpenError, UnknownAuditError) as trouble:
        raise NotOpenedError(_(_STILL_OPEN), "baseline") from trouble
    found(work, audit, (*forms, library.shipped(CONCERN)), LEAD)
    said = plan.Entry(
        id=secrets.token_bytes(ID_BYTES),
        audit=name,
        kind=OPENING,
        subject="",
        account=holder,
        day=today,
        said=response,
    )
    work.entries.add(said)
    return audit


def short_name(response: Response) -> str:
    """The short name that the answers to `new-audit` give the audit."""
    return text_of(response, "audit_name")


def _described(response: Response, today: date) -> Audit:
    return Audit(
        id=short_name(response),
        name=text_of(response, "title") or short_name(response),
        service=text_of(response, "service"),
        incident=text_of(response, "incident"),
        staff_count=whole_of(response, "staff_count", 1),
        opened_on=today,
        k=whole_of(response, "k", disclosure.DEFAULT_K),
        entry=Entry.OPEN if text_of(response, "entry") == Entry.OPEN else Entry.SLIPS,
        scope=text_of(response, "scope"),
        harm_types=text_of(response, "harm_types"),
        period_from=day_of(response, "period_from"),
        period_to=day_of(response, "period_to"),
    )


def _is_taken(work: UnitOfWork, name: str) -> bool:
    try:
        work.casework.audit(name)
    except UnknownAuditError:
        return False
    return True


def _chosen(response: Response) -> tuple[Form | None, ...]:
    """The forms for staff that were chosen, None for what is none."""
    return tuple(map(_for_staff, text_of(response, "forms").split() or ["staff-culture"]))


def _for_staff(name: str) -> Form | None:
    form = library.shipped(name) if name in library.names() else None
    return form if form is not None and form.records == RESPONSE else None
