"""The report of an audit as a value: every number and sentence is decided here, whatever view shows it.

What is published is this value, frozen, as JSON: equal reports are the same bytes. Nothing in it is an anonymous
person's word, unless they and two people more wanted it quoted (R8), or a number that disclosure hides. Whatever it
claims names its evidence: see `claims`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, time
from enum import StrEnum
from typing import TypeVar

import msgspec
from msgspec import Struct

from reports.assembly import Tone
from reports.coding import Direction
from reports.disclosure import Quarter, Share
from reports.findings import Agreement, Assurance, Lens, Nature, Says, Standing, Strength, Visibility
from reports.gaps import Verdict
from reports.measures import Chart
from reports.plan import State
from reports.plan import Strength as Reliance
from reports.themes import Priority

FORMAT = 1
_Value = TypeVar("_Value")


class Claim(Struct, frozen=True):
    """A sentence that is said of the world, and the labels of its evidence (E1). No words in its repr.

    While a report is being made, the labels are still references: `case.…`, `theme.FORM.CODE`.
    """

    text: str
    evidence: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Claim({', '.join(self.evidence)})"


class Kind(StrEnum):
    """What a piece of evidence is."""

    INTERVIEW = "interview"
    RECORD = "record"
    OBSERVATION = "observation"
    ANSWERS = "answers"  # published figures of people who answered without a name
    NUMBERS = "numbers"  # followed month by month
    ENTRY = "entry"  # what was noted of the audit: a notification, a challenge
    PLAN = "plan"
    FINDINGS = "findings"


class Source(Struct, frozen=True):
    """An entry of the index. `source_type` is one of `SourceType` or '', `what` never holds a name.

    `reference` is that by which Candour knows it.
    """

    kind: Kind
    what: str
    source_type: str = ""
    label: str = ""
    reference: str = ""


class About(Struct, frozen=True, kw_only=True):
    """Which audit it is, on what, and how it stood on the day of the report."""

    name: str
    service: str = ""
    incident: str = ""
    harm: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    period_from: date | None = None
    period_to: date | None = None
    opened_on: date | None = None
    closed_on: date | None = None
    baseline: str = ""
    synthetic: bool = False
    as_of: date


class Heard(Struct, frozen=True):
    """Of whom how many were heard, as it may be said: `30 to 39 people`. `part`: a group of those above."""

    who: str
    how_many: str
    part: bool = False


class Covered(Struct, frozen=True):
    """An area of the scope, the kinds of source that were heard of it, and whether that is too little."""

    area: str
    kinds: tuple[str, ...]
    thin: bool


class Method(Struct, frozen=True):
    """How evidence was gathered, who was heard, which scope areas it covers, and what it cannot tell."""

    ways: tuple[Claim, ...] = ()
    heard: tuple[Heard, ...] = ()
    coverage: tuple[Covered, ...] = ()
    limits: tuple[str, ...] = ()


class Given(Struct, frozen=True):
    """When an opinion was given, and what is not as it was then: `findings`, `plan`; `last` when that changed last."""

    on: date
    changed: tuple[str, ...] = ()
    last: date | None = None


class Opinion(Struct, frozen=True):
    """What the rule suggests, and what the auditor decided. None: there is nothing to judge, or not yet.

    `purpose` and `limits` are the auditor's words on the audit, `decide` what the board is asked.
    """

    suggested: Assurance | None = None
    rule: str = ""
    given: Assurance | None = None
    because: Claim | None = None
    summary: Claim | None = None
    purpose: str = ""
    limits: str = ""
    decide: tuple[str, ...] = ()
    elsewhere: Claim | None = None
    given_on: Given | None = None


class Item(Struct, frozen=True):
    """An item of a framework: `cqc`, `safe.staffing`, and what it and its framework are called.

    `above`: what it lies under, of a quality statement its key question.
    """

    framework: str
    code: str
    name: str
    of: str
    above: str = ""


class Cause(Struct, frozen=True):
    """Why it is so, by the part of the system that it lies in."""

    lens: Lens
    claim: Claim


class Side(Struct, frozen=True):
    """A kind of source (`SourceType`), and what it says."""

    source_type: str
    says: Says


class Surety(Struct, frozen=True):
    """How sure we are of a finding: as it was computed with its reasons, and as it was judged."""

    strength: Strength
    reasons: tuple[str, ...] = ()
    computed: Strength | None = None
    judged_because: str = ""


class Found(Struct, frozen=True, kw_only=True):
    """A finding. `actions` are names (A7), `against` the labels of what speaks against it.

    `impact` and `likelihood` are 1 to 5, 0 of good practice. `quoted`: words that may be shown, with whose they are.
    """

    name: str
    nature: Nature
    standing: Standing
    title: Claim
    themes: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()
    criteria: str = ""
    condition: Claim
    causes: tuple[Cause, ...] = ()
    factors: tuple[Claim, ...] = ()
    consequence: Claim | None = None
    recommendation: str = ""
    contradiction: Claim | None = None
    searched: bool = False
    visibility: Visibility | None = None
    impact: int = 0
    likelihood: int = 0
    surety: Surety | None = None
    sides: tuple[Side, ...] = ()
    agreement: Agreement
    elsewhere: Claim | None = None
    actions: tuple[str, ...] = ()
    quoted: tuple[Claim, ...] = ()

    @property
    def risk(self) -> int:
        """Impact × likelihood, 1 to 25; 0 of good practice."""
        return self.impact * self.likelihood

    @property
    def is_open(self) -> bool:
        """Whether it is a concern that was not closed."""
        return self.nature is Nature.CONCERN and self.standing is not Standing.CLOSED


class HeatRow(Struct, frozen=True):
    """A theme: everyone's share, also in words, and the quarter in which each group's share lies; None is hidden."""

    theme: str
    share: Share | None
    everyone: Claim
    groups: tuple[Quarter | None, ...]


class Heat(Struct, frozen=True):
    """Theme by role, of people who answered one form without a name; only what was published."""

    of: str
    groups: tuple[str, ...]
    rows: tuple[HeatRow, ...]


class Piece(Struct, frozen=True):
    """Answers to a question that are published together: their words, where on the scale they stand, their share."""

    words: str
    tone: Tone
    share: Share


class Answered(Struct, frozen=True):
    """A question on a scale, and how it was answered, as it was published.

    `good` is the share of answers that are good for people, `unknown` that of “I don't know”, of which the pieces know
    nothing. “Does not apply” is in no published number.
    """

    question: str
    people: str
    claim: Claim
    good: Share
    pieces: tuple[Piece, ...]
    unknown: Share


class Answers(Struct, frozen=True):
    """The questions of one form on a scale, by theme, the weakest theme first; `hidden`: how many may not be shown."""

    of: str
    items: tuple[Answered, ...]
    hidden: int = 0


class Distance(Struct, frozen=True):
    """How far leaders and frontline staff see a theme apart, in points with its range, leaders minus frontline."""

    theme: str
    of: str
    verdict: Verdict
    points: int
    low: int
    high: int
    claim: Claim


class Spoken(Struct, frozen=True):
    """A theme by kind of source: which directions each reports; no kind: silent. And how pressing it is."""

    code: str
    theme: str
    priority: Priority
    claim: Claim
    kinds: dict[str, tuple[Direction, ...]] = {}


class Picture(Struct, frozen=True):
    """How the system looks: by theme and role, by kind of source, where leaders and frontline differ, by question."""

    themes: tuple[Spoken, ...] = ()
    heats: tuple[Heat, ...] = ()
    distances: tuple[Distance, ...] = ()
    answers: tuple[Answers, ...] = ()


class Person(Struct, frozen=True):
    """Somebody with a part in the plan: their role, and the name that some views show. No name in its repr."""

    role: str
    name: str = ""

    def __repr__(self) -> str:
        return f"Person({self.role!r})"


class Step(Struct, frozen=True):
    """A milestone."""

    what: str
    due: date
    done: bool = False


class Planned(Struct, frozen=True, kw_only=True):
    """An action. `findings` are names (F3); `standing` says how far it is."""

    name: str
    title: str
    description: str = ""
    findings: tuple[str, ...] = ()
    kind: str = ""
    reliance: Reliance
    owner: Person | None = None
    sponsor: Person | None = None
    start: date | None = None
    due: date | None = None
    review: date | None = None
    steps: tuple[Step, ...] = ()
    indicator: str = ""
    baseline: str = ""
    target: str = ""
    source: str = ""
    frequency: str = ""
    evidence_required: str = ""
    state: State
    percent: int = 0
    late: bool = False
    review_due: bool = False
    exception: str = ""
    standing: Claim


class Plan(Struct, frozen=True):
    """The actions, by number; how they stand in all, and what is weak in the plan, a sentence each."""

    summary: tuple[Claim, ...] = ()
    actions: tuple[Planned, ...] = ()
    gaps: tuple[Claim, ...] = ()


class Trend(Struct, frozen=True):
    """A number that is followed, its chart, and what that shows: in one sentence, and in all of them."""

    name: str
    brief: Claim
    chart: Chart
    shows: tuple[Claim, ...]
    numbers: tuple[str, ...] = ()


class Changed(Struct, frozen=True):
    """A question that both audits asked: `verdict` is that of `reports.change`, or `hidden`."""

    question: str
    then: str
    now: str
    low: int | None
    high: int | None
    verdict: str
    claim: Claim


class Comparison(Struct, frozen=True):
    """The re-audit held against its baseline."""

    baseline: str
    summary: tuple[Claim, ...]
    items: tuple[Changed, ...] = ()


class Revisited(Struct, frozen=True):
    """A finding or an action of a baseline: how it stands, and what its re-audit says, proposes or has settled.

    `is_new`: that is another standing than it had before.
    """

    name: str
    title: Claim
    stands: Claim
    said: Claim
    is_open: bool
    due: date | None = None
    late: bool = False
    is_new: bool = False


class Twin(Struct, frozen=True):
    """A baseline or a re-audit, called `other` in the report of its counterpart; what is weak in that plan."""

    other: str
    summary: tuple[Claim, ...]
    findings: tuple[Revisited, ...] = ()
    actions: tuple[Revisited, ...] = ()
    gaps: tuple[Claim, ...] = ()


class Change(Struct, frozen=True):
    """What is known of change: numbers month by month, the audit before with its findings and plan, the ones after."""

    trends: tuple[Trend, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    baseline: Twin | None = None
    reaudits: tuple[Twin, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether anything is known of change."""
        return any((self.trends, self.comparisons, self.baseline, self.reaudits))


