"""Findings and the plan of an audit, for pages and the command line.

Plain functions on a `Storage`. Whoever calls them has seen that the reader is an auditor or the lead of the audit, or
the owner of the actions. What changes them is a case: see `bot.planning`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from msgspec import Struct

from bot import beginning, cases, listing, quoting, weighing
from bot import planning as rulebook
from bot.clock import Clock
from bot.errors import CaseElsewhereError
from bot.listing import Asked
from bot.planning import Wanted
from bot.weighing import Weighed
from dialogues.interview import Interview
from dialogues.wordless import Wordless
from reports import plan as rules
from reports.findings import Finding
from reports.hours import local_day
from reports.plan import Action, Gaps, Status
from storage.cases import Case, CaseStatus
from storage.casework import ACTION, CHALLENGE, FINDING, IN_CASES, PROGRESS
from storage.coding import Origin
from storage.plan import Entry
from storage.quotes import Kept
from storage.unit_of_work import Storage, UnitOfWork


class Plan(Struct, frozen=True):
    """How the plan of an audit stands on a day. `people`: how accounts (hexadecimal) are called."""

    actions: tuple[Status, ...]
    gaps: Gaps
    people: dict[str, str]
    day: date

    @property
    def lines(self) -> str:
        """In three lines: how many in which state, what is late, what comes next."""
        return rules.plan_lines((each.action for each in self.actions), self.day, self.people)


def findings(storage: Storage, audit: str) -> tuple[Weighed, ...]:
    """Every finding of the audit with the strength of its evidence, by number. Raises UnknownAuditError."""
    with storage.reading() as work:
        work.casework.audit(audit)
        return weighing.weighed(work, audit)


def plan(storage: Storage, audit: str, clock: Clock) -> Plan:
    """The plan of the audit; actions by number. Raises UnknownAuditError."""
    today = local_day(clock.now())
    with storage.reading() as work:
        work.casework.audit(audit)
        actions = work.actions.of(audit)
        return Plan(
            tuple(rules.status(each, today) for each in actions),
            rules.gaps(work.findings.of(audit), actions, today),
            listing.people(work, audit),
            today,
        )


def owned(storage: Storage, account: bytes, clock: Clock) -> tuple[tuple[str, Status], ...]:
    """What an account is to do in any audit, each with the audit."""
    today = local_day(clock.now())
    with storage.reading() as work:
        return tuple((audit, rules.status(each, today)) for audit, each in work.actions.owned(account))


def sponsored(storage: Storage, account: bytes, clock: Clock) -> tuple[tuple[str, Status], ...]:
    """What an account stands behind in any audit and somebody else is to do, each with the audit."""
    today = local_day(clock.now())
    with storage.reading() as work:
        return tuple((audit, rules.status(each, today)) for audit, each in work.actions.sponsored(account))


def entries(
    storage: Storage, audit: str, kinds: Collection[str] = (), subject: str | None = None
) -> tuple[Entry, ...]:
    """What was said in the audit, of these kinds, about this finding or action; the oldest first."""
    with storage.reading() as work:
        return work.entries.of(audit, kinds, subject)


def challenges(storage: Storage, audit: str) -> tuple[Asked, ...]:
    """The questions of the board with what came of each, the oldest first."""
    with storage.reading() as work:
        return listing.asked(work.entries.of(audit, (CHALLENGE,)))


class Behind(Wordless, frozen=True):
    """What a reference of a finding names: a label, the words of an excerpt, and where it was said. It has no repr.

    `case` is where it was told by name (hexadecimal), `question` and `instance` the place in it; all are empty for
    published figures and numbers.
    """

    reference: str
    label: str
    words: str = ""
    case: str = ""
    question: str = ""
    instance: str = ""


class Examined(Struct, frozen=True):
    """One finding with all that belongs to it."""

    weighed: Weighed
    supporting: tuple[Behind, ...]
    contradicting: tuple[Behind, ...]
    actions: tuple[Status, ...]
    entries: tuple[Entry, ...]
    people: dict[str, str]
    written_on: date | None


class Followed(Struct, frozen=True):
    """One action with all that belongs to it.

    `ways`: what the account may do with it now, as `bot.planning.ways`. `may_read`: whether it may read it, as its
    owner, its sponsor or one who asks in the audit; `may_want_news`: whether it may have the owner asked how it goes.
    """

    status: Status
    findings: tuple[Finding, ...]
    entries: tuple[Entry, ...]
    people: dict[str, str]
    ways: tuple[tuple[str, str], ...]
    may_read: bool = False
    may_want_news: bool = False


def finding(storage: Storage, audit: str, id_: bytes, clock: Clock) -> Examined:
    """One finding of the audit. Raises CaseElsewhereError when there is none of this id."""
    today, wanted = local_day(clock.now()), id_.hex()
    with storage.reading() as work:
        labels, made = listing.evidence(work, audit), _found(work, audit, id_)
        quotes = quoting.agreed(work, audit)
        case = work.cases.get(id_)
        said = (
            each
            for each in work.entries.of(audit)
            if each.subject == wanted or wanted in str(each.said.get("findings", ""))
        )
        return Examined(
            weighing.Scales(work, audit).weigh(made),
            tuple(_behind(work, each, labels, quotes) for each in made.supporting),
            tuple(_behind(work, each, labels, quotes) for each in made.contradicting),
            tuple(rules.status(each, today) for each in work.actions.of(audit) if wanted in each.findings),
            tuple(said),
            listing.people(work, audit),
            case.handed_in_on if case is not None else None,
        )


def _behind(work: UnitOfWork, reference: str, labels: dict[str, str], quotes: dict[str, Kept]) -> Behind:
    """What a reference names. Of anonymous people that is figures, or words that they let be quoted (R8)."""
    what, _, id_ = reference.partition(".")
    label = labels.get(reference, "")
    if kept := quotes.get(reference):
        return Behind(reference, f"{kept.name} · {quoting.UNNAMED}", kept.redaction.words)
    if what == "case":
        return Behind(reference, label, case=id_)
    found = work.excerpts.get(bytes.fromhex(id_)) if what == "excerpt" else None
    if found is None or found.origin is not Origin.NAMED:
        return Behind(reference, label)
    held = work.cases.get(found.source)
    spoke = quoting.speaker(work.forms.get(held.digest), held.interview) if held is not None else None
    of = labels.get(f"case.{found.source.hex()}", "")
    source = " · ".join(filter(None, (of, quoting.told(found.text, spoke))))
    return Behind(reference, source, found.text, found.source.hex(), found.question, found.instance)


def action(storage: Storage, audit: str, id_: bytes, account: bytes, clock: Clock) -> Followed:
    """One action of the audit. Raises CaseElsewhereError when there is none of this id."""
    with storage.reading() as work:
        held = work.actions.get(id_.hex())
        if held is None or held[0] != audit:
            raise CaseElsewhereError
        made = held[1]
        return Followed(
            rules.status(made, local_day(clock.now())),
            tuple(each for each in work.findings.of(audit) if each.id in made.findings),
            work.entries.of(audit, (), made.id),
            listing.people(work, audit),
            tuple(rulebook.ways(work, account, audit, made)),
            rulebook.may_read(work, account, audit, made),
            rulebook.may_want_news(work, account, audit, made),
        )


def want_news(
    storage: Storage, audit: str, id_: bytes, account: bytes, clock: Clock
) -> tuple[Wanted, tuple[bytes, ...]]:
    """Have the owner of an action asked how it goes: what came of it, and the notice that waits to be sent.

    Raises CaseElsewhereError, NotTakenError, RoleMissingError.
    """
    noted: list[bytes] = []
    with storage.writing() as work:
        there, made = rulebook.seen(work, account, id_)
        if there != audit:
            raise CaseElsewhereError
        came = rulebook.Planner(work, local_day(clock.now()), noted).want_news(audit, made, account)
    return came, tuple(noted)


def under_way(
    storage: Storage, audit: str, account: bytes, recorded: Collection[str]
) -> tuple[cases.Listed, ...]:
    """What this account has begun of the plan, and not handed in: of these kinds; the oldest first."""
    with storage.reading() as work:
        found = (each for each in work.cases.of(audit) if each.holder == account)
        listed = (cases.listing(work, each) for each in found if each.status is CaseStatus.UNDER_WAY)
        return tuple(each for each in listed if each.records in recorded)


def may_begin(storage: Storage, audit: str, account: bytes) -> frozenset[str]:
    """What the forms record that this account can begin in the audit. Raises UnknownAuditError."""
    with storage.reading() as work:
        return frozenset(each.records for each in cases.may_begin(work, account, audit, IN_CASES))


def begin(
    storage: Storage, audit: str, what: str, account: bytes, clock: Clock, subject: bytes = b""
) -> Case:
    """A new case for what somebody wants (`bot.planning.FORMS`, or what a form records), or one just like it.

    `subject`: the action that it is about; of a new action the finding that it answers, of `revise` and `change` what
    is written anew. Raises CaseElsewhereError, NotTakenError, RoleMissingError, UnknownAuditError, UnknownFormError.
    """
    today = local_day(clock.now())
    with storage.writing() as work:
        recorded = _ANEW.get(what) or rulebook.FORMS.get(what, what)
        offer, about = beginning.offered(work, audit, account, recorded), dict[str, str]()
        work.casework.hold(audit)  # so that who presses twice finds what they began
        if what in _ANEW:
            same = _under_way(work, audit, account, part_of=subject)
            return same or beginning.revise(work, audit, recorded, subject, account, today)
        if subject and recorded == ACTION:
            about[beginning.ABOUT_FINDINGS] = _found(work, audit, subject).id
        elif subject:
            about[beginning.ABOUT_ACTION] = _seen(work, audit, account, subject, what, today).id
        if recorded == PROGRESS:
            about[beginning.TELLING] = what
        if what == "reject":
            about[beginning.DECISION] = what
        invited = beginning.invite(work, offer, account, about)
        same = _under_way(work, audit, account, like=invited)
        return same or work.cases.begin(audit, offer.form, invited, account, today)


_ANEW = {"revise": FINDING, "change": ACTION}  # what is written anew, by what somebody wants


def _found(work: UnitOfWork, audit: str, id_: bytes) -> Finding:
    held = work.findings.get(id_.hex())
    if held is None or held[0] != audit:
        raise CaseElsewhereError
    return held[1]


def _seen(work: UnitOfWork, audit: str, account: bytes, subject: bytes, what: str, today: date) -> Action:
    there, action = rulebook.seen(work, account, subject)
    if there != audit:
        raise CaseElsewhereError
    rulebook.Planner(work, today, []).see_that_it_can(action, audit, what, account)
    return action


def _under_way(
    work: UnitOfWork, audit: str, account: bytes, part_of: bytes = b"", like: Interview | None = None
) -> Case | None:
    """What this account has begun already of the same: a button is pressed twice."""
    mine = (each for each in work.cases.of(audit) if each.holder == account)
    for each in mine:
        if each.status is not CaseStatus.UNDER_WAY:
            continue
        if part_of and each.part_of == part_of:
            return each
        if like is not None and _is_like(each.interview, like):
            return each
    return None


def _is_like(begun: Interview, new: Interview) -> bool:
    """Whether nothing is answered in it but what is known, and the same can be chosen."""
    said = {**begun.known, **begun.answers}
    return (begun.form, said, begun.lists) == (new.form, new.known, new.lists)


def subject(storage: Storage, case: bytes) -> str:
    """What a case that was handed in is about: the finding or action (hexadecimal), '' when it is the audit."""
    with storage.reading() as work:
        held = work.cases.get(case)
        if held is None:
            raise CaseElsewhereError
        said = next((each for each in work.entries.of(held.audit) if each.id == case), None)
        return said.subject if said is not None else (held.part_of or held.id).hex()
