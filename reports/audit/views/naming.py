"""What codes are called in reports. In English only so far."""

from __future__ import annotations

from reports.audit.model import Kind
from reports.coding import Direction
from reports.disclosure import Quarter
from reports.findings import Assurance, Lens, Says, Standing, Visibility
from reports.plan import State
from reports.plan import Strength as Reliance

ASSURANCE = {
    Assurance.SUBSTANTIAL: "Substantial assurance",
    Assurance.MODERATE: "Moderate assurance",
    Assurance.LIMITED: "Limited assurance",
    Assurance.NONE: "No assurance",
}
LENS = {
    Lens.PEOPLE: "People and skills",
    Lens.TASKS: "Tasks",
    Lens.TOOLS: "Tools and records",
    Lens.ORGANISATION: "Organisation",
    Lens.INTERNAL: "Surroundings",
    Lens.EXTERNAL: "Outside the service",
}
VISIBILITY = {
    Visibility.NOT_VISIBLE: "The risk could not be seen",
    Visibility.NOT_RECOGNISED: "The risk could be seen, and was not recognised",
    Visibility.NOT_ESCALATED: "The risk was recognised, and nobody was told",
    Visibility.NOT_ACTED_ON: "People were told of the risk, and nothing was done",
}
STANDING = {Standing.OPEN: "open", Standing.CLOSED: "closed", Standing.REOPENED: "opened again"}
SOURCES = {
    "experience": "People who use the service",
    "staff": "Staff and leaders",
    "partners": "Partners",
    "observation": "Observations",
    "processes": "Records",
    "outcomes": "Outcomes",
    "unnamed": "Answers without a name",
}
KINDS = {
    Kind.INTERVIEW: "Interview",
    Kind.RECORD: "Record",
    Kind.OBSERVATION: "Observation",
    Kind.ANSWERS: "Answers without a name",
    Kind.NUMBERS: "Monthly numbers",
    Kind.ENTRY: "Note in this audit",
    Kind.PLAN: "Plan",
    Kind.FINDINGS: "Findings",
}
SAYS = {
    Says.SUPPORTS: "supports it",
    Says.CONTRADICTS: "speaks against it",
    Says.BOTH: "part of it supports this, and part speaks against it",
    Says.SILENT: "says nothing of it",
}
DIRECTION = {Direction.WEAKNESS: "weakness", Direction.STRENGTH: "strength", Direction.MIXED: "both"}
QUARTER = {
    Quarter.FIRST: "under 25 %",
    Quarter.SECOND: "25 to 50 %",
    Quarter.THIRD: "50 to 75 %",
    Quarter.FOURTH: "over 75 %",
}
RELIANCE = {
    Reliance.STRONGER: "stronger",
    Reliance.INTERMEDIATE: "intermediate",
    Reliance.WEAKER: "weaker",
}
DONE = frozenset({State.IMPLEMENTED, State.VERIFIED, State.EMBEDDED, State.CLOSED})
OUTCOMES = {
    "open": "open",
    "explained": "explained",
    "changed": "the plan was changed",
    "looked_into": "it is being looked into",
}


def source(code: str) -> str:
    """A kind of source; a dash for what is of several, or of none."""
    return SOURCES.get(code, "–")