class Shared(Struct, frozen=True, kw_only=True):
    """What was learned was told to others. `reach` is 0 where nobody knows."""

    claim: Claim
    channel: str = ""
    audience: tuple[str, ...] = ()
    day: date | None = None
    reach: int = 0
    services_checked: str = ""
    found_there: str = ""


class Notified(Struct, frozen=True, kw_only=True):
    """Somebody outside was told. `days`: after it was known, None where a day is missing."""

    who: str
    claim: Claim
    how: str = ""
    known_on: date | None = None
    told_on: date | None = None
    told_at: time | None = None
    days: int | None = None


class Challenged(Struct, frozen=True, kw_only=True):
    """A question of the board, what was answered, and what came of it."""

    day: date
    by: str
    question: Claim
    response: str = ""
    outcome: str = "open"
    came_of_it: str = ""


class Instrument(Struct, frozen=True):
    """A form that was used: `used` says how often, as it may be said."""

    title: str
    version: str
    kind: str
    used: str = ""


class Appendix(Struct, frozen=True):
    """What others need to check the report. `crosswalk`: themes that findings name, and the items they bear on."""

    instruments: tuple[Instrument, ...] = ()
    codebook: tuple[str, ...] = ()
    agreement: tuple[str, ...] = ()
    crosswalk: tuple[tuple[str, tuple[Item, ...]], ...] = ()
    frameworks: tuple[str, ...] = ()


