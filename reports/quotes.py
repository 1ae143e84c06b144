"""Somebody's own words, word for word.

Of anonymous people by rule R8: a `Quote` exists only where all of its conditions are met. Of people who spoke by name
or role: `said` shows their words as they wanted them shown, or says why not.
"""

from __future__ import annotations

import re
from enum import StrEnum

from dialogues.identifying import find_pieces
from dialogues.wordless import Wordless

_BRACKETS = re.compile(r"\[[^\]]*\]")


class Missing(StrEnum):
    """What a quote lacks."""

    CONSENT = "consent"  # the writer has not said that this answer may be quoted
    REDACTION = "redaction"  # nobody has looked over it
    IDENTIFYING = "identifying"  # something in it may still show who somebody is
    APPROVAL = "approval"  # nobody has agreed to exactly these words
    SECOND_PERSON = "second_person"  # who agreed is who redacted


class Redaction(Wordless, frozen=True):
    """The words as they may be read, and the account of whoever looked over them. It has no repr."""

    words: str
    by: str


class Approval(Wordless, frozen=True):
    """Exactly these words may be quoted, says this account. It has no repr."""

    words: str
    by: str


class Quote(Wordless, frozen=True):
    """Words that may be published, on a question or theme. It has no group, and no repr.

    Cannot be made, nor read back, while a condition is missing: raises ValueError.
    """

    about: str
    consent: bool
    redaction: Redaction
    approval: Approval

    def __post_init__(self) -> None:
        lacks = missing(consent=self.consent, redaction=self.redaction, approval=self.approval)
        if lacks:
            raise ValueError(f"This may not be quoted: {', '.join(lacks)}.")

    @property
    def words(self) -> str:
        """What may be read."""
        return self.redaction.words


def missing(*, consent: bool, redaction: Redaction | None, approval: Approval | None) -> tuple[Missing, ...]:
    """R8: which conditions of a quote are not met. `consent` is the writer's, for this answer alone."""
    agreed = approval if approval and redaction and approval.words == redaction.words else None
    found = {
        Missing.CONSENT: not consent,
        Missing.REDACTION: redaction is None or not redaction.words.strip(),
        Missing.IDENTIFYING: redaction is not None and bool(find_pieces(redaction.words)),
        Missing.APPROVAL: agreed is None,
        Missing.SECOND_PERSON: agreed is not None and redaction is not None and agreed.by == redaction.by,
    }
    return tuple(condition for condition, lacks in found.items() if lacks)


def quote(
    about: str, *, consent: bool, redaction: Redaction | None, approval: Approval | None
) -> Quote | tuple[Missing, ...]:
    """The quote, or everything that it lacks."""
    lacks = missing(consent=consent, redaction=redaction, approval=approval)
    if lacks or redaction is None or approval is None:
        return lacks
    return Quote(about, consent, redaction, approval)


def is_of(words: str, written: str) -> bool:
    """Whether nothing was put into somebody's mouth: what stands outside square brackets was written like that.

    Between brackets the words follow each other as they were written; where something in their midst was left out, or
    said otherwise, a pair of brackets shows it. Words at the beginning and the end may be missing.
    """
    left, found = _words(written), False
    for run in (_words(each) for each in _BRACKETS.split(words)):
        at = next((at for at in range(len(left) - len(run) + 1) if left[at : at + len(run)] == run), None)
        if at is None:
            return False
        left, found = left[at + len(run) :], found or bool(run)
    return found


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


# Words that were said by name


class Wish(StrEnum):
    """How somebody who spoke by name or role wants to be quoted: the choices of the question that asks."""

    NAMED = "named"
    ROLE_ONLY = "role_only"
    NOT_AT_ALL = "not_at_all"


class Unquoted(StrEnum):
    """Why words that were said by name are not shown."""

    NOT_ASKED = "not_asked"  # nobody has said that they may be
    REFUSED = "refused"
    IDENTIFYING = "identifying"  # something in them may show who somebody is


class Speaker(Wordless, frozen=True):
    """Whoever spoke: how they want to be quoted ('' is not said), by which name, in which role. It has no repr."""

    wish: str = ""
    name: str = ""
    role: str = ""


class Said(Wordless, frozen=True):
    """Words as a report shows them, and whose they are. It has no repr."""

    words: str
    by: str

    @property
    def sentence(self) -> str:
        """The words in quotation marks, with whose they are."""
        return f"“{self.words}” – {self.by}"


SOMEBODY = "somebody we spoke to"


def said(words: str, speaker: Speaker) -> Said | Unquoted:
    """The words as their speaker wants them shown, or why they are not shown."""
    if speaker.wish not in (Wish.NAMED, Wish.ROLE_ONLY):
        return Unquoted.REFUSED if speaker.wish == Wish.NOT_AT_ALL else Unquoted.NOT_ASKED
    if find_pieces(words):
        return Unquoted.IDENTIFYING
    return Said(words, (speaker.name if speaker.wish == Wish.NAMED else "") or speaker.role or SOMEBODY)
