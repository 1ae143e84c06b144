"""What is evidence in an audit, and how much of its scope that covers: one rule for the chat and every page.

Of anonymous people only what was published counts, and only as yes or not yet: see `bot.services.theming.publish`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bot.cases import question
from bot.worktable import Forms, counted, decided
from dialogues import engine
from dialogues.form import Form, SourceType
from dialogues.interview import Interview
from reports import assembly, disclosure, scope, themes
from reports.assembly import Report
from reports.disclosure import Band
from reports.scope import Covered, Heard
from reports.themes import Released
from storage.cases import Case, CaseStatus
from storage.casework import EVIDENCE, RESPONSE, Audit, Status
from storage.unit_of_work import UnitOfWork

THEMES = "themes"  # the form that the release of themes stands under, beside those of forms


def evidence(work: UnitOfWork, audit: str, forms: Forms) -> list[Case]:
    """The interviews, record checks and observations that were handed in. What opened an audit is none."""
    return [
        each
        for each in work.cases.of(audit)
        if each.status is CaseStatus.HANDED_IN and forms.get(each.digest).records == EVIDENCE
    ]


def kind(form: Form) -> SourceType:
    """What kind of evidence is taken down by a form: what staff say, unless it says otherwise."""
    return SourceType(form.source_type) if form.source_type else SourceType.STAFF


def released(work: UnitOfWork, audit: str) -> Released | None:
    """What was published of anonymous people on themes, if it was."""
    content = work.casework.release(audit, THEMES)
    return None if content is None else themes.decode(content)


def reports(work: UnitOfWork, audit: str) -> dict[str, Report]:
    """What was published of the answers to each form of an audit, by form."""
    return {form: assembly.decode(each) for form, each in _releases(work, audit).items() if each is not None}


def is_over(work: UnitOfWork, audit: Audit) -> bool:
    """Whether an audit is closed, and what was answered to each of its forms published: closing is done with it."""
    released = _releases(work, audit.id).values()
    return audit.status is Status.CLOSED and all(each is not None for each in released)


def _releases(work: UnitOfWork, audit: str) -> dict[str, bytes | None]:
    """What was published of each form whose answers are counted, as it is kept; None where nothing is."""
    offers = work.casework.offers({audit}).get(audit, {}).values()
    asked = sorted(each.form for each in offers if each.records == RESPONSE)
    return {form: work.casework.release(audit, form) for form in asked}


def were_enough_heard(work: UnitOfWork, name: str) -> bool:
    """Whether as many as K people answered in a closed audit, as it was counted when it was closed."""
    audit = work.casework.audit(name)
    return bool(audit.closed_on and work.casework.counted(name, audit.closed_on))


def count(work: UnitOfWork, name: str, today: date) -> bool:
    """Whether enough were heard, from now until the next count: by ours, or by another of this day."""
    heard = work.answers.waiting(name) + work.answers.heard(name)
    work.casework.count(name, today, enough=disclosure.enough(heard, k=work.casework.audit(name).k))
    return bool(work.casework.counted(name, today))


def counted_today(work: UnitOfWork, name: str, today: date) -> bool:
    """Whether enough were heard by the count that holds today; it is made now where there is none."""
    enough = work.casework.counted(name, today)
    return count(work, name, today) if enough is None else enough


def banded(audit: Audit, *, enough: bool) -> Band:
    """How many were heard, as it may be said: fewer than K, or K and more."""
    return disclosure.counted(audit.k if enough else 0, k=audit.k)


def coverage(work: UnitOfWork, audit: Audit) -> tuple[Covered, ...]:
    """How much was heard of each area of the audit's scope, of what was handed in and what was published."""
    told = released(work, audit.id) or Released()
    published = {theme for theme, unnamed in told.themes.items() if themes.is_told(unnamed)}
    return scope.coverage(audit.scope, _heard(work, audit.id), published)


def _heard(work: UnitOfWork, audit: str) -> Iterator[Heard]:
    """A named source speaks to a theme when it answers a question about it, and where it is coded so."""
    forms = Forms(work)
    coded = _coded(work, audit)
    for case in evidence(work, audit, forms):
        form = forms.get(case.digest)
        asked = _themes(form, case.interview)
        yield Heard(case.id, kind(form), asked | coded.get(case.id, frozenset()))


def _coded(work: UnitOfWork, audit: str) -> dict[bytes, frozenset[str]]:
    """By source, the themes that count for what it said."""
    by_excerpt = decided(work, audit)
    found: dict[bytes, frozenset[str]] = {}
    for each in work.excerpts.of(audit):
        said = {scope.theme(coded.code) for coded in counted(by_excerpt[each.id])}
        found[each.source] = found.get(each.source, frozenset()) | said
    return found


def _themes(form: Form, interview: Interview) -> frozenset[str]:
    """The themes of the questions that were answered."""
    given = (item for item in engine.history(form, interview) if item.value)
    return frozenset(scope.theme(code) for item in given for code in question(form, item).theme.split())