class AuditReport(Struct, frozen=True, kw_only=True):
    """All that is said of an audit. The order of the fields is that in which evidence is numbered."""

    about: About
    method: Method = Method()
    opinion: Opinion = Opinion()
    summary: tuple[Claim, ...] = ()
    findings: tuple[Found, ...] = ()
    picture: Picture = Picture()
    plan: Plan = Plan()
    change: Change = Change()
    shared: tuple[Shared, ...] = ()
    notified: tuple[Notified, ...] = ()
    challenged: tuple[Challenged, ...] = ()
    appendix: Appendix = Appendix()
    index: tuple[Source, ...] = ()
    format: int = FORMAT

    def __repr__(self) -> str:
        return f"AuditReport(as_of={self.about.as_of})"

    @property
    def concerns(self) -> tuple[Found, ...]:
        """The findings that are no good practice: those that stand, the greatest risk first, then those closed."""
        found = [each for each in self.findings if each.nature is Nature.CONCERN]
        return tuple(sorted(found, key=lambda each: (each.standing is Standing.CLOSED, -each.risk)))

    @property
    def good_practice(self) -> tuple[Found, ...]:
        """What works well."""
        return tuple(each for each in self.findings if each.nature is Nature.GOOD_PRACTICE)


def encode(report: AuditReport) -> bytes:
    """The report as it is frozen: JSON, the same bytes for equal ones."""
    return msgspec.json.encode(report, order="deterministic")


_decoder = msgspec.json.Decoder(AuditReport)


def decode(content: bytes) -> AuditReport:
    """The report that was frozen. Raises `msgspec.ValidationError` when the bytes are none."""
    return _decoder.decode(content)


def claims(value: object) -> Iterator[Claim]:
    """Every claim that stands anywhere in a value, in order."""
    match value:
        case Claim():
            yield value
        case Struct():
            for name in value.__struct_fields__:
                yield from claims(getattr(value, name))
        case tuple():
            for each in value:
                yield from claims(each)


def changed(value: _Value, change: Callable[[Claim], Claim]) -> _Value:
    """The same value with every claim that stands anywhere in it changed."""
    found: object = value
    match value:
        case Claim():
            found = change(value)
        case Struct():
            fields = {name: getattr(value, name) for name in value.__struct_fields__}
            found = msgspec.structs.replace(
                value, **{name: changed(each, change) for name, each in fields.items()}
            )
        case tuple():
            found = tuple(changed(each, change) for each in value)
    return found  # type: ignore[return-value]
