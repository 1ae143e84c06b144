"""What is refused of a finding: each part that it must have, with the question that asks for it and what to do."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from msgspec import Struct

from reports.findings.blame import ENOUGH, blame, sentence
from reports.findings.parts import Cause, Finding, Nature

LEVELS = range(1, 6)  # of impact and likelihood


class Refusal(Struct, frozen=True):
    """Why a finding cannot be kept: the question of the form that should be asked again, and what to say.

    A question of one cause is named by its path, as `causes[2]/because`.
    """

    question: str
    message: str


def refusals(finding: Finding, evidence: Collection[str]) -> tuple[Refusal, ...]:
    """Everything that keeps a finding from being one, in the order of the form. `evidence`: the references there are.

    Good practice needs a title, themes, what is, what it leads to and evidence: no cause, no risk, no recommendation.
    """
    found = _of_any(finding)
    if finding.nature is Nature.CONCERN:
        found = (*found, *_of_a_concern(finding))
    return tuple(sorted((*found, *_of_evidence(finding, evidence)), key=_place))


def refusal(finding: Finding, evidence: Collection[str]) -> Refusal | None:
    """The first of them, or None."""
    return next(iter(refusals(finding, evidence)), None)


_ORDER = (
    "title", "themes", "framework", "criteria", "condition", "causes", "consequence", "visibility", "impact",
    "likelihood", "supporting", "against", "contradicting", "contradiction", "judged_because", "recommendation",
)  # fmt: skip


def _place(each: Refusal) -> int:
    return _ORDER.index(each.question.partition("[")[0])


def _of_any(finding: Finding) -> tuple[Refusal, ...]:
    needed = (
        ("title", finding.title, "What is it called, in a few words? A report lists it under that name."),
        ("themes", finding.themes, "Which theme is it about? Please choose at least one."),
        ("condition", finding.condition, "What did you find? Say what happens, as the evidence shows it."),
        ("consequence", finding.consequence, "What does it lead to, for the people who are cared for?"),
    )
    return tuple(Refusal(question, message) for question, there, message in needed if not there)


def _of_a_concern(finding: Finding) -> tuple[Refusal, ...]:
    return (*_of_what_should_be(finding), *_of_causes(finding), *_of_risk(finding))


def _of_what_should_be(finding: Finding) -> Iterator[Refusal]:
    if not finding.framework and not finding.criteria:
        yield Refusal(
            "framework",
            "What should have been the case? Choose what a framework asks for, or write the service's own rule.",
        )
    if not finding.recommendation:
        yield Refusal("recommendation", "What should change? One sentence is enough; actions come later.")


def _of_causes(finding: Finding) -> Iterator[Refusal]:
    if not any(each.text for each in finding.causes):
        yield Refusal(
            "causes", "Why is it so? Please give at least one cause that lies in how work is set up."
        )
    for number, each in enumerate(finding.causes, 1):
        yield from _of_cause(each, f"causes[{number}]")


def _of_cause(cause: Cause, place: str) -> Iterator[Refusal]:
    """Blame is asked about where it can be answered: whoever says there what made it likely may keep their words."""
    if cause.lens is None:
        yield Refusal(
            f"{place}/lens", "Where in the system does this cause lie? Please choose one of the six places."
        )
    blamed = blame(cause.text)
    if blamed is None:
        return
    if not cause.because:
        yield Refusal(f"{place}/because", sentence(blamed))
    elif len(cause.because.split()) < ENOUGH:
        yield Refusal(
            f"{place}/because",
            "Could you say a little more? Three words or more help others to see what it was.",
        )


def _of_risk(finding: Finding) -> Iterator[Refusal]:
    if finding.visibility is None:
        yield Refusal(
            "visibility", "How far did the risk come before the harm? Please choose one of the four steps."
        )
    if finding.impact not in LEVELS:
        yield Refusal(
            "impact", "How bad would it be if it happened again? Please choose a number from 1 to 5."
        )
    if finding.likelihood not in LEVELS:
        yield Refusal("likelihood", "How likely is it to happen again? Please choose a number from 1 to 5.")


def _of_evidence(finding: Finding, evidence: Collection[str]) -> Iterator[Refusal]:
    both = set(finding.supporting) & set(finding.contradicting)
    if not finding.supporting:
        yield Refusal("supporting", "What shows it? Please choose at least one piece of evidence.")
    elif all(each.startswith("quote.") for each in finding.supporting):
        yield Refusal(
            "supporting",
            "What one person wrote is not enough to rest a finding on. Please choose something beside it.",
        )
    elif not set(finding.supporting) <= set(evidence):
        yield Refusal(
            "supporting", "Some of that evidence is not in this audit any more. Please choose again."
        )
    if not finding.contradicting and not finding.searched:
        yield Refusal(
            "against", "What speaks against it? If you looked and there is nothing, say so: that counts too."
        )
    if not set(finding.contradicting) <= set(evidence) or both:
        yield Refusal("contradicting", _ON_BOTH_SIDES if both else _GONE)
    if finding.contradicting and not finding.contradiction:
        yield Refusal("contradiction", "How do you explain what speaks against it? A sentence is enough.")
    if finding.judged is not None and not finding.judged_because:
        yield Refusal(
            "judged_because",
            "Why do you judge its strength otherwise? Please say it in a sentence.",
        )


_GONE = "Some of what speaks against it is not in this audit any more. Please choose again."
_ON_BOTH_SIDES = (
    "The same piece cannot speak for it and against it. If it says both, choose the words that do."
)
