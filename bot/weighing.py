"""How sure we can be of each finding: its grounds are taken from what the audit holds now."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct

from bot import covering
from bot.results import Evidence
from bot.worktable import SETTLED, Worktable
from dialogues.form import SourceType
from reports import themes
from reports.assembly import Report
from reports.findings import (
    Assessed,
    Finding,
    Grounds,
    Nature,
    Priority,
    Strength,
    Triangulation,
    assessed,
    priority,
    triangulation,
)
from reports.themes import PEOPLE, Material, Released, Results, Source
from storage.unit_of_work import UnitOfWork

_RECORDS = frozenset({SourceType.PROCESSES})  # a number that is followed is no record that was checked


class Weighed(Struct, frozen=True):
    """A finding, how strong its evidence is by the rule and why, and which kinds of source say what of it."""

    finding: Finding
    computed: Assessed
    seen_by: Triangulation

    @property
    def strength(self) -> Strength:
        """As the auditor judged it, else as it was computed."""
        return self.finding.judged or self.computed.strength

    @property
    def priority(self) -> Priority | None:
        """How pressing it is; None for good practice."""
        return priority(self.finding)


def weighed(work: UnitOfWork, audit: str) -> tuple[Weighed, ...]:
    """Every finding of the audit, by number."""
    found = work.findings.of(audit)
    scales = Scales(work, audit)
    return tuple(scales.weigh(each) for each in found)


class Scales:
    """What weighs the findings of one audit: what was said in it and by whom, looked up once."""

    def __init__(self, work: UnitOfWork, audit: str) -> None:
        self._work = work
        self._audit = audit

    def weigh(self, finding: Finding) -> Weighed:
        """The finding with the strength of its evidence."""
        references = (*finding.supporting, *finding.contradicting)
        kinds = {each: kind for each in references if (kind := self._kind(each))}
        return Weighed(finding, assessed(finding, self.grounds(finding)), triangulation(finding, kinds))

    def grounds(self, finding: Finding) -> Grounds:
        """What is known of the evidence behind a finding."""
        named = {each.id: each for each in map(self._source, finding.supporting) if each is not None}
        people = [each for each in named.values() if each.type in PEOPLE]
        unnamed = [each for each in map(self._report, finding.supporting) if each is not None]
        roles = {each.role for each in people if each.role}
        roles |= {each.code for report in unnamed for each in report.heard.groups if each.band and each.code}
        kinds = {self._kind(each) for each in finding.supporting}
        return Grounds(
            people=len(people) + max((report.heard.band.low for report in unnamed), default=0),
            roles=len(roles),
            records=bool(kinds & _RECORDS),
            roles_heard=self._roles_heard,
            response=self._response,
            alpha=self._alpha(finding),
            unexplained=self._unexplained(finding),
        )

    # What a reference names

    def _source(self, reference: str) -> Source | None:
        """The named source that a reference is, or is from."""
        what, _, id_ = reference.partition(".")
        found = bytes.fromhex(id_) if what in ("case", "excerpt") else b""
        return self._sources.get(self._said_by.get(found, found))

    def _report(self, reference: str) -> Report | None:
        """The published report that a figure of anonymous people is in."""
        what, _, rest = reference.partition(".")
        return self._reports.get(rest.partition(".")[0]) if what in ("theme", "item") else None

    def _kind(self, reference: str) -> SourceType | None:
        if reference.startswith("measure."):
            return SourceType.OUTCOMES
        source = self._source(reference)
        if source is not None:
            return SourceType(source.type)
        return SourceType.STAFF if self._report(reference) is not None else None

    # What the audit holds

    @cached_property
    def _gathered(self) -> Evidence:
        return Evidence(self._work, self._audit)

    @cached_property
    def _material(self) -> Material:
        return self._gathered.material()

    @cached_property
    def _sources(self) -> dict[bytes, Source]:
        return {each.id: each for each in self._material.sources}

    @cached_property
    def _said_by(self) -> dict[bytes, bytes]:
        return {each.id: each.source for each in self._gathered.excerpts}

    @cached_property
    def _reports(self) -> dict[str, Report]:
        return covering.reports(self._work, self._audit)

    @cached_property
    def _results(self) -> Results:
        released = covering.released(self._work, self._audit) or Released()
        return themes.results(self._material, released)

    @cached_property
    def _alphas(self) -> dict[str, float]:
        compared = Worktable(self._work, self._audit, SETTLED).agreement().comparison.themes
        return {each.theme: each.alpha for each in compared if isinstance(each.alpha, float)}

    @cached_property
    def _roles_heard(self) -> float | None:
        """Of the roles that a form knows, the share that was heard: by the form that heard most."""
        return max(self._shares_of_roles(), default=None)

    def _shares_of_roles(self) -> Iterator[float]:
        for report in self._reports.values():
            codes = [each for each in report.heard.groups if each.code]
            if codes:
                yield sum(each.band is not None for each in codes) / len(codes)
        heard: dict[str, set[str]] = {}
        for source in self._sources.values():
            heard.setdefault(source.form, set()).update({source.role} - {""})
        for digest, roles in heard.items():
            form = self._work.forms.get(digest)
            asked = next((each for each in form.questions.values() if each.name == form.breakdown), None)
            known = form.choices.get(asked.choices, ()) if asked is not None else ()
            if known:
                yield len(roles) / len(known)

    @cached_property
    def _response(self) -> float | None:
        """The share of staff who answered, as far as it was published: no more than this."""
        shares = [each.heard.share.high / 100 for each in self._reports.values() if each.heard.share]
        return max(shares, default=None)

    def _alpha(self, finding: Finding) -> float | None:
        return min((self._alphas[each] for each in finding.themes if each in self._alphas), default=None)

    def _unexplained(self, finding: Finding) -> float:
        """Of the sources that speak of its themes, the largest share that says the opposite of the finding."""
        spoke = [
            each.sources
            for each in self._results.themes
            if each.theme in finding.themes and each.sources.spoke
        ]
        is_concern = finding.nature is Nature.CONCERN
        opposed = ((each.strength if is_concern else each.weakness) / each.spoke for each in spoke)
        return max(opposed, default=0.0)
