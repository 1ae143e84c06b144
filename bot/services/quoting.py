"""Quoting somebody without a name (R8): who consented, which words, and a second person who agrees to exactly these.

Plain functions on a `Storage`, for the lead of an audit. What waits for the second person: `bot.services.approving`.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct

from bot import covering, quoting
from bot.clock import Clock
from bot.errors import CaseElsewhereError
from bot.services import approving
from bot.worktable import Forms
from dialogues.identifying import find_identifying
from dialogues.wordless import Wordless
from reports import quotes
from reports.hours import local_day
from reports.quotes import Redaction
from storage.coding import Excerpt, Origin
from storage.quotes import Kept
from storage.unit_of_work import Storage, UnitOfWork

LONGEST = 600  # characters of a quote


class Answer(Wordless, frozen=True):
    """An answer in somebody's own words that may be quoted: what was asked, and all they wrote. It has no repr.

    `id` is that of its first excerpt (hexadecimal).
    """

    id: str
    about: str
    text: str


class Wrong(StrEnum):
    """Why nobody is asked to agree to words."""

    EMPTY = "empty"
    LONG = "long"
    IDENTIFYING = "identifying"  # something in them may show who somebody is
    OTHERS = "others"  # they are not what was written


class Refused(Struct, frozen=True):
    """Words that may not be quoted like this, and the pieces of them that are in the way. No words in its repr."""

    why: Wrong
    pieces: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Refused({self.why})"


def answers(storage: Storage, audit: str) -> tuple[Answer, ...]:
    """What may be quoted of the words that were unlocked, in an order that says nothing. Raises UnknownAuditError.

    Nothing where so few people answered the form that nothing of it may be published.
    """
    with storage.reading() as work:
        work.casework.audit(audit)
        return tuple(each for each, _ in _answers(work, audit))


def agreed(storage: Storage, audit: str) -> tuple[Kept, ...]:
    """The quotes to which a second person has agreed. Raises UnknownAuditError."""
    with storage.reading() as work:
        work.casework.audit(audit)
        return tuple(quoting.agreed(work, audit).values())


def ask(
    storage: Storage, audit: str, answer: str, words: str, account: bytes, role: str, clock: Clock
) -> Refused | None:
    """Ask a second person to agree to these words of an answer, or say why they may not be quoted like this.

    Raises UnknownAuditError, CaseElsewhereError when the answer is not there, or not any more.
    """
    wanted = " ".join(words.split())
    with storage.writing() as work:
        work.casework.hold_row(audit)  # nobody takes answers back meanwhile
        found, source = next((each for each in _answers(work, audit) if each[0].id == answer), (None, b""))
        if found is None:
            raise CaseElsewhereError
        refused = _refused(wanted, found.text)
        if refused is None:
            quote = work.quotes.ask(audit, source, found.about, Redaction(wanted, account.hex()))
            approving.ask_to_quote(work, audit, quote, account, role, local_day(clock.now()))
    return refused


def _refused(words: str, written: str) -> Refused | None:
    if not words:
        return Refused(Wrong.EMPTY)
    if len(words) > LONGEST:
        return Refused(Wrong.LONG)
    if pieces := find_identifying(words):
        return Refused(Wrong.IDENTIFYING, pieces)
    return None if quotes.is_of(words, written) else Refused(Wrong.OTHERS)


def _answers(work: UnitOfWork, audit: str) -> Iterator[tuple[Answer, bytes]]:
    """Each answer with consent, and its tag; excerpts are put together again."""
    forms, reports = Forms(work), covering.reports(work, audit)
    found: dict[tuple[bytes, str, str], list[Excerpt]] = {}
    for each in work.excerpts.of(audit):
        if each.origin is Origin.ANONYMOUS and each.quotable:
            found.setdefault(each.answer, []).append(each)
    for pieces in found.values():
        first, *_ = ordered = sorted(pieces, key=lambda each: each.place)
        form, question = forms.get(first.form), forms.question(first.form, first.question)
        report = reports.get(form.id)
        if question is not None and report is not None and report.heard.enough:
            about, text = question.label.to(form.default_language), " ".join(each.text for each in ordered)
            yield Answer(first.id.hex(), about, text), first.source
