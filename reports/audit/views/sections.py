"""Sections that several views share, each made of one part of the report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date

from reports.audit.blocks import Block, Card, Facts, Line, Listing, Paragraph, Section, Table, Tone, said
from reports.audit.comparing import HIDDEN, VERDICTS, signed
from reports.audit.model import (
    AuditReport,
    Claim,
    Comparison,
    Found,
    Given,
    Item,
    Opinion,
    Person,
    Planned,
    Revisited,
)
from reports.audit.views.naming import (
    ASSURANCE,
    LENS,
    OUTCOMES,
    RELIANCE,
    SAYS,
    STANDING,
    VISIBILITY,
    source,
)
from reports.findings import Nature
from reports.findings.sentences import AGREEMENTS, STRENGTHS
from reports.plan import State, dated

NOT_YET = "not yet"
IN_THEIR_WORDS = "In people's own words"


def note(text: str) -> Paragraph:
    """How to read what stands beside it."""
    return Paragraph(Line(text), Tone.NOTE)


def plain(text: str) -> Paragraph:
    """A paragraph of ours, that claims nothing."""
    return Paragraph(Line(text))


def listed(found: Iterable[Claim], otherwise: str) -> Block:
    """Claims in a list; a sentence where there is none."""
    lines = tuple(map(said, found))
    return Listing(lines) if lines else plain(otherwise)


def day(value: date | None) -> str:
    """A day as people read it; a dash where there is none."""
    return dated(value) if value else "–"


def table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[Line | str]]) -> Table:
    """A table whose plain words are lines that claim nothing."""
    made = tuple(tuple(each if isinstance(each, Line) else Line(each) for each in row) for row in rows)
    return Table(caption, tuple(columns), made)


def facts(report: AuditReport) -> Facts:
    """Which audit it is, and how it stood."""
    about = report.about
    period = (
        f"{day(about.period_from)} to {day(about.period_to)}" if about.period_from or about.period_to else ""
    )
    status = f"Closed on {dated(about.closed_on)}" if about.closed_on else "Still open"
    pairs = (
        ("Service", about.service),
        ("After", about.incident),
        ("Kind of harm", ", ".join(about.harm)),
        ("Time looked at", period),
        ("The audit", status),
        ("Looks again at", about.baseline),
        ("As of", dated(about.as_of)),
    )
    return Facts(tuple((term, Line(words)) for term, words in pairs if words))


def named(person: Person | None) -> str:
    """An owner by name, where names are shown; by role without one."""
    if person is None:
        return "nobody yet"
    return person.name or person.role


def by_role(person: Person | None) -> str:
    """An owner by role alone."""
    return person.role if person else "nobody yet"


def opinion(found: Opinion) -> Iterator[Block]:
    """How far the board can rely on the system: the auditor's word first, then what the rule would say."""
    given = found.given
    if given is not None:
        yield Paragraph(Line(f"{ASSURANCE[given]}."), Tone.LEAD)
    if found.because is not None:
        yield Paragraph(said(found.because))
    if given is None:
        yield plain("The auditor has not given an opinion yet.")
    if found.summary is not None:
        yield Paragraph(said(found.summary))
    if found.given_on is not None and (given is not None or found.summary is not None):
        yield _given(found.given_on)
    if found.suggested is not None:
        yield note(f"The rule suggests: {ASSURANCE[found.suggested].lower()}. {found.rule}")


def _given(given: Given) -> Paragraph:
    """When the opinion was given, and a warning when it may be out of date."""
    told = f"This opinion was given on {dated(given.on)}."
    if not given.changed or given.last is None:
        return note(told)
    what = " and ".join(f"the {each}" for each in given.changed)
    have = "has" if given.changed == ("plan",) else "have"
    return plain(
        f"{told} Since then {what} {have} changed, last on {dated(given.last)}. So part of the opinion may be out of "
        "date."
    )


# Findings


def called(found: Found) -> Line:
    """A finding by its name and title."""
    return Line(f"{found.name} {found.title.text}", found.title.evidence)


def surety(found: Found) -> str:
    """How sure we are, in a word or two."""
    return (
        f"{STRENGTHS[found.surety.strength]} strength of evidence"
        if found.surety
        else "strength not judged yet"
    )


def marks(found: Found) -> tuple[str, ...]:
    """What a finding is marked with."""
    if found.nature is Nature.GOOD_PRACTICE:
        return ("Good practice", surety(found))
    return (f"Risk {found.risk} of 25", STANDING[found.standing].capitalize(), surety(found).capitalize())


def brief(found: Found) -> Card:
    """A finding in four lines: what is, why, what follows, what will be done."""
    parts = [
        ("What we found", (said(found.condition),)),
        ("Why", tuple(said(each.claim) for each in found.causes)),
        ("What it leads to", (said(found.consequence),) if found.consequence else ()),
        (IN_THEIR_WORDS, tuple(map(said, found.quoted))),
        ("What will be done", (Line(", ".join(found.actions) or "No action yet"),)),
    ]
    return _card(found, parts)


