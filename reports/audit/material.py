"""What a report is made of: all of it handed in, since nothing here asks a database, a clock or chance."""

from __future__ import annotations

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
    shared: tuple[Shared, ...] = ()
    notified: tuple[Notified, ...] = ()
    challenged: tuple[Challenged, ...] = ()
    opinion: Opinion | None = None
    given: Given | None = None
    book: Codebook | None = None
    agreement: tuple[str, ...] = ()
