"""The report of an audit: gathered from what is stored, shown to each reader, published for good.

Plain functions on a `Storage`. A published edition never changes: the same edition is the same bytes, and there is a
new one only where something else is to be said. Drafts are for leads and auditors; what was published is for those
whom its view is made for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from enum import StrEnum

import msgspec
from msgspec.structs import replace

from bot import changes, covering, quoting, revisiting, wording
from bot.clock import Clock
from bot.listing import label
from bot.services import theming
from bot.services.noticing import REPORT
from bot.weighing import Weighed, weighed
from bot.worktable import SETTLED, Forms, Worktable
from dialogues.form import SourceType
from reports import audit, change, measures, scope
from reports.agreement import RELIABLE
from reports.audit import (
    Assembled,
    AuditReport,
    Before,
    Claim,
    Later,
    Material,
    Measured,
    Proposal,
    Reaudited,
    Settled,
    Unsupported,
    Used,
)
from reports.audit.blocks import Document, in_words
from reports.audit.material import FINDINGS, PLAN
from reports.audit.model import About, Challenged, Given, Kind, Notified, Person, Shared, Source, Surety
from reports.audit.paper import Imprint, imprint
from reports.audit.printing import pdf
from reports.audit.rendering import html
from reports.audit.views import View, document
from reports.audit.workbook import xlsx
from reports.codebook import theme as theme_of
from reports.embedding import Because, Outcome
from reports.findings import Finding, Opinion, opinion
from reports.hours import local_day
from reports.measures import Chart
from reports.plan import Challenge, LearningShare, Notification, dated
from reports.quotes import Said
from reports.rendering import clipped
from storage.cases import Case
from storage.casework import CHALLENGE, LEARNING, NOTIFICATION, OPINION, REVIEW
from storage.coding import Origin
from storage.errors import AuditOpenError, NotPublishedError
from storage.journal import LEAD as AS_LEAD
from storage.journal import (
    ActionMade,
    ActionMoved,
    ActionRevised,
    EntryMade,
    FindingMade,
    FindingRevised,
    ReauditSettled,
    ReportPublished,
)
from storage.journal import Entry as Told
from storage.plan import Entry, Publication
from storage.slips import AUDITOR, BOARD, DEPUTY, LEAD, OWNER
from storage.unit_of_work import Storage, UnitOfWork

READERS: Mapping[str, frozenset[View]] = {
    LEAD: frozenset(View),
    AUDITOR: frozenset(View),
    DEPUTY: frozenset(View),
    BOARD: frozenset(View),
    OWNER: frozenset({View.STAFF, View.BOARD}),
}
"""Which published views each role may read: an owner those that say what is asked of them and of others."""
_ROLES = {
    LEAD: "Safeguarding lead",
    AUDITOR: "Auditor",
    DEPUTY: "Deputy",
    BOARD: "Board member",
    OWNER: "Action owner",
}
_QUOTED = "Words that somebody wrote without a name, quoted as they and two people of the audit agreed"
_RECORDS = {SourceType.PROCESSES: Kind.RECORD, SourceType.OBSERVATION: Kind.OBSERVATION}


class Format(StrEnum):
    """The files in which a report can be had."""

    HTML = "html"
    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    JSON = "json"


Write = Callable[[Document, Imprint], bytes]  # what a reader is shown, and which report it is


def _as_html(shown: Document, _: Imprint) -> bytes:
    return html(shown).encode()


def _as_json(shown: Document, _: Imprint) -> bytes:
    """The document, so that nobody finds more in it than on the page."""
    return msgspec.json.encode(in_words(shown), order="deterministic")


def _as_docx(shown: Document, stamp: Imprint, template: bytes | None = None) -> bytes:
    from reports.audit.word import docx  # noqa: PLC0415 - takes a fifth of a second, which no command should wait for

    return docx(shown, stamp, template)


WRITTEN: Mapping[Format, Write] = {
    Format.HTML: _as_html,
    Format.PDF: pdf,
    Format.DOCX: _as_docx,
    Format.XLSX: xlsx,
    Format.JSON: _as_json,
}
"""How each format is written. One that is added here can be had on the command line and on the pages."""


def written(
    report: AuditReport, view: View, wanted: Format, *, draft: bool = False, template: bytes | None = None
) -> bytes:
    """The report as a file for this reader; as a Word file also in a template of one's own that lacks nothing."""
    shown, stamp = document(report, view, draft=draft), imprint(report)
    return _as_docx(shown, stamp, template) if template else WRITTEN[wanted](shown, stamp)


