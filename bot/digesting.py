"""What a lead is told of an audit once a week, or when they ask, within one transaction.

Of people who answer without a name it tells what the pages tell at that moment and nothing else: a band while the
audit is open, then what was published. Of a concern only that one waits.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bot import covering, figures, results, tying
from bot.results import Themes
from bot.wording import Voice, mark
from dialogues.wordless import Wordless
from reports import digest, themes
from reports.digest import Bar, Next, Planned, Standings
from reports.plan import Action
from reports.rendering import clipped
from reports.themes import Priority, ThemeResult, Unnamed
from storage.casework import Audit, Status
from storage.slips import DEPUTY, LEAD, ROLES
from storage.unit_of_work import UnitOfWork

_STEPS = {
    Next.READ_CONCERN: mark("Read the message about someone at risk."),
    Next.REACH: mark("Reach those whom a message did not reach."),
    Next.ASK_FOR_NEWS: mark("Ask for news of what is late."),
    Next.PUBLISH: mark("Publish what people wrote, theme by theme."),
    Next.WRITE_FINDINGS: mark("Write the first finding."),
    Next.PLAN: mark("Plan an action for each finding that has none."),
    Next.AGREE: mark("See that every proposed action is agreed."),
    Next.VERIFY: mark("Have somebody else look at what is done."),
    Next.REVIEW: mark("Look again at the actions whose review has come."),
    Next.COMPARE: mark("See what has changed since the audit before: /changed"),
    Next.INVITE: mark("Remind people, all of them, that they can still answer."),
}


class Digest(Wordless, frozen=True):
    """A digest: paragraphs that fit one message, and the themes as a picture (SVG), '' where there is none.

    `alternative` says in words what the picture shows. No words in its repr.
    """

    parts: tuple[str, ...]
    picture: str = ""
    alternative: str = ""

    @property
    def text(self) -> str:
        """All of it as one message."""
        return "\n\n".join(self.parts)


def made(work: UnitOfWork, audit: Audit, today: date, _: Voice, *, counting: bool = False) -> Digest | None:
    """The digest of an audit; None when there is nothing to tell. `counting`: may write down today's count.

    Raises UnknownAuditError, UndecipherableError.
    """
    found = results.found(work, audit.id, _.language)
    stands = _standings(work, audit, today, found, counting=counting)
    plan = digest.planned(stands.actions, today)
    steps = digest.next_steps(stands)
    if not (stands.is_open or plan.under_way or steps):
        return None
    told = [each for each in themes.strongest(found.results) if _is_told(each)][: digest.THEMES]
    lines = [f"• {_theme(each, found, _)}" for each in told]
    parts = [
        clipped(audit.name),
        *([_("A message about someone at risk waits. Nobody has read it yet.")] if stands.unread else []),
        _collected(work, audit, today, _),
        *_planned(plan, _),
        *_undelivered(stands, _),
        "\n".join([_("Next:"), *(f"• {_(_STEPS[step])}" for step in steps)]) if steps else "",
        "\n".join([_("The most pressing themes:"), *lines]) if lines else "",
    ]
    bars = [_bar(each, found, _) for each in told]
    return Digest(
        digest.fitted([part for part in parts if part]),
        digest.svg(_("Weaknesses, by theme"), bars, (_("by name"), _("anonymous"))) if bars else "",
        "\n".join(lines),
    )


def _standings(work: UnitOfWork, audit: Audit, today: date, found: Themes, *, counting: bool) -> Standings:
    if counting:
        covering.counted_today(work, audit.id, today)
    known = {person for role in ROLES if role != DEPUTY for person in work.people.ids(audit.id, role)}
    return Standings(
        today=today,
        is_open=audit.status is Status.OPEN,
        enough=bool(work.casework.counted(audit.id, today)),
        published=found.published,
        is_again=bool(audit.baseline),
        unread=work.casework.waits_unread(audit.id, LEAD),
        undelivered=sum(each.person in known for each in work.notices.parked(audit.id)),
        findings=work.findings.of(audit.id),
        actions=work.actions.of(audit.id),
    )


def _collected(work: UnitOfWork, audit: Audit, today: date, _: Voice) -> str:
    """How many were heard, banded, as the page of the audit says it; nothing where nobody has counted today."""
    enough = work.casework.counted(audit.id, today)
    if audit.status is Status.CLOSED and audit.closed_on is not None:
        return _("Closed on {day}", day=_.date(audit.closed_on)) + "."
    opened = _("Open since {day}", day=_.date(audit.opened_on)) + "."
    if enough is None:
        return opened
    return f"{opened} {figures.heard(covering.banded(audit, enough=enough), _)}"


def _planned(plan: Planned, _: Voice) -> Iterator[str]:
    if plan.late:
        count = _.several("{number} action is late:", "{number} actions are late:", len(plan.late))
        yield "\n".join([count, *_named(plan.late, _)])
    if plan.soon:
        count = _.several(
            "{number} action is due this week:", "{number} actions are due this week:", len(plan.soon)
        )
        yield "\n".join([count, *_named(plan.soon, _)])
    if plan.under_way and not (plan.late or plan.soon):
        yield _("Nothing is late, and nothing is due this week.")


def _named(actions: tuple[Action, ...], _: Voice) -> Iterator[str]:
    for each in actions[: digest.NAMED]:
        day = _.date(each.due) if each.due else ""
        yield _("• {name} {title}, due {day}", name=each.name, title=clipped(each.title), day=day)
    if len(actions) > digest.NAMED:
        yield _("• and {number} more: /plan", number=len(actions) - digest.NAMED)


def _undelivered(stands: Standings, _: Voice) -> Iterator[str]:
    if stands.undelivered:
        yield _.several(
            "{number} message could not be delivered. The page of the audit says to whom.",
            "{number} messages could not be delivered. The page of the audit says to whom.",
            stands.undelivered,
        )


# Themes


def _is_told(each: ThemeResult) -> bool:
    return each.judged.priority is not Priority.NONE


def _theme(each: ThemeResult, found: Themes, _: Voice) -> str:
    """A theme in a line, in the words and numbers of its page."""
    said = filter(None, (figures.prevalence(each.people, _), *figures.unnamed(each, _)))
    level = figures.priority(each.judged.priority, _)
    name = tying.name_of(each.theme, found.book, _.language)
    return _("{theme}: {level}. {numbers}", theme=name, level=level, numbers=". ".join(said)).strip()


def _bar(each: ThemeResult, found: Themes, _: Voice) -> Bar:
    share = round(100 * each.people.weak_share) if each.people.heard else None
    shares = [one for one in each.unnamed if one.weakness is not None]
    most = max(shares, key=_weakness) if shares else None
    return Bar(
        tying.name_of(each.theme, found.book, _.language),
        share,
        figures.prevalence(each.people, _),
        most.weakness.percent if most and most.weakness else None,
        figures.share(most.weakness, _) if most and most.weakness else "",
    )


def _weakness(each: Unnamed) -> int:
    return each.weakness.percent if each.weakness else 0
