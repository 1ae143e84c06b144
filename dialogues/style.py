"""What makes a form hard to answer honestly: warnings about wording, scales and length.

Nothing here keeps a form from being used. The reading age is that of the English texts, by the Automated
Readability Index (Senter and Smith, 1967), which needs no list of syllables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from dialogues.form import Attribution, Choice, Form, Kind, Node, Question

MAX_CLOSED = 25  # more closed questions tire people: the last ones are answered without reading
READING_AGE = {"frontline": 12, "anyone": 12}  # by audience; everybody else can be asked for OTHER_AGE
OTHER_AGE = 16
ENOUGH_WORDS = 100  # fewer say nothing about a reading age
_TWO_QUESTIONS = re.compile(r"\band/or\b|\?[^?]+\?", re.IGNORECASE)
_TWO_VERBS = re.compile(
    r"\b(?:and|or)\s+(?:do|does|did|is|are|was|were|has|have|had|can|could|should|would|will)\s+"
    r"(?:you|they|he|she|it|your|the|people|staff|managers?)\b",
    re.IGNORECASE,
)
_NOT_KNOWING = re.compile(
    r"don.?t.know|not.sure|unsure|unknown|can.?t.say|^dk$|prefer.not|skip", re.IGNORECASE
)
_LEADING = re.compile(
    r"\bdon't you\b|\bwouldn't you\b|\bsurely\b|\bwhy (?:didn't|did you not|don't) you\b", re.IGNORECASE
)


class Remark(Struct, frozen=True):
    """One thing to think about: the question it is about (empty: the form), the column, and why."""

    path: str
    column: str
    kind: str
    message: str


def remarks(form: Form) -> Iterator[Remark]:
    """Everything about a form that is worth a second thought."""
    for question in form.questions.values():
        yield from _wording(question)
        if question.kind is Kind.SELECT_ONE:
            yield from _choices(form, question)
    yield from _length(form)
    yield from _reading_age(form)


def _wording(question: Question) -> Iterator[Remark]:
    words = question.label.words.get("en", "")
    if not question.kind.is_asked:
        return
    if _TWO_QUESTIONS.search(words) or _TWO_VERBS.search(words):
        yield Remark(
            question.path, "label", "double_barrelled", "This asks two things at once. Ask them one by one."
        )
    if _LEADING.search(words):
        yield Remark(
            question.path,
            "label",
            "leading",
            "This suggests an answer, or blames. Ask what happened instead.",
        )


def _choices(form: Form, question: Question) -> Iterator[Remark]:
    choices = form.choices.get(question.choices, ())
    scores = sorted({choice.score for choice in choices if choice.score is not None})
    if len(scores) > 1:
        middle = (scores[0] + scores[-1]) / 2
        above, below = sum(score > middle for score in scores), sum(score < middle for score in scores)
        if above != below:
            message = f"This scale leans to one side: {below} choices below its middle, {above} above."
            yield Remark(question.path, "type", "unbalanced_scale", message)
    if not _offers_not_knowing(choices) and _asks_for_a_fact(form, question, choices):
        message = "Somebody may not know this. Offer “I don't know”, or let the question be skipped."
        yield Remark(question.path, "type", "no_dont_know", message)


def _asks_for_a_fact(form: Form, question: Question, choices: tuple[Choice, ...]) -> bool:
    """Whether an answer is forced from somebody who may not know: what can be skipped forces nothing.

    With one choice alone there is nothing to know: it is an agreement.
    """
    own = question.path == form.breakdown or question.appears("consent")
    return len(choices) > 1 and bool(question.required) and not own


def _offers_not_knowing(choices: tuple[Choice, ...]) -> bool:
    return any(
        _NOT_KNOWING.search(words)
        for choice in choices
        for words in (choice.name, *choice.label.words.values())
    )


def _length(form: Form) -> Iterator[Remark]:
    everybody = _asked_of_everybody(form.children, _consents(form))
    closed = [each for each in everybody if each.kind.is_asked and each.kind is not Kind.TEXT]
    if form.attribution is Attribution.ANONYMOUS and len(closed) > MAX_CLOSED:
        message = f"Everybody is asked {len(closed)} closed questions. More than {MAX_CLOSED} tire people."
        yield Remark(closed[MAX_CLOSED].path, "", "many_closed", message)


def _consents(form: Form) -> frozenset[str]:
    """The conditions that say no more than that somebody takes part."""
    consent = next((each.name for each in form.questions.values() if each.appears("consent")), "")
    return frozenset({"", f"${{{consent}}} = 'yes'", f"${{{consent}}} = 'OK'"})


def _asked_of_everybody(nodes: tuple[Node, ...], consents: frozenset[str]) -> Iterator[Question]:
    """The questions that no condition, their own or a section's, keeps from somebody who takes part."""
    for node in nodes:
        if isinstance(node, Question):
            if not node.relevant:
                yield node
        elif node.relevant in consents:
            yield from _asked_of_everybody(node.children, consents)


def _reading_age(form: Form) -> Iterator[Remark]:
    limit = form.reading_age or READING_AGE.get(form.audience, OTHER_AGE)
    texts = [words for question in form.questions.values() for words in _read_by_people(question)]
    if sum(len(words.split()) for words in texts) < ENOUGH_WORDS:
        return
    age = reading_age(" ".join(_as_sentence(words) for words in texts))
    if age > limit:
        message = f"The English texts need a reading age of {age:.0f}; it should be at most {limit}."
        yield Remark("", "", "reading_age", message)


def _read_by_people(question: Question) -> Iterator[str]:
    for text in (question.label, question.hint):
        words = text.words.get("en", "")
        if words:
            yield words


def _as_sentence(words: str) -> str:
    return words if words.rstrip().endswith((".", "?", "!", ":")) else f"{words}."


def reading_age(text: str) -> float:
    """The age in years at which a text is understood: the index's school grade and five years."""
    words = re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", text)
    sentences = [part for part in re.split(r"[.!?:]+(?:\s|$)", text) if part.strip()]
    if not words or not sentences:
        return 0.0
    characters = sum(len(re.sub(r"\W", "", word)) for word in words)
    return 4.71 * characters / len(words) + 0.5 * len(words) / len(sentences) - 21.43 + 5
