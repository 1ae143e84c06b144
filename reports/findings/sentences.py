"""A finding in words: for chats and reports, in English."""

from __future__ import annotations

from reports.findings.parts import Finding, Lens, Nature, Priority, Standing, Strength, Visibility
from reports.findings.priorities import priority
from reports.findings.strength import Assessed
from reports.findings.triangulation import Agreement

STRENGTHS = {
    Strength.HIGH: "high",
    Strength.MODERATE: "moderate",
    Strength.LOW: "low",
    Strength.VERY_LOW: "very low",
}
PRIORITIES = {
    Priority.HIGH: "high priority",
    Priority.MEDIUM: "medium priority",
    Priority.LOW: "low priority",
}
LENSES = {
    Lens.PEOPLE: "People: numbers, skills, how a team works together",
    Lens.TASKS: "Tasks: how the work is set up",
    Lens.TOOLS: "Tools: equipment, records, software",
    Lens.ORGANISATION: "Organisation: rules, time, money, how it is led",
    Lens.INTERNAL: "Surroundings inside: the building, noise, layout",
    Lens.EXTERNAL: "Surroundings outside: commissioning, regulation, other agencies",
}
VISIBILITIES = {
    Visibility.NOT_VISIBLE: "The risk could not be seen.",
    Visibility.NOT_RECOGNISED: "The risk could be seen, and was not recognised.",
    Visibility.NOT_ESCALATED: "The risk was recognised, and not passed on.",
    Visibility.NOT_ACTED_ON: "The risk was passed on, and not acted on.",
}
AGREEMENTS = {
    Agreement.CONVERGENT: "Two or more kinds of source agree, and none speaks against it.",
    Agreement.SINGLE: "One kind of source speaks for it. No other kind was found to say the same.",
    Agreement.MIXED: "Some kinds of source speak for it, some against it.",
    Agreement.UNSUPPORTED: "No source speaks for it.",
}
_STANDINGS = {Standing.OPEN: "", Standing.CLOSED: "closed", Standing.REOPENED: "reopened"}


def line(finding: Finding, strength: Strength) -> str:
    """`F3 · Too few at night · high priority · evidence: moderate`."""
    pressing = priority(finding)
    what = PRIORITIES[pressing] if pressing else "good practice"
    parts = (
        finding.name,
        finding.title,
        what,
        f"evidence: {STRENGTHS[strength]}",
        _STANDINGS[finding.standing],
    )
    return " · ".join(filter(None, parts))


def full(finding: Finding) -> tuple[tuple[str, str], ...]:
    """The parts of a finding as pairs of a heading and its words, those that it has, in order."""
    causes = "\n".join(
        f"{each.text} ({LENSES[each.lens]})" if each.lens else each.text for each in finding.causes
    )
    seen = VISIBILITIES[finding.visibility] if finding.visibility else ""
    found = (
        ("What should be", finding.criteria),
        ("What we found", finding.condition),
        ("Why" if finding.nature is Nature.CONCERN else "What makes it work", causes),
        ("What it leads to", finding.consequence),
        ("How far the risk came", seen),
        ("What speaks against it", finding.contradiction or (_SEARCHED if finding.searched else "")),
        ("What should change", finding.recommendation),
        ("Where else it could be so", finding.elsewhere),
    )
    return tuple((heading, words) for heading, words in found if words)


_SEARCHED = "We looked for it and found nothing."


def strength(finding: Finding, computed: Assessed) -> tuple[str, ...]:
    """How sure we are, and why: first as judged, else as computed; then each reason."""
    judged = finding.judged or computed.strength
    first = [f"Strength of the evidence: {STRENGTHS[judged]}."]
    if judged is not computed.strength:
        rule = f"By the rule it would be {STRENGTHS[computed.strength]}."
        first = [f"{first[0]} {finding.judged_because}", rule]
    reasons = tuple(each.told for each in computed.reasons) or ("Nothing that we look at takes from it.",)
    return (*first, *reasons)
