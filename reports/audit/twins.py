"""An audit and its re-audit, each in the report of the other: what is proposed or settled for findings and the plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from dialogues.wordless import Wordless
from reports.audit import planning
from reports.audit.material import BASELINE, Before, Later, Material, Proposal, Settled
from reports.audit.model import Claim, Plan, Planned, Revisited, Twin, changed
from reports.findings import Finding, Nature, Standing
from reports.plan import Action, Proven, State, dated
from reports.rendering import clipped

_STANDS = {Standing.OPEN: "open", Standing.CLOSED: "closed", Standing.REOPENED: "opened again"}
_UNKNOWN = "Not known yet."


def baseline(material: Material) -> Twin | None:
    """The baseline of a re-audit: the gravest concerns and late actions first, with what follows for each."""
    before = material.before
    if before is None:
        return None
    follows = _Follows(before.proposed, *_by_subject(before.settled))
    plan = _plan(material, before)
    planned = {each.name: each for each in plan.actions}
    concerns = sorted((each for each in before.findings if each.nature is Nature.CONCERN), key=_gravest_first)
    live = sorted(
        (each for each in before.actions if each.is_live),
        key=lambda each: (not planned[each.name].late, each.number),
    )
    return Twin(
        other=before.name,
        summary=tuple(_summary(before, concerns, plan)),
        findings=tuple(follows.for_finding(each) for each in concerns),
        actions=tuple(follows.for_action(each, planned[each.name]) for each in live),
        gaps=plan.gaps,
    )


def _plan(material: Material, before: Before) -> Plan:
    """The plan of the baseline, with the baseline as the evidence of all that is said of it."""
    names = {each.id: each.name for each in before.findings}
    theirs = planning.plan(replace(material, findings=before.findings, actions=before.actions), names)
    return changed(theirs, lambda claim: Claim(claim.text, (BASELINE,)))


def _gravest_first(finding: Finding) -> tuple[bool, int, int]:
    return finding.standing is Standing.CLOSED, -finding.impact * finding.likelihood, finding.number


class _Follows(Wordless, frozen=True):
    """What a re-audit proposes for the baseline, by name; what was settled, by the id of a finding or an action."""

    proposed: Mapping[str, Proposal]
    closed: Mapping[str, Settled]
    kept: Mapping[str, Settled]

    def for_finding(self, each: Finding) -> Revisited:
        """A concern with what follows for it."""
        settled = self.closed.get(each.id)
        return Revisited(
            each.name,
            Claim(each.title, (BASELINE,)),
            Claim(_stands(each), (BASELINE,)),
            self._said(each.name, settled),
            is_open=each.standing is not Standing.CLOSED,
            is_new=self._is_new(each.name, settled),
        )

    def for_action(self, each: Action, planned: Planned) -> Revisited:
        """An action with what follows for it."""
        settled = self.kept.get(each.id)
        return Revisited(
            each.name,
            Claim(each.title, (BASELINE,)),
            planned.standing,
            self._said(each.name, settled),
            is_open=each.is_open,
            due=each.due,
            late=planned.late,
            is_new=self._is_new(each.name, settled),
        )

    def _said(self, name: str, settled: Settled | None) -> Claim:
        return Claim(_settled(settled) if settled else _proposed(self.proposed.get(name)), (BASELINE,))

    def _is_new(self, name: str, settled: Settled | None) -> bool:
        proposed = self.proposed.get(name)
        return settled is not None or bool(proposed and proposed.is_new)


def _summary(before: Before, concerns: list[Finding], plan: Plan) -> Iterator[Claim]:
    still = sum(each.standing is not Standing.CLOSED for each in concerns)
    late = sum(each.late for each in plan.actions)
    live = sum(each.state is not State.REJECTED for each in plan.actions)
    are, late_are = ("is" if each == 1 else "are" for each in (still, late))
    told = (
        f"Of the {_count(len(concerns), 'concern')} of “{clipped(before.name)}”, {still} {are} still open. "
        f"Of its {_count(live, 'action')}, {late} {late_are} late."
    )
    yield Claim(told, (BASELINE,))
    yield Claim(before.verdict, (BASELINE,))


def _stands(finding: Finding) -> str:
    return f"{_STANDS[finding.standing].capitalize()}, risk {finding.impact * finding.likelihood} of 25."


def _proposed(found: Proposal | None) -> str:
    if found is None:
        return _UNKNOWN
    return f"Proposed: {found.told}." if found.is_new else f"{found.told[:1].upper()}{found.told[1:]}."


def _by_subject(settled: Iterable[Settled]) -> tuple[dict[str, Settled], dict[str, Settled]]:
    """What was settled last for each finding, and for each action."""
    found: tuple[dict[str, Settled], dict[str, Settled]] = ({}, {})
    for each in settled:
        found[each.stands not in tuple(Standing)][each.subject] = each
    return found


def _settled(each: Settled) -> str:
    words = _STANDS.get(Standing(each.stands)) if each.stands in tuple(Standing) else None
    stands = words or each.stands.replace("_", " ")
    why = f", because {each.because}" if each.because else ""
    return f"{stands.capitalize()} on {dated(each.on)}{why}."


# What came of the audit later


def reaudits(material: Material) -> tuple[Twin, ...]:
    """The audits that looked at this one again, with what was settled because of each."""
    return tuple(_looked(material, each) for each in material.later)


def _looked(material: Material, later: Later) -> Twin:
    closed, kept = _by_subject(later.settled)
    findings = [each for each in material.findings if each.id in closed]
    actions = [each for each in material.actions if each.id in kept]
    grounds = (f"reaudit.{later.id}",)
    counts = ((len(findings), "finding"), (len(actions), "action"))
    changed_ = " and ".join(_count(number, thing) for number, thing in counts if number)
    stand = "stands" if len(findings) + len(actions) == 1 else "stand"
    closing = (
        f"Because of it, {changed_} {stand} in another way than before."
        if changed_
        else "Nothing was closed, opened again or called embedded because of it yet."
    )
    return Twin(
        other=later.name,
        summary=(Claim(f"“{clipped(later.name)}” looked at this audit again. {closing}", grounds),)
        + ((Claim(later.verdict, grounds),) if later.verdict else ()),
        findings=tuple(
            _revisited(material, each, closed[each.id], grounds, _stands(each), _of(each, material.actions))
            for each in findings
        ),
        actions=tuple(
            _revisited(material, each, kept[each.id], grounds, f"{each.state.words.capitalize()}.", (each,))
            for each in actions
        ),
    )


def _of(finding: Finding, actions: Iterable[Action]) -> tuple[Action, ...]:
    return tuple(each for each in actions if finding.id in each.findings)


def _revisited(
    material: Material,
    each: Finding | Action,
    settled: Settled,
    grounds: tuple[str, ...],
    stands: str,
    actions: tuple[Action, ...],
) -> Revisited:
    """What came of a finding or an action, with the numbers that prove it."""
    shifts = {
        action.proof.of
        for action in actions
        if action.proof and action.proof.held and action.proof.kind is Proven.SHIFT
    }
    proofs = [one for one in material.measured if settled.by_number and one.id in shifts]
    numbers = ", ".join(f"“{clipped(one.chart.measure.indicator)}”" for one in proofs)
    evidence = (*grounds, *(f"measure.{one.id}" for one in proofs))
    told = _settled(settled) + (f" The proof: {numbers}." if numbers else "")
    return Revisited(
        each.name,
        Claim(each.title, grounds),
        Claim(stands, grounds),
        Claim(told, evidence),
        is_open=False,
        is_new=True,
    )


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
