"""What leads and auditors read in a chat beside the questions: followed numbers, a digest, what has changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date

from bot import buttons, cases, changes, digesting, following, revisiting, wording
from bot.messages import Desk
from bot.wording import Voice
from reports import plotting
from reports.embedding import Outcome, Way
from storage.casework import MEASURE, Status
from storage.errors import UnknownAuditError
from storage.plan import Followed
from storage.slips import LEAD
from storage.unit_of_work import UnitOfWork

NUMBERS, DIGEST, CHANGED = "numbers", "digest", "changed"  # what can be wished for
TELLS = frozenset({NUMBERS, DIGEST, CHANGED})


def told(work: UnitOfWork, what: str, account: bytes, audits: Collection[str], today: date) -> Desk:
    """What was wished for, one of TELLS; `audits` are those in which they are auditor or lead."""
    if what == NUMBERS:
        return numbers(work, account, audits)
    return digest(work, account, today) if what == DIGEST else changed(work, account)


def numbers(work: UnitOfWork, account: bytes, audits: Collection[str]) -> Desk:
    """The series of each audit with the last number and what the chart shows, and the way to a new number."""
    _ = wording.voice(wording.SOURCE)
    told: list[str] = []
    for audit in audits:
        series = work.measures.of(audit)
        if series:
            name = work.casework.audit(audit).name
            told.append("\n".join([name, *(_line(each, _) for each in series)]))
    text = told or [_("No numbers are followed yet.")]
    more = _("Tap to add the number of a month, to change one, or to follow something new.")
    return Desk((*text, more), tuple(_beginnings(work, account, audits, _)))


def _line(series: Followed, _: Voice) -> str:
    return f"• {series.measure.indicator}: {plotting.lately(following.charted(series))}"


def _beginnings(
    work: UnitOfWork, account: bytes, audits: Collection[str], _: Voice
) -> Iterator[tuple[str, str]]:
    for audit in audits:
        for offer in cases.may_begin(work, account, audit, (MEASURE,)):
            if offer.records == MEASURE:
                where = f"{audit}: " if len(audits) > 1 else ""
                yield where + _("New number"), buttons.to_desk("begin", audit, buttons.short(offer.form))


def digest(work: UnitOfWork, account: bytes, today: date) -> Desk:
    """The digest of each audit that they lead, as it is now."""
    _ = wording.voice(wording.SOURCE)
    found = (work.casework.audit(name) for name in _led(work, account))
    made = [digesting.made(work, audit, today, _, counting=True) for audit in found]
    told = [each for each in made if each is not None]
    text = tuple(each.text for each in told) or (_("There is nothing to tell you today."),)
    return Desk(text, pictures=tuple(each.picture for each in told))


def changed(work: UnitOfWork, account: bytes) -> Desk:
    """What each re-audit that they lead shows of its baseline."""
    _ = wording.voice(wording.SOURCE)
    again = [each for name in _led(work, account) if (each := work.casework.audit(name)).baseline]
    if not again:
        return Desk((_("None of your audits looks at another one again."),))
    told: list[str] = []
    for audit in again:
        told.append(audit.name)
        told += _outcome(work, audit.id, _) if _is_over(work, audit.id) else [_(changes.NOT_YET)]
    return Desk(tuple(told))


def _is_over(work: UnitOfWork, name: str) -> bool:
    audit = work.casework.audit(name)
    try:
        before = work.casework.audit(audit.baseline)
    except UnknownAuditError:
        return False
    return {audit.status, before.status} == {Status.CLOSED}


def _outcome(work: UnitOfWork, name: str, _: Voice) -> Iterable[str]:
    found = revisiting.outcome(work, name)
    book = work.codebooks.present()
    yield changes.verdict(found, _)
    yield from changes.cautions(found, _)
    by_way = [(way, changes.of_way(found, way, book, _)) for way in Way]
    yield "\n".join(f"• {changes.word(way, _)}: {', '.join(names)}" for way, names in by_way if names)
    proposed = list(_proposals(found, _))
    if proposed:
        yield "\n".join([_("This is proposed. You decide it on the page “What has changed”:"), *proposed])


def _proposals(found: Outcome, _: Voice) -> Iterator[str]:
    for each in found.findings:
        if each.is_new:
            yield f"• {each.finding.name}: {changes.standing(each, _)}"
    for one in found.actions:
        if revisiting.is_new(one):
            yield f"• {one.action.name}: {changes.lasting(one, _)}"


def _led(work: UnitOfWork, account: bytes) -> list[str]:
    return sorted(audit for audit, role in work.people.roles(account) if role == LEAD)