def found(storage: Storage, name: str, clock: Clock) -> Assembled:
    """The report as it would be published now, or the claims that nothing supports. Raises UnknownAuditError."""
    themes = theming.found(storage, name)
    with storage.reading() as work:
        return audit.assemble(_Gathered(work, name, themes, local_day(clock.now())).material())


def publish(
    storage: Storage, name: str, view: View, clock: Clock, actor: str = AS_LEAD
) -> Publication | Unsupported:
    """Freeze the report for this reader, and tell those who may read it; the last edition where nothing changed.

    Raises UnknownAuditError.
    """
    report, today = found(storage, name, clock), local_day(clock.now())
    if isinstance(report, Unsupported):
        return report
    if view is View.STAFF:
        report = _without_quotes(report)
    with storage.writing() as work:
        work.casework.hold(name)
        work.casework.hold_row(name)  # nobody takes words back meanwhile
        if _quoted_in(report) <= {each.id for each in work.quotes.of(name)}:
            return _publish(work, name, view, report, today, actor)
    return publish(storage, name, view, clock, actor)  # somebody took words back at this very moment


def _publish(
    work: UnitOfWork, name: str, view: View, report: AuditReport, today: date, actor: str
) -> Publication:
    last = _last(work, name, view)
    if last is not None and _says_the_same(audit.decode(last.content), report):
        return last
    edition = last.edition + 1 if last else 1
    made = work.publications.publish(name, view.value, edition, today, audit.encode(report))
    for each in _quoted_in(report):
        work.quotes.note_published(each)
    entry = ReportPublished(f"{view.value}.{edition}", made.digest)
    work.journal.append(entry, day=today, actor=actor, audit=name)
    _tell(work, made, view)
    return made


def _without_quotes(report: AuditReport) -> AuditReport:
    """The report for those who are shown nobody's words: what none of them reads is not frozen for them."""
    return replace(report, findings=tuple(replace(each, quoted=()) for each in report.findings))


def _quoted_in(report: AuditReport) -> set[bytes]:
    """The words of people without a name that the report has, by id."""
    labels = {label for found in report.findings for claim in found.quoted for label in claim.evidence}
    references = (each.reference.partition(".") for each in report.index if each.label in labels)
    return {bytes.fromhex(id_) for kind, _, id_ in references if kind == quoting.QUOTE}


def published(storage: Storage, name: str, roles: Collection[str]) -> tuple[Publication, ...]:
    """What people with these roles may read, the newest edition first. Raises UnknownAuditError."""
    with storage.reading() as work:
        work.casework.audit(name)
        every = work.publications.of(name)
    return tuple(
        sorted((each for each in every if may_read(roles, each.view)), key=lambda each: -each.edition)
    )


def publication(storage: Storage, name: str, view: str, edition: str) -> tuple[Publication, AuditReport]:
    """One edition, and the report that was frozen in it. Raises NotPublishedError."""
    with storage.reading() as work:
        for each in work.publications.of(name):
            if (each.view, str(each.edition)) == (view, edition):
                return each, audit.decode(each.content)
    raise NotPublishedError(name)


def may_read(roles: Collection[str], view: str) -> bool:
    """Whether this view was made for somebody with one of these roles."""
    return any(view in READERS.get(role, ()) for role in roles)


def _last(work: UnitOfWork, name: str, view: View) -> Publication | None:
    editions = [each for each in work.publications.of(name) if each.view == view]
    return max(editions, key=lambda each: each.edition, default=None)


def _says_the_same(before: AuditReport, now: AuditReport) -> bool:
    """Whether nothing but the day is new."""
    return replace(now, about=replace(now.about, as_of=before.about.as_of)) == before


def _tell(work: UnitOfWork, made: Publication, view: View) -> None:
    """Note that board members and owners are to be told of this edition, once."""
    subject = bytes.fromhex(made.digest)[:16]
    for role in (BOARD, OWNER):
        for person in work.people.to_tell(made.audit, role) if view in READERS[role] else ():
            work.notices.add_once(person, made.audit, REPORT, subject, f"{view.value}.{made.edition}")


def _surety(each: Weighed) -> Surety:
    """How sure we are of a finding: as judged, as computed, and what took from it."""
    reasons = tuple(reason.told for reason in each.computed.reasons)
    return Surety(each.strength, reasons, each.computed.strength, each.finding.judged_because)


