"""Somebody's own words, word for word: rule R8. A quote exists only where all of its conditions are met."""

from __future__ import annotations

from enum import StrEnum

from dialogues.identifying import find_pieces
from dialogues.wordless import Wordless


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