def full(found: Found) -> Card:
    """All of a finding."""
    causes = tuple(
        Line(f"{LENS[each.lens]}: {each.claim.text}", each.claim.evidence) for each in found.causes
    )
    against = said(found.contradiction) if found.contradiction else None
    if against is None and found.searched:
        against = Line("It was looked for, and there is none.")
    sides = (Line(AGREEMENTS[found.agreement]), *_sides(found))
    reasons = found.surety.reasons if found.surety else ()
    judged = found.surety.judged_because if found.surety else ""
    parts = [
        ("What should be", tuple(Line(each) for each in filter(None, (found.criteria, _items(found.items))))),
        ("What is", (said(found.condition),)),
        ("Causes", causes),
        ("What added to it", tuple(map(said, found.factors))),
        ("What it leads to", (said(found.consequence),) if found.consequence else ()),
        ("How far the risk came", (Line(VISIBILITY[found.visibility]),) if found.visibility else ()),
        ("Where else this could be so", (said(found.elsewhere),) if found.elsewhere else ()),
        ("What speaks against it", (against,) if against else ()),
        (IN_THEIR_WORDS, tuple(map(said, found.quoted))),
        ("Who says what", sides),
        (
            "How sure we are",
            tuple(map(Line, (surety(found).capitalize(), *reasons, *filter(None, (judged,))))),
        ),
        ("What we recommend", (Line(found.recommendation),) if found.recommendation else ()),
        ("Actions", (Line(", ".join(found.actions) or "None yet"),)),
    ]
    return _card(found, parts)


def in_their_words(findings: Iterable[Found]) -> Iterator[Block]:
    """What people said of these findings, where it may be shown."""
    rows = [(each.name, said(quoted)) for each in findings for quoted in each.quoted]
    if rows:
        yield table(IN_THEIR_WORDS, ("Finding", "What was said"), rows)


def _sides(found: Found) -> Iterator[Line]:
    return (Line(f"{source(each.source_type)}: {SAYS[each.says]}.") for each in found.sides)


def _card(found: Found, parts: Iterable[tuple[str, tuple[Line, ...]]]) -> Card:
    return Card(found.name.lower(), called(found), marks(found), tuple(each for each in parts if each[1]))


def _items(items: Iterable[Item]) -> str:
    return "; ".join(f"{each.of}: {each.name}" for each in items)


# The plan


def plan_table(actions: Iterable[Planned], who: Callable[[Person | None], str], caption: str) -> Table:
    """Actions: what, for which finding, who, when, how it is seen, how far it is."""
    rows = [
        (
            f"{each.name} {each.title}",
            ", ".join(each.findings),
            who(each.owner),
            day(each.due),
            measured(each),
            said(each.standing),
        )
        for each in actions
    ]
    return table(caption, ("Action", "For", "Who", "By", "Seen by", "How far"), rows)


def live(report: AuditReport) -> list[Planned]:
    """The actions that were not rejected."""
    return [each for each in report.plan.actions if each.state is not State.REJECTED]


def measured(action: Planned) -> str:
    """How it is seen that an action works."""
    if not action.indicator:
        return "not said yet"
    way = (
        f": {action.baseline or 'not known'} at the start, {action.target} aimed at" if action.target else ""
    )
    return f"{action.indicator}{way}"


def plan_details(report: AuditReport, who: Callable[[Person | None], str]) -> Table:
    """What the plan table leaves out: strength, sponsor, steps, evidence and review."""
    rows = [
        (
            each.name,
            f"{RELIANCE[each.reliance]}" + (f"; exception: {each.exception}" if each.exception else ""),
            who(each.sponsor),
            "; ".join(f"{step.what}, {day(step.due)}{', done' if step.done else ''}" for step in each.steps)
            or "–",
            each.evidence_required or "–",
            f"{day(each.review)}{', due by now' if each.review_due else ''}",
        )
        for each in live(report)
    ]
    columns = ("Action", "Strength", "Sponsor", "Milestones", "Evidence that is asked for", "Review")
    return table("Each action in detail", columns, rows)


def states() -> str:
    """The states that actions pass."""
    return " → ".join(state.words for state in State if state is not State.REJECTED)


# Change, and what was told to others


def compared(comparison: Comparison) -> Iterator[Block]:
    """The re-audit against its baseline: the sum, then question by question; those that are hidden in a sentence."""
    yield Listing(tuple(map(said, comparison.summary)))
    rows = [
        (
            Line(each.question, each.claim.evidence),
            each.then or "hidden",
            each.now or "hidden",
            "–" if each.low is None or each.high is None else f"{signed(each.low)} to {signed(each.high)}",
            VERDICTS[each.verdict],
        )
        for each in comparison.items
        if each.verdict != HIDDEN
    ]
    if rows:
        columns = ("Question", "Positive then", "Positive now", "Change in points", "What it tells")
        yield table(f"Since “{comparison.baseline}”", columns, rows)
    hidden = len(comparison.items) - len(rows)
    if hidden:
        were = "question was" if hidden == 1 else "questions were"
        yield note(
            f"{hidden} more {were} asked in both audits. One of them or both may not show the answers, so that nobody "
            "can be recognised."
        )