class _Gathered:
    """What is stored of one audit, as the report is made of it."""

    def __init__(self, work: UnitOfWork, name: str, themes: theming.Themes, today: date) -> None:
        self._work = work
        self._themes = themes
        self._today = today
        self._forms = Forms(work)
        self._audit = work.casework.audit(name)
        self._cases = covering.evidence(work, name, self._forms)
        self._voice = wording.voice(wording.SOURCE)
        self._reports = covering.reports(self._work, name)
        self._quotes = quoting.agreed(self._work, name)

    def material(self) -> Material:
        """All of it."""
        findings = tuple(map(self._without_what_is_gone, self._work.findings.of(self._audit.id)))
        actions = self._work.actions.of(self._audit.id)
        wanted = {each for finding in findings for each in (*finding.supporting, *finding.contradicting)}
        return Material(
            about=self._about(),
            findings=tuple(map(_in_words, findings)),
            actions=actions,
            surety={each.finding.id: _surety(each) for each in weighed(self._work, self._audit.id)},
            people=dict(
                self._people({each for action in actions for each in (action.owner, action.sponsor)})
            ),
            evidence=dict(self._evidence(wanted)) | dict(self._entries()),
            quoted=dict(self._quoted(wanted)),
            used=tuple(self._used()),
            reports=tuple(self._reports.values()),
            results=self._themes.results,
            coverage=self._themes.coverage,
            measured=tuple(self._measured()),
            reaudited=tuple(self._reaudited()),
            before=self._before(),
            later=tuple(self._later()),
            shared=tuple(map(_shared, self._said(LEARNING))),
            notified=tuple(map(_notified, self._said(NOTIFICATION))),
            challenged=tuple(self._challenged()),
            opinion=self._opinion(),
            given=self._given(),
            book=self._themes.book,
            agreement=tuple(self._agreement()),
        )

    def _about(self) -> About:
        held, baseline = self._audit, self._audit.baseline
        return About(
            name=held.name,
            service=held.service,
            incident=held.incident,
            harm=tuple(label("new-audit", "harm_types", each) for each in held.harm_types.split()),
            scope=tuple(each.name.to("en") for each in scope.areas(held.scope)),
            period_from=held.period_from,
            period_to=held.period_to,
            opened_on=held.opened_on,
            closed_on=held.closed_on,
            baseline=self._work.casework.audit(baseline).name if baseline else "",
            synthetic=held.synthetic,
            as_of=self._today,
        )

    def _people(self, accounts: Collection[str]) -> Iterator[tuple[str, Person]]:
        roles = {person.account.hex(): person.role for person in self._work.people.all_of(self._audit.id)}
        for account in sorted(filter(None, accounts)):
            name = self._work.access.name(bytes.fromhex(account))
            yield account, Person(_ROLES.get(roles.get(account, ""), "Action owner"), name)

    def _without_what_is_gone(self, finding: Finding) -> Finding:
        """A quote that was taken back, or destroyed before it was published, leaves nothing behind."""
        supporting, contradicting = (
            tuple(each for each in side if not each.startswith(f"{quoting.QUOTE}.") or each in self._quotes)
            for side in (finding.supporting, finding.contradicting)
        )
        return replace(finding, supporting=supporting, contradicting=contradicting)

    # Evidence

    def _evidence(self, references: Collection[str]) -> Iterator[tuple[str, Source]]:
        """What findings refer to, where it is there. Of anonymous people's words those that they let be quoted."""
        cases = {each.id.hex(): each for each in self._cases}
        for reference in sorted(references):
            kind, _, id_ = reference.partition(".")
            source = None
            if kind == "case" and id_ in cases:
                source = self._case(cases[id_])
            elif kind == "excerpt":
                source = self._excerpt(id_, cases)
            elif kind == "item":
                source = self._item(*id_.split(".", 1))
            elif reference in self._quotes:
                source = Source(Kind.ANSWERS, _QUOTED)
            if source is not None:
                yield reference, source

    def _quoted(self, references: Collection[str]) -> Iterator[tuple[str, Said]]:
        """The words among what findings refer to that may be shown."""
        for reference in references:
            if kept := self._quotes.get(reference):
                yield reference, quoting.unnamed(kept)
            kind, _, id_ = reference.partition(".")
            excerpt = (
                self._work.excerpts.get(bytes.fromhex(id_)) if kind == "excerpt" and _is_id(id_) else None
            )
            found = quoting.said(self._work, excerpt) if excerpt is not None else None
            if isinstance(found, Said):
                yield reference, found

    def _case(self, case: Case) -> Source:
        form = self._forms.get(case.digest)
        kind = covering.kind(form)
        what = f"All that was handed in by “{clipped(form.title.to('en'))}”"
        return Source(_RECORDS.get(kind, Kind.INTERVIEW), what, kind.value)

    def _excerpt(self, id_: str, cases: Mapping[str, Case]) -> Source | None:
        excerpt = self._work.excerpts.get(bytes.fromhex(id_)) if _is_id(id_) else None
        if excerpt is None or excerpt.origin is not Origin.NAMED or excerpt.source.hex() not in cases:
            return None
        return self._case(cases[excerpt.source.hex()])

    def _item(self, form: str, path: str = "") -> Source | None:
        report = self._reports.get(form)
        for theme in report.themes if report else ():
            for each in theme.items:
                if each.path == path and each.figures:
                    what = f"“{clipped(each.label.to('en'))}”, as published"
                    return Source(Kind.ANSWERS, what, SourceType.STAFF.value)
        return None

    def _entries(self) -> Iterator[tuple[str, Source]]:
        whats = {
            LEARNING: "Learning that was shared",
            NOTIFICATION: "A notification",
            CHALLENGE: "A challenge",
        }
        for kind, what in whats.items():
            for each in self._said(kind):
                source = Source(Kind.ENTRY, f"{what}, noted on {dated(each.day)}")
                yield _reference(each), source

    def _said(self, kind: str) -> tuple[Entry, ...]:
        return self._work.entries.of(self._audit.id, (kind,))

    def _used(self) -> Iterator[Used]:
        for digest, count in sorted(Counter(each.digest for each in self._cases).items()):
            form, kind = self._forms.get(digest), covering.kind(self._forms.get(digest))
            looked_at = sum(_records(each) for each in self._cases if each.digest == digest)
            records = looked_at if kind is SourceType.PROCESSES else 0
            yield Used(form.title.to("en"), form.version, kind.value, count, records)

    # Change

    def _measured(self) -> Iterator[Measured]:
        for each in self._work.measures.of(self._audit.id):
            made = measures.chart(each.measure, each.points, each.rebases)
            if isinstance(made, Chart):
                yield Measured(each.id, made)

    def _reaudited(self) -> Iterator[Reaudited]:
        baseline = self._audit.baseline
        before = covering.reports(self._work, baseline) if baseline else {}
        for form, report in self._reports.items():
            if form in before:
                yield Reaudited(before[form].facts.name, form, change.compare(before[form], report))

    def _before(self) -> Before | None:
        """The baseline with its findings and plan, and what this re-audit proposes for each."""
        if not self._audit.baseline:
            return None
        held, found = self._work.casework.audit(self._audit.baseline), self._outcome(self._audit.id)
        return Before(
            name=held.name,
            findings=self._work.findings.of(held.id),
            actions=self._work.actions.of(held.id),
            verdict=changes.verdict(found, self._voice) if found else self._voice(changes.NOT_YET),
            proposed=dict(self._proposed(found)) if found else {},
            settled=tuple(self._settled(held.id, self._audit.id)),
        )

    def _later(self) -> Iterator[Later]:
        for each in self._work.casework.all():
            if each.baseline == self._audit.id:
                found = self._outcome(each.id)
                verdict = changes.verdict(found, self._voice) if found else ""
                yield Later(each.id, each.name, verdict, tuple(self._settled(self._audit.id, each.id)))

    def _outcome(self, reaudit: str) -> Outcome | None:
        """What a re-audit shows of its baseline, once both are closed."""
        try:
            return revisiting.outcome(self._work, reaudit)
        except AuditOpenError:
            return None

    def _proposed(self, found: Outcome) -> Iterator[tuple[str, Proposal]]:
        for each in found.findings:
            yield each.finding.name, Proposal(changes.standing(each, self._voice), each.is_new)
        for lasting in found.actions:
            told = changes.lasting(lasting, self._voice)
            yield lasting.action.name, Proposal(told, revisiting.is_new(lasting))

    def _settled(self, baseline: str, reaudit: str) -> Iterator[Settled]:
        """What was settled for the baseline, in order, because of this re-audit."""
        for each in self._work.entries.of(baseline, (REVIEW,)):
            if each.said.get("reaudit") == reaudit:
                yield Settled(
                    each.subject,
                    str(each.said.get("stands", "")),
                    changes.reason(each.said, self._voice),
                    each.day,
                    by_number=each.said.get("because") == Because.NUMBER_SHIFTED,
                )

    # What was judged and said

    def _opinion(self) -> Opinion | None:
        """The last one that was given."""
        said = self._said(OPINION)
        return opinion(said[-1].said) if said else None

    def _given(self) -> Given | None:
        """When the last opinion was given, and whether findings or the plan changed since: the journal knows."""
        said = self._said(OPINION)
        if not said:
            return None
        changed: dict[str, date] | None = None  # nothing is known before the opinion itself is told
        for entry in self._work.journal.entries():
            if (
                entry.audit == self._audit.id
                and isinstance(entry.what, EntryMade)
                and entry.what.kind == OPINION
            ):
                changed = {}
            elif changed is not None:
                changed |= dict.fromkeys(_changed(entry, self._audit.id), date.fromisoformat(entry.day))
        return Given(said[-1].day, tuple(sorted(changed or ())), max((changed or {}).values(), default=None))

    def _challenged(self) -> Iterator[Challenged]:
        """The questions, each with what was answered to it."""
        told = [(each, Challenge.from_response(each.said)) for each in self._said(CHALLENGE)]
        for entry, asked in told:
            if asked.about:
                continue
            for _, later in told:
                asked = asked.answered(later) if later.about == entry.id.hex() else asked  # noqa: PLW2901
            yield Challenged(
                day=entry.day,
                by=asked.by,
                question=Claim(asked.question, (_reference(entry),)),
                response=asked.response,
                outcome=asked.outcome.value,
                came_of_it=asked.came_of_it,
            )

    def _agreement(self) -> Iterator[str]:
        found = Worktable(self._work, self._audit.id, SETTLED).agreement().comparison
        if not found.n:
            yield "Nobody has coded a second time without seeing what the first decided, so agreement is not known."
            return
        yield f"{found.n} excerpts were coded by two people apart from each other."
        for each in found.themes:
            if isinstance(each.alpha, float):
                low = ", too low to rely on" if each.alpha < RELIABLE else ""
                yield f"{theme_of(each.theme).name.to('en')}: Krippendorff’s α {each.alpha:.2f}{low}."


