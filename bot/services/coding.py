"""Tying what people said to themes: the words are unlocked once, and auditors decide about each excerpt.

Plain functions on a `Storage`; what an auditor has before them is made by `bot.worktable`. Suggestions are kept with
the decision that was made before them, and count for nothing by themselves.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot import worktable
from bot.clock import Clock
from bot.services import auditing
from bot.worktable import Agreement, Card, Loose, Progress, Worktable
from reports.coding import Coded, Decision, Direction
from reports.hours import local_day
from storage.coding import Excerpt, Origin
from storage.journal import LEAD, WordsOpened
from storage.unit_of_work import Storage


def unlock(storage: Storage, name: str, passphrase: str, clock: Clock) -> int:
    """Cut what people wrote in their own words into excerpts, once. Returns how many answers were cut.

    Takes as long as one try. Raises UnknownAuditError, AuditOpenError, TooFewHeardError, PassphraseMissingError,
    PassphraseWrongError.
    """
    pair = auditing.unlocked(storage, name, passphrase)
    with storage.writing() as work:
        work.casework.hold_row(name)  # nobody takes answers back meanwhile
        if work.excerpts.sources(name, Origin.ANONYMOUS):
            return 0
        cut = worktable.open_words(work, name, work.answers.written(name, pair))
        if cut:
            work.journal.append(WordsOpened(), day=local_day(clock.now()), actor=LEAD, audit=name)
        return cut


def is_unlocked(storage: Storage, name: str) -> bool:
    """Whether what people wrote in their own words was cut into excerpts."""
    with storage.reading() as work:
        return bool(work.excerpts.sources(name, Origin.ANONYMOUS))


def next_excerpt(storage: Storage, name: str, account: bytes) -> Card | None:
    """The next that nobody has coded; None when there is none. The order is this auditor's own, and stays.

    It goes from one source to the next, so that everybody is heard early; two auditors rarely meet.
    """
    with storage.reading() as work:
        return Worktable(work, name, account).next()


def next_blind(storage: Storage, name: str, account: bytes) -> Card | None:
    """The next that this auditor codes as a second one, without suggestions; None when there is none.

    A fifth of what others coded, at least 30: see `reports.agreement.double_coded`.
    """
    with storage.reading() as work:
        return Worktable(work, name, account).next_blind()


def again(storage: Storage, name: str, account: bytes, excerpt: bytes) -> Card | None:
    """This excerpt, with what the auditor decided about it; None when it is not there any more."""
    with storage.reading() as work:
        return Worktable(work, name, account).again(excerpt)


def decide(storage: Storage, name: str, account: bytes, excerpt: bytes, decision: Decision) -> bool:
    """Keep what this auditor decided: see `worktable.decide`."""
    with storage.writing() as work:
        return worktable.decide(work, name, account, excerpt, decision)


def decision(storage: Storage, name: str, account: bytes, excerpt: bytes) -> Decision | None:
    """What this auditor decided about an excerpt of the audit, if anything."""
    with storage.reading() as work:
        here = worktable.excerpt_of(work, name, excerpt)
        return None if here is None else work.codings.decision(excerpt, account)


def progress(storage: Storage, name: str) -> Progress:
    """How far the coding of the audit has come."""
    with storage.reading() as work:
        return Worktable(work, name, worktable.SETTLED).progress()


def turn(
    storage: Storage, name: str, account: bytes, excerpt: bytes, code: str, direction: Direction
) -> bool:
    """Give a code that was decided on another direction: see `worktable.turn`."""
    with storage.writing() as work:
        return worktable.turn(work, name, account, excerpt, code, direction)


def undo(storage: Storage, name: str, account: bytes, excerpt: bytes) -> bool:
    """Go back to what this auditor had decided before: see `worktable.undo`."""
    with storage.writing() as work:
        return worktable.undo(work, name, account, excerpt)


def split(storage: Storage, name: str, account: bytes, excerpt: bytes, at: int) -> bool:
    """Cut an excerpt in two: see `worktable.split`."""
    with storage.writing() as work:
        return worktable.split(work, name, account, excerpt, at)


def unplaced(storage: Storage, name: str) -> tuple[tuple[Loose, ...], tuple[Excerpt, ...]]:
    """What fits nothing, in groups; and what must be looked at again since the codebook was revised."""
    with storage.reading() as work:
        found = Worktable(work, name, worktable.SETTLED)
        return found.loose(), found.unsure()


def agreement(storage: Storage, name: str) -> Agreement:
    """How far coders agree, theme by theme, and each disagreement side by side."""
    with storage.reading() as work:
        return Worktable(work, name, worktable.SETTLED).agreement()


def settle(storage: Storage, name: str, excerpt: bytes, seen: str, codes: Sequence[Coded]) -> bool:
    """Keep what coders who disagreed have settled together: see `worktable.settle`."""
    with storage.writing() as work:
        return worktable.settle(work, name, excerpt, seen, codes)


def unsettle(storage: Storage, name: str, excerpt: bytes) -> bool:
    """Take back what was settled: see `worktable.unsettle`."""
    with storage.writing() as work:
        return worktable.unsettle(work, name, excerpt)
