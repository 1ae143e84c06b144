"""For staff, in plain words: what they told us, what we found, what will change, by when, how to tell us more."""

from __future__ import annotations

from collections.abc import Iterator

from reports.audit.blocks import Block, Line, Listing, Paragraph, Section, Tone, said
from reports.audit.model import AuditReport, Planned, Revisited, Twin
from reports.audit.views import figures
from reports.audit.views.naming import DONE
from reports.audit.views.sections import by_role, day, live, plain, section, table
from reports.findings import Nature, Standing

TITLE = "What we heard, and what will change"
LONGEST = 12  # changes that are named


def sections(report: AuditReport) -> tuple[Section, ...]:
    """Five short parts, in the order in which people ask."""
    return (
        section("told", "What you told us", *_told(report)),
        section("found", "What we found", *_found(report)),
        section("change", "What will change, and by when", *_change(report)),
        section("lasting", "How we will know that it works", *_lasting(report)),
        section("more", "How to tell us more", *_more()),
    )


def _told(report: AuditReport) -> Iterator[Block]:
    yield plain("Thank you to all who spoke to us.")
    if report.picture.heats:
        yield plain("You were asked without your name. Nobody in your organisation can see who wrote what.")
    lines = [
        Line(f"{each.theme}: {row} of answers were positive.", each.everyone.evidence)
        for heat in report.picture.heats
        for each in heat.rows
        if (row := each.everyone.text) != "not shown"
    ]
    if lines:
        yield Listing(tuple(lines))
    heard = [each for each in report.method.heard if not each.part]
    if heard:
        yield table("Who we heard", ("Who", "How many"), [(each.who, each.how_many) for each in heard])
    yield from figures.telling(report)


def _found(report: AuditReport) -> Iterator[Block]:
    before = report.change.baseline
    if before is not None:
        yield from _found_before(before)
    if not report.findings:
        if before is None:
            yield plain("We are still working on this.")
        return
    good = [each for each in report.findings if each.nature is Nature.GOOD_PRACTICE]
    if good:
        yield Paragraph(Line("What works well"), Tone.LEAD)
        yield Listing(tuple(said(each.title) for each in good))
    open_ = [each for each in report.concerns if each.standing is not Standing.CLOSED]
    closed = [each for each in report.concerns if each.standing is Standing.CLOSED]
    if closed:
        yield Paragraph(Line("What was a worry, and has got better"), Tone.LEAD)
        yield Listing(tuple(said(each.title) for each in closed))
    if open_:
        yield Paragraph(Line("What must get better"), Tone.LEAD)
        yield Listing(tuple(said(each.title) for each in open_))
    if report.concerns:
        yield plain("We looked at how the work is set up, not at who is to blame.")


def _found_before(before: Twin) -> Iterator[Block]:
    """The worries of the audit before, and whether each is still one."""
    yield plain(f"We asked before, in “{before.other}”. We looked again at what we found then.")
    for title, is_open in (
        ("What was a worry, and has got better", False),
        ("What must still get better", True),
    ):
        found = tuple(said(each.title) for each in before.findings if each.is_open is is_open)
        if found:
            yield Paragraph(Line(title), Tone.LEAD)
            yield Listing(found)


def _change(report: AuditReport) -> Iterator[Block]:
    actions = sorted(live(report), key=_next)
    before = report.change.baseline
    if before is not None and before.actions:
        planned = [
            (said(each.title), day(each.due), Line(_now(each), each.stands.evidence))
            for each in before.actions[:LONGEST]
        ]
        yield table(f"What was planned in “{before.other}”", ("What", "By", "Now"), planned)
        yield from _more_of(len(before.actions))
    if not actions:
        if before is None or not before.actions:
            yield plain("The plan is being made. We will tell you when it is ready.")
        return
    rows = [(each.title, by_role(each.owner), day(each.due), _how_far(each)) for each in actions[:LONGEST]]
    yield table("What will change", ("What", "Who sees to it", "By", "Now"), rows)
    yield from _more_of(len(actions))


def _now(action: Revisited) -> str:
    return "Late" if action.late else "To come" if action.is_open else "Done"


def _more_of(count: int) -> Iterator[Block]:
    if count > LONGEST:
        yield plain(f"There are {count - LONGEST} more. Ask your manager to see the whole plan.")


def _next(each: Planned) -> tuple[bool, str, int]:
    return each.state in DONE, str(each.due or "9"), int(each.name[1:])


def _how_far(action: Planned) -> Line:
    word = (
        "Done"
        if action.state in DONE
        else "Late"
        if action.late
        else "Under way"
        if action.percent
        else "To come"
    )
    return Line(word, action.standing.evidence)


def _lasting(report: AuditReport) -> Iterator[Block]:
    for comparison in report.change.comparisons:
        yield Listing(tuple(map(said, comparison.summary[:1])))
    for trend in report.change.trends:
        yield Paragraph(said(trend.brief))
    for twin in report.change.reaudits:
        yield Listing(tuple(map(said, twin.summary)))
    if not report.change.is_known:
        yield plain("We will ask again later, and tell you what is better and what is not.")


def _more() -> Iterator[Block]:
    yield Listing(
        (
            Line("If somebody is in danger now, call 999."),
            Line("If you are worried about somebody, tell your manager or the safeguarding lead today."),
            Line(
                "You can tell the safeguarding lead through Candour. Press “Someone is at risk”. You need no code."
            ),
            Line(
                "If you still have your receipt, you can write to the lead with it. The lead does not see who you are."
            ),
        )
    )
