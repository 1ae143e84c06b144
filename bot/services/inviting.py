"""Inviting people: slips, which can be used once, and the ways by which they get in: printed, as links, typed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlencode, urlsplit

from msgspec import Struct

from bot import wording
from bot.clock import Clock, SystemClock
from bot.wording import Voice
from dialogues.form import Form
from reports.hours import local_day
from reports.slips import QR, Invitation, Sheet
from storage.casework import Audit, Status
from storage.errors import AuditClosedError, UnknownFormError
from storage.journal import OPERATOR, SlipsIssued
from storage.slips import ANSWERING, PARTNER, RESPONDENT, Slip, in_groups
from storage.unit_of_work import Storage

_THIS_MACHINES = SystemClock()


class Ways(Struct, frozen=True):
    """How we are reached: the address of the pages, and the name of the bot; each empty when there is none."""

    pages: str = ""
    bot: str = ""

    def page(self, code: str) -> str:
        """The page that takes this code, which stands where no server sees it; empty without pages."""
        return f"{self.pages}/s#{code}" if self.pages else ""

    def chat(self, code: str) -> str:
        """The chat that takes this code; empty without a bot."""
        return f"https://t.me/{self.bot}?start={code}" if self.bot else ""


def slips(
    storage: Storage,
    audit: str,
    count: int,
    role: str,
    clock: Clock = _THIS_MACHINES,
    actor: str = OPERATOR,
) -> tuple[str, ...]:
    """New codes for this audit; only their hashes are kept. Raises UnknownAuditError, AuditClosedError."""
    with storage.writing() as work:
        work.casework.hold(audit)  # K is not lowered meanwhile: once a slip was issued, it stays as it is
        if role in ANSWERING and work.casework.audit(audit).status is Status.CLOSED:
            raise AuditClosedError(audit)
        work.casework.audit(audit)
        work.journal.append(SlipsIssued(count, role), day=local_day(clock.now()), actor=actor, audit=audit)
        return work.slips.issue(audit, count, role)


def for_partners(storage: Storage, audit: str) -> tuple[tuple[str, ...], int]:
    """The forms that partner agencies can be invited to now, by name, and how many of their slips were not used yet.

    Raises UnknownAuditError.
    """
    with storage.reading() as work:
        is_open = work.casework.audit(audit).status is Status.OPEN
        offered = work.casework.offers({audit})[audit].values()
        return tuple(each.form for each in offered if is_open and each.takes(PARTNER)), work.slips.left(
            audit, PARTNER
        )


def slip_of(storage: Storage, code: str) -> Slip | None:
    """The slip of a code, however it was typed, or None when there is none or it was used."""
    with storage.reading() as work:
        return work.slips.find(code)


def role(storage: Storage, audit: str, form: str) -> str:
    """To what a slip for this form entitles: a partner agency answers only what is for partners, and staff the rest.

    Raises UnknownAuditError.
    """
    with storage.reading() as work:
        work.casework.audit(audit)
        offer = work.casework.offers({audit})[audit].get(form)
    return PARTNER if offer is not None and offer.takes(PARTNER) else RESPONDENT


def asked(storage: Storage, audit: str, form: str = "", role: str = RESPONDENT) -> tuple[Form, ...]:
    """The forms that a slip for this role leads to: that one, or all. Raises UnknownAuditError, UnknownFormError."""
    with storage.reading() as work:
        work.casework.audit(audit)
        offered = work.casework.offers({audit})[audit].values()
        found = tuple(
            work.forms.get(offer.digest)
            for offer in offered
            if offer.takes(role) and form in ("", offer.form)
        )
    if form and not found:
        raise UnknownFormError(audit, form)
    return found


def to_form(code: str, form: str) -> str:
    """What leads to one form of an audit: its code, or the audit's name, and that of the form."""
    return f"{code}__{form}" if form else code


def groups(form: Form) -> tuple[str, ...]:
    """The groups that people of this form declare, by name; none where it has no breakdown."""
    question = form.questions.get(form.breakdown)
    return tuple(choice.name for choice in form.choices[question.choices]) if question else ()


def links(audit: str, forms: Iterable[Form], ways: Ways, group: str = "") -> Iterator[str]:
    """Where anyone can answer, when the audit is open to all. A chat knows no group: people choose it there."""
    for form in forms:
        chosen = f"?{urlencode({'group': group})}" if group in groups(form) else ""
        if ways.pages:
            yield f"{ways.pages}/a/{audit}/{form.id}{chosen}"
        if ways.bot and not chosen:
            yield ways.chat(to_form(audit, form.id))


def lines(codes: Iterable[str], ways: Ways) -> Iterator[str]:
    """Each code as people get it: where to go with it, else what to send to the bot."""
    for code in codes:
        yield " ".join(filter(None, (ways.page(code), ways.chat(code)))) or f"/start {code}"


def sheet(
    audit: Audit, forms: tuple[Form, ...], codes: Iterable[str], ways: Ways, *, language: str, form: str = ""
) -> Sheet:
    """The codes as a sheet to print, in this language. `form`: the one they lead to, else people choose."""
    _ = wording.voice(language)
    return Sheet(
        language=_.language,
        title=_("Invitations: {audit}", audit=audit.name),
        heading=audit.name,
        text=(
            _for_partners(_)
            if all(each.is_for_partners for each in forms)
            else _(
                "You are asked what it is like to work here. What you say is anonymous to your organisation."
            ),
            " ".join(filter(None, (_("This slip works once."), _minutes(forms, _), _("Show it to nobody.")))),
        ),
        risk=_(
            "Is someone in danger right now? Call 999. You can also tell us that someone is at risk, without a code."
        ),
        by_hand=_by_hand(ways, _),
        invitations=tuple(_invitation(code, form, ways, _) for code in codes),
    )


def _for_partners(_: Voice) -> str:
    """What stands on a slip for another agency."""
    return _(
        "You are asked how your agency and this service worked together. "
        "This is not anonymous: you say what your part is."
    )


def _minutes(forms: tuple[Form, ...], _: Voice) -> str:
    """How long it takes, at most."""
    longest = max((form.estimated_minutes or 0 for form in forms), default=0)
    if not longest:
        return ""
    return _.several("It takes about {number} minute.", "It takes about {number} minutes.", longest)


def _by_hand(ways: Ways, _: Voice) -> str:
    if ways.pages:
        return _("Or open {address} and type this code:", address=f"{urlsplit(ways.pages).netloc}/s")
    return _("Or send this code to {bot} on Telegram:", bot=f"@{ways.bot}")


def _invitation(code: str, form: str, ways: Ways, _: Voice) -> Invitation:
    leads = to_form(code, form)
    scanned = (
        QR(ways.page(leads), _("Web page"), _("A code to scan, which opens the web page")),
        QR(ways.chat(leads), _("Telegram"), _("A code to scan, which opens Telegram")),
    )
    return Invitation(in_groups(code), tuple(each for each in scanned if each.address))
