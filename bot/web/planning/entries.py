"""What was said of findings and actions, in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bot import changes
from bot.listing import label
from bot.web import cases
from bot.web.pages import Link
from bot.web.planning.room import Shown
from bot.wording import Voice, mark
from reports.plan import (
    Exemption,
    LearningShare,
    Notification,
    Progress,
    Review,
    Verification,
)
from storage.casework import (
    EXCEPTION,
    LEARNING,
    NOTIFICATION,
    PROGRESS,
    REVIEW,
    VERIFICATION,
)
from storage.files import digest_in
from storage.plan import Entry

KINDS = {
    PROGRESS: mark("News"),
    VERIFICATION: mark("Looked at by somebody else"),
    EXCEPTION: mark("Exception"),
    REVIEW: mark("Review"),
    LEARNING: mark("Learning that was shared"),
    NOTIFICATION: mark("Somebody outside was told"),
}
_TELLINGS = {
    "agree": mark("The owner was asked whether they can do it."),
    "progress": mark("It goes on."),
    "done": mark("The owner says that it is done."),
    "help": mark("The owner needs help."),
    "later": mark("The owner wants to be reminded later."),
}
_DECISIONS = {
    "go_on": mark("It goes on."),
    "change": mark("It is changed."),
    "embedded": mark("It has become part of daily work."),
    "close": mark("It is closed."),
    "reopen": mark("It is open again."),
    "reject": mark("It will not be done."),
}


class Said(Shown, frozen=True):
    """Something that was said of a finding or action: who, when, in pairs of a heading and words, with files."""

    id: str
    kind: str
    when: str
    lines: tuple[tuple[str, str], ...]
    files: tuple[Link, ...] = ()


def said(entry: Entry, audit: str, people: dict[str, str], _: Voice, *, gives_files: bool = False) -> Said:
    """Who said it and when, and what, in pairs; `gives_files`: with what was sent in, to download."""
    who = people.get(entry.account.hex(), "")
    told = _lines(entry, _)
    return Said(
        id=entry.id.hex(),
        kind=_(KINDS.get(entry.kind, entry.kind)),
        when=" · ".join(filter(None, (_.date(entry.day), who))),
        lines=tuple((name, words) for name, words in told if words),
        files=tuple(_files(entry, audit, _)) if gives_files else (),
    )


def _files(entry: Entry, audit: str, _: Voice) -> Iterator[Link]:
    """What was sent in with it, to download."""
    names = (str(entry.said.get(name, "")) for name in ("photo", "document"))
    digests = [digest for name in names if name and (digest := digest_in(name)) is not None]
    for place, digest in enumerate(digests, 1):
        label = _("Evidence {number}", number=place)
        yield Link(label, cases.address(audit, entry.id, "files", digest.hex()))


def _lines(entry: Entry, _: Voice) -> tuple[tuple[str, str], ...]:
    """What was said, in pairs of a heading and words; those without words are left out."""
    match entry.kind:
        case _kind if _kind == PROGRESS:
            return _progress(Progress.from_response(entry.said), _)
        case _kind if _kind == VERIFICATION:
            return _verification(Verification.from_response(entry.said), _)
        case _kind if _kind == EXCEPTION:
            made = Exemption.from_response(entry.said)
            return (
                (_("Why weaker actions alone are right"), made.reason),
                (_("Decided by"), made.allowed_by),
                (_("It holds until"), _.date(made.until) if made.until > date.min else ""),
            )
        case _kind if _kind == REVIEW and "reaudit" in entry.said:
            return changes.settled(entry.said, _)
        case _kind if _kind == REVIEW:
            return _review(Review.from_response(entry.said), _)
        case _kind if _kind == LEARNING:
            return _learning(LearningShare.from_response(entry.said), _)
        case _:
            return _notified(Notification.from_response(entry.said), _)


def _progress(told: Progress, _: Voice) -> tuple[tuple[str, str], ...]:
    asked = told.telling.value == "agree"
    yes, no = _("Yes"), _("No")
    return (
        (_("What was told"), _(_TELLINGS[told.telling.value])),
        (_("Has the time"), (yes if told.has_time else no) if asked else ""),
        (_("May decide it"), (yes if told.has_authority else no) if asked else ""),
        (_("How far it is"), f"{told.percent} %" if told.percent is not None else ""),
        (_("What is new"), told.news),
        (_("What is in the way"), told.in_the_way),
    )


def _verification(told: Verification, _: Voice) -> tuple[tuple[str, str], ...]:
    return (
        (_("What was seen"), _("It is done as meant.") if told.met else _("Something is missing.")),
        (_("Looked at"), told.looked_at),
        (_("Where"), told.where),
        (_("What is missing"), told.missing),
    )


def _review(told: Review, _: Voice) -> tuple[tuple[str, str], ...]:
    return (
        (_("What the measure shows"), told.shows),
        (_("What follows"), _(_DECISIONS[told.decision.value])),
        (_("Because"), told.reason),
        (_("Looked at again"), _.date(told.next_review) if told.next_review else ""),
    )


def _learning(told: LearningShare, _: Voice) -> tuple[tuple[str, str], ...]:
    return (
        (_("What was learned"), told.what),
        (_("How it was shared"), label("learning-share", "channels", told.channel)),
        (_("With whom"), ", ".join(label("learning-share", "audiences", each) for each in told.audience)),
        (_("On"), _.date(told.day) if told.day else ""),
        (_("How many it reached"), str(told.reach) if told.reach else _("Not known")),
        (_("Other services that were looked at"), told.services_checked),
        (_("What was found there"), told.found_there),
    )


def _notified(told: Notification, _: Voice) -> tuple[tuple[str, str], ...]:
    at = f"{told.told_at:%H:%M}" if told.told_at else ""
    day = _.date(told.told_on) if told.told_on else ""
    return (
        (_("Who was told"), label("notification", "who", told.who)),
        (_("What they were told"), told.what),
        (_("How"), label("notification", "how", told.how)),
        (_("When"), " ".join(filter(None, (day, at)))),
        (_("First known on"), _.date(told.known_on) if told.known_on else ""),
        (_("How long after"), _after(told.days_after, _)),
        (_("Reference"), told.reference),
    )


def _after(days: int | None, _: Voice) -> str:
    """How long after it was known somebody was told."""
    if days is None:
        return _("Not known: a day is missing")
    return _.several("{number} day after", "{number} days after", days) if days else _("On the same day")
