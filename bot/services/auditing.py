"""Opening an audit, following it, closing it: what a safeguarding lead does around the interviews.

Plain functions on a `Storage`. Whatever they return may be shown: counts are banded, reports are published
values. Concerns are the exception, and for the lead alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import assert_never

from bot import covering, founding
from bot.clock import Clock, SystemClock
from dialogues.form import Form
from reports import assembly, disclosure
from reports.assembly import AuditFacts, NotYet, Refused, Report
from reports.disclosure import Band
from reports.hours import local_day
from storage import passphrases
from storage.casework import IN_CASES, RESPONSE, Audit, Concern, Entry, Offer, Status
from storage.errors import (
    AuditClosedError,
    AuditOpenError,
    FormInUseError,
    PassphraseChosenError,
    PassphraseMissingError,
    PassphraseWeakError,
    PassphraseWrongError,
    TooFewHeardError,
    UnknownAuditError,
    UnknownFormError,
    UnsafeThresholdError,
)
from storage.journal import (
    LEAD,
    OPERATOR,
    AuditClosed,
    ConcernRead,
    FormsOffered,
    PassphraseChosen,
    ReportPublished,
    SlipsIssued,
)
from storage.keys import Pair
from storage.unit_of_work import Storage, UnitOfWork

_THIS_MACHINES = SystemClock()


def open_audit(storage: Storage, audit: Audit, forms: Iterable[Form]) -> None:
    """Open an audit that offers these forms, and those that come with every audit.

    Raises AuditExistsError, UnsafeThresholdError.
    """
    with storage.writing() as work:
        founding.found(work, audit, forms, OPERATOR)


def offer_forms(
    storage: Storage, name: str, forms: Iterable[Form], clock: Clock = _THIS_MACHINES, actor: str = OPERATOR
) -> None:
    """Have an audit that is open already offer these forms too, or these versions of them.

    Raises UnknownAuditError, AuditClosedError, FormInUseError when people were invited to answer another version.
    """
    offered = tuple(forms)
    with storage.writing() as work:
        work.casework.hold_row(name)
        audit, before = work.casework.audit(name), _offers(work, name)
        if audit.status is Status.CLOSED:
            raise AuditClosedError(name)
        asked = audit.entry is Entry.OPEN or work.journal.tells(name, SlipsIssued)
        for form in offered:
            _see_that_it_may_change(before.get(form.id), form, asked=asked)
            work.forms.pin(form)
            work.casework.offer(name, form)
        event = FormsOffered(founding.asked(offered))
        work.journal.append(event, day=local_day(clock.now()), actor=actor, audit=name)


def _see_that_it_may_change(before: Offer | None, form: Form, *, asked: bool) -> None:
    """What people were invited to answer stays as it is: their answers must be counted together."""
    if before is None or before.digest == form.digest or not asked:
        return
    if RESPONSE in (before.records, form.records):
        raise FormInUseError(before.audit, form.id)


def audits(storage: Storage) -> tuple[Audit, ...]:
    """Every audit, by name."""
    with storage.reading() as work:
        return work.casework.all()


def audit(storage: Storage, name: str) -> Audit:
    """The audit of this name. Raises UnknownAuditError."""
    with storage.reading() as work:
        return work.casework.audit(name)


def forms(storage: Storage, name: str) -> tuple[Form, ...]:
    """The forms that an audit offers to whoever comes to it, in their present versions. Raises UnknownAuditError.

    Those of its auditors are not among them: `interviewing.forms`.
    """
    with storage.reading() as work:
        offered = (offer for offer in _offers(work, name).values() if offer.records not in IN_CASES)
        return tuple(work.forms.get(offer.digest) for offer in offered)


def progress(storage: Storage, name: str, clock: Clock = _THIS_MACHINES) -> Band:
    """How many were heard: fewer than K, or K and more, as it was when it was first asked for today.

    After the close it is final, also when the answers are destroyed. Raises UnknownAuditError.
    """
    today = local_day(clock.now())
    with storage.reading() as work:
        found, enough = work.casework.audit(name), work.casework.counted(name, today)
    if enough is None:
        with storage.writing() as work:
            enough = covering.count(work, name, today)
    return covering.banded(found, enough=enough)


def close_audit(storage: Storage, name: str, clock: Clock, actor: str = OPERATOR) -> tuple[Report, ...]:
    """Take no more answers, make those there are nobody's, and freeze a report for each form.

    Three steps, each whole or not at all; when one was cut off, closing again goes on from there, and
    closing a closed audit only returns its reports. `actor`: who the journal says it was. Raises
    UnknownAuditError, PassphraseMissingError, UndecipherableError, AlreadyPublishedError.
    """
    today = local_day(clock.now())
    with storage.writing() as work:
        audit = work.casework.audit(name)
        if audit.status is Status.OPEN:
            work.casework.close(name, today)
            covering.count(work, name, today)
            work.journal.append(AuditClosed(), day=today, actor=actor, audit=name)
            work.flush(name)
            work.slips.forget(name)
            work.files.erase_unused(name, tuple(_response_forms(work, name)))
    compact(storage)
    with storage.writing() as work:
        work.casework.hold(name)
        return tuple(_release(work, offer, today, actor) for offer in _response_forms(work, name).values())


def is_over(storage: Storage, name: str) -> bool:
    """Whether an audit is closed and all of its report published. Raises UnknownAuditError."""
    with storage.reading() as work:
        return covering.is_over(work, work.casework.audit(name))


def compact(storage: Storage) -> None:
    """Rewrite the database if something was erased since it last was, so that nothing of that is left in it."""
    with storage.reading() as work:
        due = work.casework.rewriting_due()
    if due:
        storage.database.compact()
        with storage.writing() as work:
            work.casework.note_rewritten(due)


def choose_passphrase(
    storage: Storage, name: str, passphrase: str, clock: Clock = _THIS_MACHINES, actor: str = LEAD
) -> None:
    """Keep what people write in their own words under this passphrase, once and for all.

    Takes as long as one try. Raises UnknownAuditError, PassphraseWeakError, PassphraseChosenError.
    """
    found = audit(storage, name)
    if not passphrases.is_strong(passphrase, f"{found.name} {found.service} {name.replace('-', ' ')}"):
        raise PassphraseWeakError(passphrases.SHORTEST)
    key = passphrases.choose(passphrase)
    with storage.writing() as work:
        if not work.casework.set_release_key(name, key):
            raise PassphraseChosenError(name)
        work.journal.append(PassphraseChosen(), day=local_day(clock.now()), actor=actor, audit=name)


def has_passphrase(storage: Storage, name: str) -> bool:
    """Whether the lead of this audit has chosen a passphrase."""
    with storage.reading() as work:
        return work.casework.release_key(name) is not None


def words(storage: Storage, name: str, passphrase: str) -> dict[str, tuple[str, ...]]:
    """By question, what people wrote in their own words, in no order. For those who review the audit alone.

    Takes as long as one try. Raises UnknownAuditError, AuditOpenError, TooFewHeardError, PassphraseMissingError,
    PassphraseWrongError.
    """
    pair = unlocked(storage, name, passphrase)
    with storage.reading() as work:
        return work.answers.words(name, pair)


def were_enough_heard(storage: Storage, name: str) -> bool:
    """Whether as many as K people answered in a closed audit (R1), as it was counted when it was closed."""
    with storage.reading() as work:
        return covering.were_enough_heard(work, name)


def unlocked(storage: Storage, name: str, passphrase: str) -> Pair:
    """The keys that the passphrase of a closed audit opens. Takes as long as one try. Raises as `words` does."""
    if audit(storage, name).status is Status.OPEN:  # how many there are is not to be known yet
        raise AuditOpenError(name)
    if not were_enough_heard(storage, name):
        raise TooFewHeardError(name)
    with storage.reading() as work:
        key = work.casework.release_key(name)
    if key is None:
        raise PassphraseMissingError(name)
    pair = passphrases.unlock(passphrase, key)
    if pair is None:
        raise PassphraseWrongError
    return pair


def report(storage: Storage, name: str, form: str) -> Report:
    """What was published of the answers to a form.

    Raises UnknownAuditError, UnknownFormError, and AuditOpenError before the audit is closed.
    """
    with storage.reading() as work:
        if form not in _response_forms(work, name):
            raise UnknownFormError(name, form)
        content = work.casework.release(name, form)
    if content is None:
        raise AuditOpenError(name)
    return assembly.decode(content)


def concerns(storage: Storage, name: str, routes: Collection[str] = (LEAD,)) -> tuple[Concern, ...]:
    """What people at this audit want to be known now, by those who have one of these roles in it, and by nobody else.

    Never banded or held back. Raises UnknownAuditError.
    """
    with storage.reading() as work:
        return work.casework.concerns(name, routes)


def mark_read(storage: Storage, concern: bytes, clock: Clock = _THIS_MACHINES, actor: str = LEAD) -> None:
    """Note that somebody with this role has read a concern."""
    with storage.writing() as work:
        audit = work.casework.mark_read(concern)
        if audit is not None:
            work.journal.append(ConcernRead(), day=local_day(clock.now()), actor=actor, audit=audit)


def _offers(work: UnitOfWork, name: str) -> dict[str, Offer]:
    offers = work.casework.offers({name}).get(name)
    if offers is None:
        raise UnknownAuditError(name)
    return offers


def _response_forms(work: UnitOfWork, name: str) -> dict[str, Offer]:
    """The forms whose answers are counted."""
    return {form: offer for form, offer in _offers(work, name).items() if offer.records == RESPONSE}


def _release(work: UnitOfWork, offer: Offer, today: date, actor: str) -> Report:
    """The report that was published; the first time it is assembled, and frozen.

    Raises AlreadyPublishedError if that was lost since: another, of fewer answers, would give away those between.
    """
    content = work.casework.release(offer.audit, offer.form)
    if content is not None:
        return assembly.decode(content)
    form = work.forms.get(offer.digest)
    audit = work.casework.audit(offer.audit)
    before, tally = work.casework.published(offer.audit, offer.form), work.answers.tally(audit.id, form)
    assembled = assembly.assemble(_facts(audit), form, tally, before)
    match assembled:
        case Report():
            content, sets = assembly.encode(assembled), assembly.subsets(assembled)
            digest = work.casework.publish(offer.audit, offer.form, content, sets)
            published = ReportPublished(offer.form, digest)
            work.journal.append(published, day=today, actor=actor, audit=offer.audit)
            return assembled
        case NotYet():
            raise AuditOpenError(audit.id)
        case Refused(k=k):
            raise UnsafeThresholdError(k, disclosure.SMALLEST_K, disclosure.LARGEST_K)
        case _:
            assert_never(assembled)


def _facts(audit: Audit) -> AuditFacts:
    return AuditFacts(
        name=audit.name,
        service=audit.service,
        incident=audit.incident,
        period_from=audit.opened_on.isoformat(),
        period_to=audit.closed_on.isoformat() if audit.closed_on else "",
        staff_count=audit.staff_count,
        k=audit.k,
        synthetic=audit.synthetic,
        closed=audit.status is Status.CLOSED,
    )
