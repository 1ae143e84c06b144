"""What a report is made of: all of it handed in, since nothing here asks a database, a clock or chance."""

from __future__ import annotations

from datetime import date

from msgspec import Struct, field

from dialogues.wordless import Wordless
from reports.assembly import Report
from reports.audit.model import About, Challenged, Given, Notified, Person, Shared, Source, Surety
from reports.change import Compared
from reports.codebook import Codebook
from reports.findings import Finding, Opinion
from reports.measures import Chart
from reports.plan import Action
from reports.quotes import Said
from reports.scope import Covered
from reports.themes import Results

# References to what is no single piece of evidence; `report.FORM` and `coded.THEME` are two more.
FINDINGS, PLAN, HANDED_IN, COVERAGE = "findings", "plan", "handed_in", "coverage"
BASELINE = (
    "baseline"  # the findings and the plan that a re-audit looks at; `reaudit.ID`: what one has settled
)


class Used(Struct, frozen=True):
    """A form by which named evidence was gathered: how many were handed in, and how many records they looked at."""

    title: str
    version: str
    source_type: str
    count: int
    records: int = 0


class Measured(Struct, frozen=True):
    """A number that is followed, under the id by which it is evidence: `measure.ID`."""

    id: str
    chart: Chart


class Reaudited(Struct, frozen=True):
    """What changed since the baseline, of the answers to one form."""

    baseline: str
    form: str
    compared: Compared


class Settled(Wordless, frozen=True):
    """What a re-audit was settled to mean for a finding or an action (`subject`, an id), why, and on which day.

    `stands`: a code of `Standing` or `State`. `by_number`: it is a number that proves it.
    """

    subject: str
    stands: str
    because: str
    on: date
    by_number: bool = False


class Proposal(Wordless, frozen=True):
    """What a re-audit says of a finding or an action; `is_new`: that it should stand in another way."""

    told: str
    is_new: bool = False


class Before(Wordless, frozen=True):
    """The baseline of a re-audit, as it stands today: by name (F2, A3) what is proposed, and what was settled."""

    name: str
    findings: tuple[Finding, ...]
    actions: tuple[Action, ...]
    verdict: str
    proposed: dict[str, Proposal] = field(default_factory=dict)
    settled: tuple[Settled, ...] = ()


class Later(Wordless, frozen=True):
    """A re-audit of this audit; `verdict` is empty while it cannot be said what it shows."""

    id: str
    name: str
    verdict: str = ""
    settled: tuple[Settled, ...] = ()


class Material(Wordless, frozen=True, kw_only=True):
    """Everything known of an audit that may be looked at for its report. It has no repr.

    `surety`: by the id of a finding. `people`: by account (hexadecimal). `evidence`: by reference; what a finding
    refers to and is not there is evidence that there is not. Claims in `shared`, `notified` and `challenged` have
    references for labels. `agreement`: how far coders agreed, in sentences.
    """

    about: About
    findings: tuple[Finding, ...] = ()
    actions: tuple[Action, ...] = ()
    surety: dict[str, Surety] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    evidence: dict[str, Source] = field(default_factory=dict)
    quoted: dict[str, Said] = field(default_factory=dict)
    used: tuple[Used, ...] = ()
    reports: tuple[Report, ...] = ()
    results: Results | None = None
    coverage: tuple[Covered, ...] = ()
    measured: tuple[Measured, ...] = ()
    reaudited: tuple[Reaudited, ...] = ()
    before: Before | None = None
    later: tuple[Later, ...] = ()
    shared: tuple[Shared, ...] = ()
    notified: tuple[Notified, ...] = ()
    challenged: tuple[Challenged, ...] = ()
    opinion: Opinion | None = None
    given: Given | None = None
    book: Codebook | None = None
    agreement: tuple[str, ...] = ()
