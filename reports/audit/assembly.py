"""From material to the report: every claim gets its evidence, and one without any means that there is no report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, time
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from dialogues.form import SourceType
from reports import codebook, frameworks
from reports.audit import comparing, evidence, planning, twins
from reports.audit.answering import answers
from reports.audit.material import FINDINGS, HANDED_IN, Material, Used
from reports.audit.model import (
    Appendix,
    AuditReport,
    Cause,
    Change,
    Claim,
    Covered,
    Found,
    Heard,
    Instrument,
    Item,
    Method,
    Notified,
    Opinion,
    Picture,
    Side,
    Source,
    changed,
    claims,
)
from reports.audit.picturing import FEWEST, picture
from reports.coding import theme_of
from reports.findings import RULE, Finding, Nature, Triangulation, suggested, triangulation
from reports.plan import Action, dated
from reports.rendering import Voice, clipped
from reports.words import words


class Lack(Struct, frozen=True):
    """A claim without evidence, or with evidence that there is not (`unknown`): where it stands, and what it says."""

    where: str
    text: str
    unknown: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Lack({self.where!r})"

    @property
    def sentence(self) -> str:
        """What is wrong with it."""
        if self.unknown:
            return f"{self.where}: its evidence is not there any more: {', '.join(self.unknown)}."
        return f"{self.where}: nothing supports “{clipped(self.text)}”."


class Unsupported(Struct, frozen=True):
    """There is no report: these claims have no evidence."""

    lacks: tuple[Lack, ...]


Assembled: TypeAlias = AuditReport | Unsupported


def assemble(material: Material) -> Assembled:
    """The report of an audit, or the claims that keep it from being made. The same material, the same bytes."""
    known = evidence.known(material)
    report = _Assembly(material, known).report()
    lacks = tuple(_lacks(report, known))
    return Unsupported(lacks) if lacks else _indexed(report, known)


def _lacks(report: AuditReport, known: dict[str, Source]) -> Iterator[Lack]:
    for where, claim in _placed(report):
        unknown = tuple(each for each in claim.evidence if each not in known)
        if unknown or not claim.evidence:
            yield Lack(where, claim.text, unknown)


def _placed(report: AuditReport) -> Iterator[tuple[str, Claim]]:
    """Every claim, and where it stands: the name of its finding, or the part of the report."""
    for part in report.__struct_fields__:
        if part == "findings":
            for finding in report.findings:
                yield from ((finding.name, claim) for claim in claims(finding))
        else:
            yield from ((part, claim) for claim in claims(getattr(report, part)))


def _indexed(report: AuditReport, known: dict[str, Source]) -> AuditReport:
    """The report with labels for references, in the order in which they come, and the index of them.

    Interviews by one form share a label, and so do records and observations: with one each, a reader could follow a
    single person from finding to finding. Which it was stands on the page of the finding, for those who audit.
    """
    used = dict.fromkeys(reference for claim in claims(report) for reference in claim.evidence)
    shared = {reference: _shared(reference, known[reference]) for reference in used}
    labels = {each: f"E{number}" for number, each in enumerate(dict.fromkeys(shared.values()), 1)}
    sources = {each: known[reference] for reference, each in reversed(shared.items())}
    index = tuple(replace(sources[each], label=label, reference=each) for each, label in labels.items())

    def labelled(claim: Claim) -> Claim:
        return Claim(claim.text, tuple(dict.fromkeys(labels[shared[each]] for each in claim.evidence)))

    return replace(changed(report, labelled), index=index)


def _shared(reference: str, source: Source) -> str:
    """What a label stands for: a reference, or all that was handed in by one form."""
    is_single = reference.startswith(("case.", "excerpt."))
    return f"{source.kind}: {source.what}" if is_single else reference


class _Assembly(Struct, frozen=True):
    """One report being made; claims have references for labels."""

    material: Material
    known: dict[str, Source]

    def report(self) -> AuditReport:
        found, coverage = self._findings(), self._coverage()
        names = {finding.id: finding.name for finding in self.material.findings}
        return AuditReport(
            about=self.material.about,
            method=Method(tuple(self._ways()), tuple(self._heard()), coverage, tuple(self._limits())),
            opinion=self._opinion(),
            summary=tuple(self._summary(found)),
            findings=found,
            picture=self._picture(),
            plan=planning.plan(self.material, names),
            change=Change(
                comparing.trends(self.material.measured),
                comparing.comparisons(self.material),
                twins.baseline(self.material),
                twins.reaudits(self.material),
            ),
            shared=self.material.shared,
            notified=tuple(sorted(self.material.notified, key=_told)),
            challenged=self.material.challenged,
            appendix=self._appendix(found),
        )

    # How it was done

    def _ways(self) -> Iterator[Claim]:
        for report in self.material.reports:
            voice = Voice(report, words("en"), "en")
            title = clipped(report.title.to("en"))
            yield Claim(
                f"“{title}”: answered without a name. {voice.heard(report.heard)}", (f"report.{report.form}",)
            )
        for used in self.material.used:
            yield Claim(f"“{clipped(used.title)}”: {_counted(used)}.", (HANDED_IN,))

    def _heard(self) -> Iterator[Heard]:
        for report in self.material.reports:
            voice = Voice(report, words("en"), "en")
            yield Heard(clipped(report.title.to("en")), voice.people(report.heard.band))
            for group in report.heard.groups:
                label = clipped(group.label.to("en")) or voice.words("not_said")
                yield Heard(label, voice.people(group.band) if group.band else "not shown", part=True)
        results = self.material.results
        if results and results.sources:
            yield Heard("People in interviews", _few(results.people))

    def _coverage(self) -> tuple[Covered, ...]:
        return tuple(
            Covered(
                each.area.name.to("en"),
                (*(kind.value for kind in each.sources), *(["unnamed"] if each.unnamed else [])),
                each.is_thin,
            )
            for each in self.material.coverage
        )

    def _limits(self) -> Iterator[str]:
        for report in self.material.reports:
            voice = Voice(report, words("en"), "en")
            yield from (voice.limit(limit) for limit in report.limits)
        yield "Interviews and records were chosen, not drawn by lot: they show what is so, not how often."

    # What it concludes

    def _opinion(self) -> Opinion:
        said, found = self.material.opinion, self.material.findings
        rule = RULE if found else ""
        if said is None:
            return Opinion(suggested(found) if found else None, rule)
        rests = tuple(
            dict.fromkeys(each for one in found if one.id in said.sources for each in one.supporting)
        )
        return Opinion(
            suggested(found) if found else None,
            rule,
            said.assurance,
            _claim(said.because, rests),
            _claim(said.summary, rests),
            said.purpose,
            said.limits,
            tuple(filter(None, map(str.strip, said.decide.splitlines()))),
            _claim(said.elsewhere, rests),
            self.material.given,
        )

    def _summary(self, found: tuple[Found, ...]) -> Iterator[Claim]:
        if not found:
            return
        concerns = [each for each in found if each.nature is Nature.CONCERN]
        good = len(found) - len(concerns)
        yield Claim(
            f"{_number(len(concerns), 'concern')} and {_number(good, 'good practice')} were found.",
            (FINDINGS,),
        )
        for each in sorted(concerns, key=lambda each: -each.risk)[:3]:
            yield Claim(f"{each.name}: {each.title.text}", each.title.evidence)

    # Findings

    def _findings(self) -> tuple[Found, ...]:
        return tuple(
            self._found(each) for each in sorted(self.material.findings, key=lambda each: each.number)
        )

    def _found(self, finding: Finding) -> Found:
        support = finding.supporting
        return Found(
            name=finding.name,
            nature=finding.nature,
            standing=finding.standing,
            title=Claim(finding.title, support),
            themes=tuple(dict.fromkeys(map(theme_of, finding.themes))),
            items=tuple(_items(finding.framework)),
            criteria=finding.criteria,
            condition=Claim(finding.condition or finding.title, support),
            causes=tuple(
                Cause(each.lens, Claim(each.text, support))
                for each in finding.causes
                if each.lens is not None
            ),
            factors=tuple(Claim(each, support) for each in finding.factors),
            consequence=_claim(finding.consequence, support),
            recommendation=finding.recommendation,
            contradiction=_claim(finding.contradiction, finding.contradicting),
            searched=finding.searched,
            visibility=finding.visibility,
            impact=finding.impact,
            likelihood=finding.likelihood,
            surety=self.material.surety.get(finding.id),
            sides=tuple(self._sides(finding)),
            agreement=self._triangulation(finding).agreement,
            elsewhere=_claim(finding.elsewhere, support),
            actions=tuple(each.name for each in self._actions(finding)),
            quoted=tuple(self._quoted(finding)),
        )

    def _quoted(self, finding: Finding) -> Iterator[Claim]:
        """What people said of it, where it may be shown."""
        for reference in (*finding.supporting, *finding.contradicting):
            if words := self.material.quoted.get(reference):
                yield Claim(words.sentence, (reference,))

    def _actions(self, finding: Finding) -> list[Action]:
        return [
            each
            for each in sorted(self.material.actions, key=lambda each: each.number)
            if finding.id in each.findings and each.is_live
        ]

    def _triangulation(self, finding: Finding) -> Triangulation:
        kinds = {
            each: SourceType(source.source_type) for each, source in self.known.items() if source.source_type
        }
        return triangulation(finding, kinds)

    def _sides(self, finding: Finding) -> Iterator[Side]:
        """What each kind of source says of a finding; of those that are silent, the ones that were heard at all."""
        heard = {each.source_type for each in self.known.values()}
        heard |= {used.source_type for used in self.material.used}
        for kind, says in self._triangulation(finding).says:
            if kind in heard:
                yield Side(kind.value, says)

    # The whole

    def _picture(self) -> Picture:
        reports = self.material.reports
        return replace(picture(reports, self.material.results), answers=tuple(answers(reports)))

    # Appendices

    def _appendix(self, found: tuple[Found, ...]) -> Appendix:
        themes = dict.fromkeys(theme for each in found for theme in each.themes)
        book = self.material.book
        return Appendix(
            instruments=tuple(self._instruments()),
            codebook=(f"Version {book.version} of {book.dated.isoformat()}, {len(book.codes)} codes.",)
            if book
            else (),
            agreement=self.material.agreement,
            crosswalk=tuple(
                (codebook.theme(each).name.to("en"), tuple(map(_item, frameworks.items_of(each))))
                for each in themes
            ),
            frameworks=tuple(
                f"{each.name}. {each.source}, as of {dated(each.as_of)}. {each.note}"
                for each in frameworks.all_of_them().values()
            ),
        )

    def _instruments(self) -> Iterator[Instrument]:
        for report in self.material.reports:
            voice = Voice(report, words("en"), "en")
            yield Instrument(
                clipped(report.title.to("en")), report.version, "unnamed", voice.people(report.heard.band)
            )
        for used in self.material.used:
            yield Instrument(clipped(used.title), used.version, used.source_type, _counted(used))


def _told(each: Notified) -> tuple[date, time]:
    """When somebody was told; after all others of the day, or of all days, where that is not known."""
    return each.told_on or date.max, each.told_at or time.max


def _claim(text: str, references: tuple[str, ...]) -> Claim | None:
    """What is said on these grounds, if anything is."""
    return Claim(text, references) if text else None


def _items(references: Iterable[str]) -> Iterator[Item]:
    for reference in references:
        framework, _, code = reference.partition(":")
        known = frameworks.all_of_them().get(framework)
        found = known.get(code) if known else None
        if found is not None:
            yield _item(found)


def _item(found: frameworks.Item) -> Item:
    framework = frameworks.all_of_them()[found.framework]
    above = framework.get(found.above) if found.above else None
    return Item(found.framework, found.code, found.name, framework.name, above.name if above else "")


def _few(count: int) -> str:
    """A number of named people or sources, where it may be said."""
    return str(count) if count >= FEWEST else f"fewer than {FEWEST}"


def _counted(used: Used) -> str:
    handed_in = f"{_few(used.count)} handed in"
    return f"{handed_in}, with {used.records} records in all" if used.records else handed_in


def _number(count: int, thing: str) -> str:
    plural = "examples of good practice" if thing == "good practice" else f"{thing}s"
    singular = "example of good practice" if thing == "good practice" else thing
    return f"{count} {singular if count == 1 else plural}"
