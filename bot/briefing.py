"""What leads and auditors read in a chat beside the questions: followed numbers, a digest, what has changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date

from bot import buttons, cases, changes, covering, digesting, figures, following, revisiting, wording
from bot.messages import Desk
from bot.wording import Voice, mark
from reports import plotting
from reports.embedding import Outcome, Way
from storage.casework import MEASURE, Audit
from storage.errors import AuditOpenError
from storage.plan import Followed
from storage.slips import LEAD
from storage.unit_of_work import UnitOfWork

NUMBERS, DIGEST, CHANGED, CLOSE = "numbers", "digest", "changed", "close"  # what can be wished for
TELLS = frozenset({NUMBERS, DIGEST, CHANGED, CLOSE, "settle"})

_CLOSING = mark(
    "Closing an audit is final. Nobody can answer any more, and answers that were not handed in are lost. The report "
    "is made once, from the answers there are now. Nobody can open the audit again."
)


def told(work: UnitOfWork, what: str, account: bytes, audits: Collection[str], today: date) -> Desk:
    """What was wished for, one of TELLS; `audits` are those in which they are auditor or lead."""
    if what == NUMBERS:
        return numbers(work, account, audits)
    if what == CLOSE:
        return closing(work, account, today)
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
    """What each re-audit shows of its baseline, to who has a part in both; what is proposed, a lead of both decides."""
    _ = wording.voice(wording.SOURCE)
    again = _again(work, account, cases.MAY_ASK)
    to_decide = _again(work, account, {LEAD})
    if not again:
        return Desk((_("None of your audits looks at another one again."),))
    told: list[str] = []
    for audit in again:
        told.append(audit.name)
        try:
            found = revisiting.outcome(work, audit.id)
        except AuditOpenError:
            told.append(_(changes.NOT_YET))
            continue
        told += _outcome(work, found, _)
        proposed = list(_proposals(found, _))
        if proposed:
            told.append("\n".join([_("This is proposed:"), *proposed]))
        if proposed and audit in to_decide:
            told.append(_confirming(audit, to_decide, _))
    return Desk(tuple(told))


def _again(work: UnitOfWork, account: bytes, roles: Collection[str]) -> list[Audit]:
    """The re-audits where somebody has one of these roles, there and in the baseline."""
    held = {audit for audit, role in work.people.roles(account) if role in roles}
    found = (work.casework.audit(name) for name in sorted(held))
    return [each for each in found if each.baseline in held]


def _confirming(audit: Audit, again: Collection[Audit], _: Voice) -> str:
    only = _("For some of it alone, send their names too, such as F1 A2.")
    rest = _("It is done once you confirm it: here, or on the page “What has changed”.")
    return " ".join([rest, _how("settle", audit.id, again, _), only])


def closing(work: UnitOfWork, account: bytes, today: date) -> Desk:
    """What it means to close an audit, and how a lead does it, for each that is open."""
    _ = wording.voice(wording.SOURCE)
    led = [work.casework.audit(name) for name in _led(work, account)]
    still_open = [each for each in led if not covering.is_over(work, each)]
    if not still_open:
        return Desk((_("None of your audits is open."),))
    told = [
        "\n".join([each.name, _heard(work, each, today, _), _how("close", each.id, still_open, _)])
        for each in still_open
    ]
    return Desk((_(_CLOSING), *told))


def _how(what: str, audit: str, audits: Collection[Audit], _: Voice) -> str:
    return _(
        "To do it, send {command} and behind it the six digits that your app shows at that moment.",
        command=f"/{what} {audit}" if len(audits) > 1 else f"/{what}",
    )


def _heard(work: UnitOfWork, audit: Audit, today: date, _: Voice) -> str:
    return figures.heard(covering.banded(audit, enough=covering.counted_today(work, audit.id, today)), _)


def _outcome(work: UnitOfWork, found: Outcome, _: Voice) -> Iterable[str]:
    book = work.codebooks.present()
    yield changes.verdict(found, _)
    yield from changes.cautions(found, _)
    by_way = [(way, changes.of_way(found, way, book, _)) for way in Way]
    yield "\n".join(f"• {changes.word(way, _)}: {', '.join(names)}" for way, names in by_way if names)


def _proposals(found: Outcome, _: Voice) -> Iterator[str]:
    for each in found.findings:
        if each.is_new:
            yield f"• {each.finding.name}: {changes.standing(each, _)}"
    for one in found.actions:
        if revisiting.is_new(one):
            yield f"• {one.action.name}: {changes.lasting(one, _)}"


def _led(work: UnitOfWork, account: bytes) -> list[str]:
    return sorted(audit for audit, role in work.people.roles(account) if role == LEAD)
