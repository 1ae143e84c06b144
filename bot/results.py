"""What an audit shows about each theme, from what was said, coded and published, within one transaction.

Pages, files and chat make it in the same way. What named people said is counted anew each time; of anonymous ones only
what was published is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot import covering, quoting, wording
from bot.cases import participant
from bot.worktable import SETTLED, Forms, counted, decided
from dialogues import engine
from dialogues.form import Form
from dialogues.wordless import Wordless
from reports import themes
from reports.assembly import decode
from reports.codebook import Codebook, Standing
from reports.coding import Coded, theme_of
from reports.exchange import material as exchange
from reports.exchange.material import Heard, Project
from reports.scope import Covered
from reports.themes import Material, Matrix, Passage, Pool, Released, Results, Source
from storage.cases import Case
from storage.casework import RESPONSE, Status
from storage.coding import Excerpt, Origin
from storage.errors import AuditOpenError
from storage.unit_of_work import UnitOfWork


class Themes(Wordless, frozen=True):
    """The results of an audit, the framework matrix, and what there is to say it with.

    `published`: whether what anonymous people said is among it, which may be once the audit is `closed`.
    `labels`: by source what it is called, a participant or a form; `questions` and `roles`: what those of named
    evidence are called, by path and code; `excerpts`: by id the words of named ones.
    """

    results: Results
    matrix: Matrix
    coverage: tuple[Covered, ...]
    published: bool
    closed: bool
    book: Codebook
    labels: dict[bytes, str]
    questions: dict[str, str]
    roles: dict[str, str]
    excerpts: dict[bytes, str]


def found(work: UnitOfWork, name: str, language: str = wording.SOURCE) -> Themes:
    """What the audit shows about each theme: of named evidence at any time, of anonymous people what was published.

    Raises UnknownAuditError.
    """
    evidence = Evidence(work, name)
    made = evidence.material()
    named = {each.id: each.text for each in evidence.excerpts if each.origin is Origin.NAMED}
    released = covering.released(work, name)
    return Themes(
        results=themes.results(made, released or Released()),
        matrix=themes.matrix(made),
        coverage=covering.coverage(work, evidence.audit),
        published=released is not None,
        closed=evidence.audit.status is Status.CLOSED,
        book=evidence.book,
        labels=evidence.labels(language),
        questions=evidence.questions(language),
        roles=evidence.roles(language),
        excerpts=named,
    )


class Evidence:
    """All that was said in an audit, and what was decided about it."""

    def __init__(self, work: UnitOfWork, name: str) -> None:
        self._work = work
        self._name = name
        self._forms = Forms(work)
        self.audit = work.casework.audit(name)
        self.book = work.codebooks.present()
        self.excerpts = work.excerpts.of(name)
        self._cases = covering.evidence(work, name, self._forms)
        self._decided = decided(work, name)

    def material(self) -> Material:
        """What results are made of: named sources alone."""
        return Material(
            sources=tuple(map(self._named, self._cases)),
            passages=tuple(self._passages(Origin.NAMED)),
            ratings=tuple(
                rating
                for case in self._cases
                for rating in themes.ratings(case.id, self._form(case), answers(self._form(case), case))
            ),
        )

    def unnamed(self) -> Material:
        """What the release is made of: anonymous people alone. Raises AuditOpenError where a report is missing."""
        return Material(
            sources=tuple(self._unnamed()),
            passages=tuple(self._passages(Origin.ANONYMOUS)),
            pools=tuple(self._pools()),
            k=self.audit.k,
        )

    def labels(self, language: str) -> dict[bytes, str]:
        """What each case is called."""
        return {
            each.id: participant(self._form(each), each.interview) or self._form(each).title.to(language)
            for each in self._cases
        }

    def questions(self, language: str) -> dict[str, str]:
        """What each question of the evidence is called, by path."""
        return {
            path: question.label.to(language)
            for form in map(self._form, self._cases)
            for path, question in form.questions.items()
        }

    def roles(self, language: str) -> dict[str, str]:
        """What each role is called, by code."""
        return {
            choice.name: choice.label.to(language)
            for form in map(self._form, self._cases)
            for question in form.questions.values()
            if form.breakdown and question.name == form.breakdown
            for choice in form.choices.get(question.choices, ())
        }

    def project(self, results: Results) -> Project:
        """What leaves: nothing of those who answered without a name but what results say of all of them together."""
        coders = {coder for by in self._decided.values() for coder in by} - {SETTLED}
        called = {coder: f"Auditor {number}" for number, coder in enumerate(sorted(coders), 1)}
        return Project(
            name=self.audit.name,
            entries=exchange.entries_of(self.book),
            heard=tuple(map(self._heard, self._cases)),
            excerpts=tuple(
                self._leaving(each, called | {SETTLED: "Settled"})
                for each in self.excerpts
                if each.origin is Origin.NAMED
            ),
            results=results,
            synthetic=self.audit.synthetic,
        )

    def _form(self, case: Case) -> Form:
        return self._forms.get(case.digest)

    def _named(self, case: Case) -> Source:
        form = self._form(case)
        return Source(case.id, case.digest, covering.kind(form), _role(form, case))

    def _unnamed(self) -> Iterator[Source]:
        """Each answer that was cut into excerpts: nobody knows which are of one person."""
        answers = {each.source: each for each in self.excerpts if each.origin is Origin.ANONYMOUS}
        for source, each in answers.items():
            kind = covering.kind(self._forms.get(each.form))
            yield Source(source, each.form, kind, named=False, question=each.question)

    def _passages(self, origin: Origin) -> Iterator[Passage]:
        for each in self.excerpts:
            codes = counted(self._decided[each.id]) if each.origin is origin else ()
            if codes:
                yield Passage(each.id, each.source, tuple(_today(coded, self.book) for coded in codes))

    def _pools(self) -> Iterator[Pool]:
        """The anonymous answers to each form; those that were destroyed are in its report alone."""
        offers = self._work.casework.offers({self._name}).get(self._name, {}).values()
        for offer in (each for each in offers if each.records == RESPONSE):
            content = self._work.casework.release(self._name, offer.form)
            if content is None:
                raise AuditOpenError(self._name)
            form = self._forms.get(offer.digest)
            yield Pool(form, self._work.answers.tally(self._name, form), decode(content))

    def _heard(self, case: Case) -> Heard:
        form = self._form(case)
        spoke = quoting.speaker(form, case.interview)
        return Heard(
            id=case.id.hex(),
            label=participant(form, case.interview) or form.title.to(case.interview.language),
            form=form,
            answers=answers(form, case),
            role=_role(form, case),
            source_type=form.source_type,
            language=case.interview.language,
            lists=case.interview.lists,
            quote_as=(spoke.wish if spoke else "") or exchange.NOT_SAID,
        )

    def _leaving(self, each: Excerpt, called: Mapping[bytes, str]) -> exchange.Excerpt:
        return exchange.Excerpt(
            id=each.id.hex(),
            source=each.source.hex(),
            question=each.question,
            text=each.text,
            place=each.place,
            instance=exchange.instances(each.instance),
            decisions=tuple(
                (called[coder], decision) for coder, decision in sorted(self._decided[each.id].items())
            ),
        )


def _today(coded: Coded, book: Codebook) -> Coded:
    """The code as it is called today; one that was divided or retired counts for its theme."""
    now = book.now(coded.code)
    code = theme_of(now.code) if now.standing is Standing.LOOK_AGAIN else now.code
    return Coded(code, coded.direction)


def answers(form: Form, case: Case) -> dict[str, str]:
    """What was answered and is relevant, by path."""
    return {item.question: item.value for item in engine.history(form, case.interview) if item.value}


def _role(form: Form, case: Case) -> str:
    return case.interview.answers.get(form.breakdown, "") if form.breakdown else ""
