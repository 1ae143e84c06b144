"""What can be chosen in the forms by which findings and the plan are made: taken from what the audit holds now.

A form names the lists that it asks from (`findings`, `evidence` …). They are made when a case is begun, and stay with
it: what is handed in is checked again against what there is then. Of anonymous people only what was published is in
one, and the names of quotes (R8): never a word.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from itertools import chain, islice

from msgspec import Struct

from bot import cases, covering, quoting, wording
from bot.worktable import Forms, counted, decided
from dialogues import library
from dialogues.form import Choice, Form, Text
from reports import frameworks, measures
from reports.coding import theme_of
from reports.plan import Action, Challenge, Outcome, dated, fingerprint, possible
from storage.cases import Case
from storage.casework import CHALLENGE, EXCEPTION, PROGRESS, REVIEW, VERIFICATION, Offer, Status
from storage.coding import Excerpt, Origin
from storage.people import Person
from storage.plan import Entry
from storage.slips import LEAD
from storage.unit_of_work import UnitOfWork

MOST_EXCERPTS = 60  # that are offered as evidence one by one
_LONGEST = 80  # characters of a label that are somebody's words
_TRIGGERS = {  # by what a form records, what must be possible with the actions that it offers
    PROGRESS: ("agree", "tell"),
    VERIFICATION: ("verify",),
    EXCEPTION: ("exempt",),
    REVIEW: ("keep", "embed", "close", "reopen", "reject"),
}


def lists(work: UnitOfWork, offer: Offer, account: bytes, form: Form) -> dict[str, tuple[Choice, ...]]:
    """The choices of each list that the form names, as far as we know it."""
    made = _Lists(work, offer, account)
    known = {
        "findings": made.findings,
        "actions": made.actions,
        "milestones": made.milestones,
        "evidence": made.evidence,
        "people": made.people,
        "measures": made.measures,
        "framework": framework,
        "challenges": made.challenges,
        "audits": made.audits,
    }
    return {name: tuple(known[name]()) for name in form.external if name in known}


def framework() -> Iterator[Choice]:
    """The items of every framework: `cqc:safe.staffing`."""
    for each in frameworks.all_of_them().values():
        for item in each.items:
            short = each.code.replace("_", " ").upper()
            yield _choice(f"{each.code}:{item.code}", f"{short}: {item.name}", framework=each.code)


def references(work: UnitOfWork, audit: str) -> frozenset[str]:
    """Everything that a finding of the audit can rest on, also what is too much to be offered one by one."""
    said = (f"excerpt.{each.id.hex()}" for each in work.excerpts.of(audit) if each.origin is Origin.NAMED)
    return frozenset({*evidence(work, audit), *said})


def evidence(work: UnitOfWork, audit: str) -> dict[str, str]:
    """How each thing that a finding of the audit can rest on is called, by its reference; excerpts in full are not."""
    offer = next(iter(work.casework.offers({audit}).get(audit, {}).values()), None)
    offered = _Lists(work, offer, b"").evidence() if offer is not None else ()
    return {each.name: each.label.to(wording.SOURCE) for each in offered}


def called(work: UnitOfWork, person: Person) -> str:
    """How somebody with a role is called: what they said, or their role and how `candour people list` names them."""
    return work.access.name(person.account) or f"{person.role} {person.id.hex()[:8]}"


def people(work: UnitOfWork, audit: str) -> dict[str, str]:
    """How everybody with a role in the audit is called, by account (hexadecimal)."""
    return {each.account.hex(): called(work, each) for each in work.people.all_of(audit)}


def label(form: str, name: str, code: str) -> str:
    """What a choice in a list of a shipped form is called; what is in no such list, without its underscores."""
    offered = {
        each.name: each.label.to(wording.SOURCE) for each in library.shipped(form).choices.get(name, ())
    }
    return offered.get(code) or code.replace("_", " ")


class Asked(Struct, frozen=True):
    """A question of the board, with what was said of it since."""

    id: bytes
    day: date
    challenge: Challenge


def asked(said: Collection[Entry]) -> tuple[Asked, ...]:
    """The questions among what was said, each with the answers to it."""
    found: dict[str, Asked] = {}
    for each in sorted(said, key=lambda entry: (bool(entry.subject), entry.day)):
        told = Challenge.from_response(each.said)
        if not each.subject:
            found[each.id.hex()] = Asked(each.id, each.day, told)
        elif before := found.get(each.subject):
            found[each.subject] = Asked(before.id, before.day, before.challenge.answered(told))
    return tuple(found.values())


class _Lists(Struct, frozen=True):
    """What one account can choose from in one audit."""

    work: UnitOfWork
    offer: Offer
    account: bytes

    @property
    def audit(self) -> str:
        """Its name."""
        return self.offer.audit

    def findings(self) -> Iterator[Choice]:
        """Every finding."""
        for each in self.work.findings.of(self.audit):
            yield _choice(each.id, f"{each.name} · {each.title}", nature=each.nature, standing=each.standing)

    def actions(self) -> Iterator[Choice]:
        """The actions with which this form can do something; of progress their own, of verification not."""
        for each in self._actions():
            findings, label = " ".join(each.findings), f"{each.name} · {each.title}"
            yield _choice(each.id, label, state=each.state, findings=findings, terms=fingerprint(each))

    def milestones(self) -> Iterator[Choice]:
        """The steps of these actions that were not reached yet, by their ids."""
        for each in self._actions():
            for step in each.milestones:
                if not step.done:
                    label = f"{step.what}, {dated(step.due)}"
                    yield _choice(f"{each.id}.{step.id}", label, action=each.id)

    def _actions(self) -> Iterator[Action]:
        return filter(self._is_for, self.work.actions.of(self.audit))

    def _is_for(self, action: Action) -> bool:
        wanted = _TRIGGERS.get(self.offer.records, ())
        if wanted and not set(wanted) & set(possible(action.state)):
            return False
        owned = action.owner == self.account.hex()
        return {PROGRESS: owned, VERIFICATION: not owned}.get(self.offer.records, True)

    def people(self) -> Iterator[Choice]:
        """Everybody who can be asked to do something, once."""
        found = {
            each.account: each for each in self.work.people.all_of(self.audit) if each.role in cases.MAY_OWN
        }
        named = [(called(self.work, each), each) for each in found.values()]
        for name, each in sorted(named, key=lambda pair: (pair[0], pair[1].account)):
            yield _choice(each.account.hex(), name, role=each.role)

    def measures(self) -> Iterator[Choice]:
        """Every number that is followed."""
        for each in self.work.measures.of(self.audit):
            yield _choice(each.id, each.measure.indicator)

    def audits(self) -> Iterator[Choice]:
        """The closed audits that they lead, which can be looked at again."""
        led = {audit for audit, role in self.work.people.roles(self.account) if role == LEAD}
        for each in self.work.casework.all():
            if each.id in led and each.status is Status.CLOSED:
                yield _choice(each.id, each.name)

    def challenges(self) -> Iterator[Choice]:
        """The questions of the board that nothing came of yet, for whoever can answer them."""
        if not cases.may_ask(self.work, self.account, self.audit):
            return
        for each in asked(self.work.entries.of(self.audit, (CHALLENGE,))):
            if each.challenge.outcome is Outcome.OPEN:
                yield _choice(each.id.hex(), _cut(each.challenge.question))

    def evidence(self) -> Iterator[Choice]:
        """All that a finding can rest on."""
        return chain(self._sources(), self._quotes(), self._figures(), self._items(), self._followed())

    def _quotes(self) -> Iterator[Choice]:
        """Words of people without a name that may be quoted; the words are on pages, never in a chat."""
        for reference, kept in quoting.agreed(self.work, self.audit).items():
            label = f"{kept.name} · {quoting.UNNAMED}, on “{_cut(kept.about)}”"
            yield _choice(reference, label, group="Words that may be quoted")

    def _sources(self) -> Iterator[Choice]:
        """What was handed in by name, then the excerpts that were coded: of many, those of the newest sources."""
        forms = Forms(self.work)
        found = sorted(covering.evidence(self.work, self.audit, forms), key=_newest_first)
        coded = self._coded()
        labels = {each.id: _source(each, forms.get(each.digest)) for each in found}
        for case in found:
            said_of = {code for _, codes in coded.get(case.id, ()) for code in codes}
            title, themes = forms.get(case.digest).title.to(wording.SOURCE), " ".join(sorted(said_of))
            yield _choice(f"case.{case.id.hex()}", labels[case.id], group=title, themes=themes)
        speakers = {each.id: quoting.speaker(forms.get(each.digest), each.interview) for each in found}
        said = ((case, *each) for case in found for each in coded.get(case.id, ()))
        for case, excerpt, codes in islice(said, MOST_EXCERPTS):
            may = quoting.told(excerpt.text, speakers[case.id])
            label = " · ".join(filter(None, (f"“{_cut(excerpt.text)}”", labels[case.id], may)))
            themes = " ".join(sorted(codes))
            yield _choice(
                f"excerpt.{excerpt.id.hex()}", label, group="Words of people we spoke to", themes=themes
            )

    def _coded(self) -> dict[bytes, list[tuple[Excerpt, frozenset[str]]]]:
        """By source, the excerpts of named people that a code counts for, and their themes."""
        by_excerpt = decided(self.work, self.audit)
        found: dict[bytes, list[tuple[Excerpt, frozenset[str]]]] = {}
        for each in self.work.excerpts.of(self.audit):
            codes = counted(by_excerpt[each.id]) if each.origin is Origin.NAMED else ()
            if codes:
                themes = frozenset(theme_of(coded.code) for coded in codes)
                found.setdefault(each.source, []).append((each, themes))
        return found

    def _figures(self) -> Iterator[Choice]:
        """What was published of anonymous people on each theme."""
        released = covering.released(self.work, self.audit)
        forms = Forms(self.work)
        for theme, unnamed in (released.themes if released else {}).items():
            name = self._theme(theme)
            for each in (each for each in unnamed if each.spoke or each.figures):
                form = forms.get(each.form)
                title = form.title.to(wording.SOURCE)
                yield _choice(
                    f"theme.{form.id}.{theme}", f"{title} · {name}", group="Published figures", themes=theme
                )

    def _theme(self, code: str) -> str:
        found = self.work.codebooks.present().get(code)
        return found.name.to(wording.SOURCE) if found else code

    def _items(self) -> Iterator[Choice]:
        """The questions of which figures were published."""
        for report in covering.reports(self.work, self.audit).values():
            for theme in report.themes:
                for item in theme.items:
                    if item.figures is not None:
                        label = f"{report.title.to(wording.SOURCE)} · {item.label.to(wording.SOURCE)}"
                        name, code = f"item.{report.form}.{item.path}", theme.theme.code
                        yield _choice(name, label, group="Published figures", themes=code)

    def _followed(self) -> Iterator[Choice]:
        for each in self.work.measures.of(self.audit):
            if isinstance(measures.chart(each.measure, each.points, each.rebases), measures.Chart):
                name = f"measure.{each.id}"
                yield _choice(name, each.measure.indicator, group="Numbers that are followed")


def _source(case: Case, form: Form) -> str:
    """`Interview · night care assistant · 4 May 2026`."""
    day = dated(case.handed_in_on) if case.handed_in_on else ""
    said = (form.title.to(wording.SOURCE), cases.participant(form, case.interview), day)
    return " · ".join(filter(None, said))


def _newest_first(case: Case) -> tuple[int, bytes]:
    return -(case.handed_in_on.toordinal() if case.handed_in_on else 0), case.id


def _cut(words: str) -> str:
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"


def _choice(name: str, label: str, **columns: str) -> Choice:
    return Choice(name, Text({wording.SOURCE: label}), columns=columns)