def _in_words(finding: Finding) -> Finding:
    """The finding with what its factors are called for their codes."""
    return replace(finding, factors=tuple(label("finding", "factors", each) for each in finding.factors))


def _reference(entry: Entry) -> str:
    return f"entry.{entry.id.hex()}"


def _shared(entry: Entry) -> Shared:
    told = LearningShare.from_response(entry.said)
    return Shared(
        claim=Claim(told.what, (_reference(entry),)),
        channel=label("learning-share", "channels", told.channel),
        audience=tuple(label("learning-share", "audiences", each) for each in told.audience),
        day=told.day or entry.day,
        reach=told.reach,
        services_checked=told.services_checked,
        found_there=told.found_there,
    )


def _notified(entry: Entry) -> Notified:
    told = Notification.from_response(entry.said)
    who = label("notification", "who", told.who)
    text = f"{who[:1].upper()}{who[1:]}" + (f": {told.what}" if told.what else "")
    return Notified(
        who=who,
        claim=Claim(text, (_reference(entry),)),
        how=label("notification", "how", told.how),
        known_on=told.known_on,
        told_on=told.told_on,
        told_at=told.told_at,
        days=told.days_after,
    )


def _records(case: Case) -> int:
    """How many records were looked at in a check: as many as its repeats have instances."""
    return sum(number for path, number in case.interview.counts.items() if "[" not in path)


def _changed(entry: Told, audit: str) -> tuple[str, ...]:
    """What of an audit an entry of the journal tells to have changed: findings, the plan."""
    match entry.what:
        case FindingMade() | FindingRevised() if entry.audit == audit:
            return (FINDINGS,)
        case ActionMade() | ActionRevised() | ActionMoved() if entry.audit == audit:
            return (PLAN,)
        case ReauditSettled(baseline=baseline) if baseline == audit:
            return FINDINGS, PLAN
        case _:
            return ()


def _is_id(text: str) -> bool:
    try:
        return bool(bytes.fromhex(text))
    except ValueError:
        return False