def summary(report: AuditReport) -> Block:
    """What was found; in a re-audit without findings of its own, how its baseline stands."""
    before = report.change.baseline
    return listed(report.summary or (before.summary if before else ()), "There is no finding yet.")


def gaps(report: AuditReport) -> Iterator[Block]:
    """What is weak in the plan. That nothing is, is said of a plan there is."""
    before = report.change.baseline
    if report.plan.gaps or before is None or live(report):
        yield listed(report.plan.gaps, "The plan answers every open concern, and nothing is late.")
    if before is not None and before.gaps:
        yield plain(f"What is weak in the plan of “{before.other}”:")
        yield Listing(tuple(map(said, before.gaps)))


def plan_summary(report: AuditReport) -> Iterator[Block]:
    """How the plan stands; a re-audit without actions of its own goes on with the plan of its baseline."""
    before = report.change.baseline
    if before is None or live(report):
        yield listed(report.plan.summary, "There is no action yet.")
    elif before.actions:
        yield plain(f"This audit goes on with the plan of “{before.other}”.")


def findings_again(report: AuditReport, most: int | None = None) -> Iterator[Block]:
    """Of a re-audit: the concerns of its baseline, and what is proposed or settled for each."""
    before = report.change.baseline
    if before is not None and before.findings:
        yield _again(f"The concerns of “{before.other}”", "Concern", _newest(before.findings, most))
        yield from _left(before.findings, most, "concerns")


def actions_again(report: AuditReport, most: int | None = None) -> Iterator[Block]:
    """Of a re-audit: the actions of its baseline, and what is proposed or settled for each."""
    before = report.change.baseline
    if before is not None and before.actions:
        yield _again(f"The plan of “{before.other}”", "Action", _newest(before.actions, most))
        yield from _left(before.actions, most, "actions")


def _newest(found: Sequence[Revisited], most: int | None) -> Sequence[Revisited]:
    """All of them, or so many: then what stands in another way comes first."""
    return found if most is None else sorted(found, key=lambda each: not each.is_new)[:most]


def _left(found: Sequence[Revisited], most: int | None, things: str) -> Iterator[Block]:
    if most is not None and len(found) > most:
        yield note(f"The full report has {len(found) - most} more of these {things}.")


def _again(caption: str, what: str, found: Iterable[Revisited]) -> Table:
    rows = [
        (Line(f"{each.name} {each.title.text}", each.title.evidence), said(each.stands), said(each.said))
        for each in found
    ]
    return table(caption, (what, "How it stands", "What the re-audit says of it"), rows)


def looked_again(report: AuditReport) -> Iterator[Block]:
    """Of a baseline: what its re-audits were settled to mean, and why."""
    for each in report.change.reaudits:
        yield Listing(tuple(map(said, each.summary)))
        if each.findings or each.actions:
            yield _again(f"Looked at again in “{each.other}”", "What", (*each.findings, *each.actions))


def notifications(report: AuditReport) -> Block:
    """Who outside was told, in the order of time."""
    if not report.notified:
        return plain("No notification was recorded.")
    rows = [
        (
            day(each.told_on),
            f"{each.told_at:%H:%M}" if each.told_at else "–",
            said(each.claim),
            each.how or "–",
            _after(each.days),
        )
        for each in report.notified
    ]
    return table("Who was told, and when", ("Day", "Time", "Who, of what", "How", "After it was known"), rows)


def _after(days: int | None) -> str:
    if days is None:
        return "not known"
    return "the same day" if days == 0 else f"{days} {'day' if days == 1 else 'days'} later"


def learning(report: AuditReport) -> Block:
    """What was learned was told to whom, and what was found elsewhere."""
    if not report.shared:
        return plain("No learning was shared yet.")
    rows = [
        (
            said(each.claim),
            "; ".join(filter(None, (each.channel, ", ".join(each.audience)))) or "–",
            day(each.day),
            str(each.reach) if each.reach else "not known",
            "; ".join(filter(None, (each.services_checked, each.found_there))) or "–",
        )
        for each in report.shared
    ]
    columns = ("What", "How, to whom", "Day", "People reached", "Other services checked")
    return table("Learning that was shared", columns, rows)


def challenges(report: AuditReport) -> Block:
    """The questions of the board, what was answered, and what came of it."""
    if not report.challenged:
        return plain("No question of the board was recorded yet.")
    rows = [
        (
            said(each.question),
            each.by,
            day(each.day),
            each.response or NOT_YET,
            "; ".join(filter(None, (OUTCOMES.get(each.outcome, each.outcome), each.came_of_it))),
        )
        for each in report.challenged
    ]
    return table(
        "Questions that were asked", ("Question", "Asked by", "Day", "Answer", "What came of it"), rows
    )


def section(id: str, title: str, *blocks: Block, below: Iterable[Section] = ()) -> Section:  # noqa: A002 - as HTML calls it
    """A section."""
    return Section(id, title, blocks, tuple(below))
