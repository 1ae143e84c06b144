"""A re-audit and its baseline, within one transaction: what changed, and what follows for findings and actions.

Both audits are closed first: of anonymous people only what both published is compared (R9). Findings, actions and
numbers are those of the baseline.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection

from bot import covering, following
from bot.following import Hand
from bot.results import answers
from bot.worktable import Forms
from dialogues.form import Question as Asked
from dialogues.responses import Response
from reports import embedding, themes
from reports.change import Compared
from reports.embedding import Because, Followed, Lasting, Outcome, Proposed, Question, Rated
from reports.findings import Standing
from reports.gaps import Positive
from reports.measures import Chart
from reports.plan import Action, Context, Embed, Proof, Proven, Refusal, Reopen, State, moved
from storage.casework import REVIEW, Audit, Status
from storage.errors import AuditOpenError, NoBaselineError
from storage.journal import ReauditSettled
from storage.plan import Entry
from storage.tables import ID_BYTES
from storage.unit_of_work import UnitOfWork

_LAPSED = "A re-audit shows that it did not hold."


def outcome(work: UnitOfWork, name: str) -> Outcome:
    """What a re-audit shows of its baseline. Raises UnknownAuditError, NoBaselineError, AuditOpenError."""
    later, baseline = both(work, name)
    compared, unnamed = _published(work, baseline.id, later.id)
    questions = (*unnamed, *embedding.named(_rated(work, baseline.id), _rated(work, later.id)))
    followed = (
        Followed(each.id, each.measure.indicator, made if isinstance(made, Chart) else None)
        for each in work.measures.of(baseline.id)
        for made in [following.charted(each)]
    )
    return embedding.outcome(
        compared,
        embedding.themes(questions),
        followed,
        work.findings.of(baseline.id),
        work.actions.of(baseline.id),
        since=baseline.closed_on or baseline.opened_on,
        reaudit=Proof(
            Proven.REAUDIT, baseline.id, later.opened_on
        ),  # who was asked before it was done proves nothing
    )


def both(work: UnitOfWork, name: str) -> tuple[Audit, Audit]:
    """A re-audit and its baseline, both closed. Raises UnknownAuditError, NoBaselineError, AuditOpenError."""
    later = work.casework.audit(name)
    if not later.baseline:
        raise NoBaselineError(name)
    baseline = work.casework.audit(later.baseline)
    for each in (later, baseline):
        if each.status is not Status.CLOSED:
            raise AuditOpenError(each.id)
    return later, baseline


def _published(
    work: UnitOfWork, baseline: str, later: str
) -> tuple[tuple[Compared, ...], tuple[Question, ...]]:
    """What was published on the same form of both; where a form has another name now, on any."""
    before, after = covering.reports(work, baseline).values(), covering.reports(work, later).values()
    same = [(then, now) for now in after for then in before if then.form == now.form]
    found = [embedding.unnamed(then, now) for then, now in same or [(b, a) for a in after for b in before]]
    return tuple(each for each, _ in found), tuple(one for _, questions in found for one in questions)


def _rated(work: UnitOfWork, audit: str) -> dict[str, Rated]:
    """The closed questions of interviews and records, by what makes them comparable."""
    forms = Forms(work)
    counts: dict[str, tuple[Asked, list[bool]]] = {}
    for case in covering.evidence(work, audit, forms):
        form = forms.get(case.digest)
        for each in themes.ratings(case.id, form, answers(form, case)):
            question = form.questions[each.item]
            key = question.equivalence or f"{form.digest}/{each.item}"
            counts.setdefault(key, (question, []))[1].append(each.positive)
    return {
        key: Rated(question.theme, question.label, Positive(sum(said), len(said)))
        for key, (question, said) in counts.items()
    }


# Settled


def settle(work: UnitOfWork, name: str, confirmed: Collection[str], hand: Hand) -> tuple[int, int, int]:
    """Do what the outcome proposes for these findings and actions (ids): closed, reopened, embedded.

    What the outcome does not propose any more is left alone. Returns how many findings were closed, how many findings
    and actions reopened, and how many actions are embedded. Raises as `outcome`.
    """
    _, baseline = both(work, name)
    work.casework.hold_row(baseline.id)
    found = outcome(work, name)
    stood = [each for each in found.findings if each.is_new and each.finding.id in confirmed]
    chosen = [each for each in found.actions if is_new(each) and each.action.id in confirmed]
    for proposed in stood:
        work.findings.stand(proposed.finding, proposed.standing, baseline.id)
        _note(work, baseline.id, name, proposed.finding.id, proposed.standing, proposed.because, hand)
    context = Context(
        audit=baseline.id,
        today=hand.today,
        by=hand.account.hex(),
        findings=work.findings.of(baseline.id),
        actions=work.actions.of(baseline.id),
    )
    done_with = [(each, action) for each in chosen if isinstance(action := _moved(each, context), Action)]
    for lasting, action in done_with:
        work.actions.keep(baseline.id, action)
        _note(work, baseline.id, name, action.id, action.state, lasting.because, hand)
    kept = [each for each, _ in done_with]
    done = _counts(stood, kept)
    if any(done):
        work.journal.append(ReauditSettled(baseline.id, *done), day=hand.today, actor=hand.actor, audit=name)
    return done


def is_new(each: Lasting) -> bool:
    """Whether an action would stand in another way than it does."""
    return each.lapsed or (each.proof is not None and each.action.state is State.VERIFIED)


def _moved(each: Lasting, context: Context) -> Action | Refusal:
    event = Reopen(_LAPSED) if each.lapsed else Embed(each.proof)
    return moved(each.action, event, context)


def _counts(stood: Collection[Proposed], moved: Collection[Lasting]) -> tuple[int, int, int]:
    closed = sum(each.standing is Standing.CLOSED for each in stood)
    lapsed = sum(each.lapsed for each in moved)
    return closed, len(stood) - closed + lapsed, len(moved) - lapsed


def _note(
    work: UnitOfWork, baseline: str, name: str, subject: str, stands: str, because: Because, hand: Hand
) -> None:
    said: Response = {"reaudit": name, "stands": str(stands), "because": str(because)}
    entry = Entry(
        id=secrets.token_bytes(ID_BYTES),
        audit=baseline,
        kind=REVIEW,
        subject=subject,
        account=hand.account,
        day=hand.today,
        said=said,
    )
    work.entries.add(entry)
