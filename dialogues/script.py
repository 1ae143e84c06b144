"""A form made ready to be played: every expression compiled, every dependency known. Made once per form."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from dialogues.closures import Scope
from dialogues.dependencies import Dependencies, find_dependencies
from dialogues.expressions import Comparison, Compiled, Use, compile_expression, compile_template
from dialogues.form import NO_TEXT, Choice, Form, Group, Kind, Question, Repeat, Text
from dialogues.outline import Outline, Spot
from dialogues.prompts import Option
from dialogues.syntax import Mistake

Fill = Callable[[Scope], str]


@dataclass(frozen=True, slots=True)
class Fault:
    """An expression of a form that cannot be used: where it stands, and what to do about it.

    `choice` is the list and name of the choice in whose label it stands, if it does.
    """

    path: str
    column: str
    message: str
    character: int
    choice: tuple[str, str] | None = None


class BrokenFormError(Exception):
    """A form with faults was to be played; `candour forms check` names them all."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The compiled expressions of one node."""

    relevant: Compiled | None = None
    calculation: Compiled | None = None
    count: Compiled | None = None
    filter: Compiled | None = None
    default: Compiled | None = None
    constraint: Compiled | None = None
    required: Compiled | None = None

    @property
    def looks_at_clock(self) -> bool:
        """Whether what is asked, offered or taken may differ tomorrow; calculations keep what came out."""
        rules = (self.relevant, self.count, self.filter, self.constraint, self.required)
        return any(rule is not None and rule.volatile for rule in rules)

    @property
    def uses(self) -> Iterable[Use]:
        """What decides about the node's value and relevance."""
        for rule in (self.relevant, self.calculation, self.count, self.filter):
            if rule is not None:
                yield from rule.uses


@dataclass(frozen=True, slots=True)
class Slot:
    """One place in the walk through an interview: a question or note, or “another one?” of a repeat."""

    path: str
    spot: Spot
    prefixes: tuple[str, ...] = ("",)
    indexes: tuple[int, ...] = ()
    another: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """The words of one question in one language; `section` is the label of the innermost group with one."""

    label: str
    hint: str
    guidance: str
    probe: str
    section: str


class Script:
    """A form ready to be played. `faults` is empty, or else nothing may be played."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.outline = Outline(form)
        self._external = frozenset(form.external)
        self.spots = self.outline.spots
        self.faults: list[Fault] = []
        self.comparisons: list[tuple[Spot, str, Comparison]] = []
        self.rules = [self._rules(spot) for spot in self.spots]
        self.dependencies: Dependencies = find_dependencies(
            self.spots,
            [tuple(rules.uses) for rules in self.rules],
            [rules.calculation.uses if rules.calculation else frozenset() for rules in self.rules],
        )
        self._refuse_cycle()
        self.asked = [is_asked(spot) for spot in self.spots]
        self.narrowed = [self._is_narrowed(spot) for spot in self.spots]
        self.kept = [_is_kept(rules, spot) for rules, spot in zip(self.rules, self.spots, strict=True)]
        self.looks_at_clock = any(rules.looks_at_clock for rules in self.rules)
        self._lay_out()
        self._templates: dict[tuple[str, str], Fill] = {}
        self._told: dict[tuple[int, str], Told] = {}
        self._check_templates()
        self._items: dict[str, dict[str, list[dict[str, str]]]] = {}
        self._options: dict[tuple[str, str], tuple[Option, ...]] = {}

    def _lay_out(self) -> None:
        """The walk at the top level: questions, notes and repeats outside of any repeat, groups flattened."""
        self.units: list[Slot] = []
        self.unit_of = [-1] * len(self.spots)
        for spot in self.spots:
            outermost = spot.chain[0] if spot.chain else spot
            if outermost is spot and (is_shown(spot) or spot.is_repeat):
                self.unit_of[spot.index] = len(self.units)
                self.units.append(Slot(spot.leaf, spot))
            elif outermost is not spot:
                self.unit_of[spot.index] = self.unit_of[outermost.index]
        self.sections = [spot for spot in self.outline.root.children if spot.children]
        self.consent = next((slot for slot in self.units if is_consent(slot.spot)), None)

    def _is_narrowed(self, spot: Spot) -> bool:
        """Whether an answer counts only as far as it is offered: what is offered differs between interviews."""
        is_external = spot.question is not None and spot.question.choices in self._external
        return is_external or self.rules[spot.index].filter is not None

    # Expressions

    def _rules(self, spot: Spot) -> Rules:
        node = spot.node
        if isinstance(node, Question):
            return Rules(
                relevant=self._compiled(spot, "relevant", node.relevant),
                calculation=self._compiled(spot, "calculation", node.calculation),
                filter=self._compiled(spot, "choice_filter", node.choice_filter, of_choices=True),
                default=self._default(spot, node),
                constraint=self._compiled(spot, "constraint", node.constraint),
                required=self._compiled(spot, "required", node.required),
            )
        if isinstance(node, Repeat):
            return Rules(
                relevant=self._compiled(spot, "relevant", node.relevant),
                count=self._compiled(spot, "repeat_count", node.count),
            )
        assert isinstance(node, Group)
        return Rules(relevant=self._compiled(spot, "relevant", node.relevant))

    def _compiled(self, spot: Spot, column: str, source: str, *, of_choices: bool = False) -> Compiled | None:
        if not source:
            return None
        try:
            compiled = compile_expression(source, self.outline, spot, of_choices=of_choices)
        except Mistake as mistake:
            self.faults.append(Fault(spot.path, column, mistake.message, mistake.character))
            return None
        if column == "relevant" and compiled.own is not None:
            message = "Whether a question is asked cannot depend on its own answer (“.”)."
            self.faults.append(Fault(spot.path, column, message, compiled.own))
        self.comparisons.extend((spot, column, comparison) for comparison in compiled.comparisons)
        return compiled

    def _default(self, spot: Spot, question: Question) -> Compiled | None:
        return self._compiled(spot, "default", question.default) if is_dynamic(question) else None

    def _refuse_cycle(self) -> None:
        cycle = self.dependencies.cycle
        if cycle:
            names = " → ".join(f"“{spot.name}”" for spot in (*cycle, cycle[0]))
            column = "calculation" if self.rules[cycle[0].index].calculation else "relevant"
            self.faults.append(
                Fault(cycle[0].path, column, f"These depend on each other in a circle: {names}.", 1)
            )

    # Words

    def _check_templates(self) -> None:
        for spot in self.spots:
            for column, text in texts(spot):
                for words in text.words.values():
                    if "${" in words:
                        self._check_template(spot, column, words)
            self._check_choices(spot)

    def _check_choices(self, spot: Spot) -> None:
        """The labels of choices are filled in where they are offered."""
        question = spot.question
        if question is None or not question.kind.has_choices:
            return
        for choice in self.form.choices.get(question.choices, ()):
            for words in choice.label.words.values():
                if "${" in words:
                    self._check_template(spot, "label", words, (question.choices, choice.name))

    def _check_template(
        self, spot: Spot, column: str, words: str, choice: tuple[str, str] | None = None
    ) -> None:
        try:
            self._templates[spot.path, words] = compile_template(words, self.outline, spot)[0]
        except Mistake as mistake:
            self.faults.append(Fault(spot.path, column, mistake.message, mistake.character, choice))

    def words(self, spot: Spot, text: Text, language: str, scope: Scope) -> str:
        """A text of a node in a language, with `${name}` filled in."""
        words = text.to(language)
        if "${" not in words:
            return words
        fill = self._templates.get((spot.path, words))
        return fill(scope) if fill is not None else words

    def told(self, spot: Spot, language: str, scope: Scope) -> Told:
        """What is said of a question; worked out once per language where it quotes no answer."""
        told = self._told.get((spot.index, language))
        if told is not None:
            return told
        question = spot.question
        assert question is not None
        section, where = section_of(spot)
        told = Told(
            self.words(spot, question.label, language, scope),
            self.words(spot, question.hint, language, scope),
            self.words(spot, question.guidance, language, scope),
            self.words(spot, question.probe, language, scope),
            self.words(where, section, language, scope),
        )
        texts = (question.label, question.hint, question.guidance, question.probe, section)
        if not any("${" in text.to(language) for text in texts):
            self._told[spot.index, language] = told
        return told

    def items(
        self, language: str, lists: Mapping[str, Sequence[Choice]] | None = None
    ) -> dict[str, list[dict[str, str]]]:
        """Every choice list as rows of cells, labels in the language: what filters and lookups see.

        `lists` are those that an interview was given.
        """
        if language not in self._items:
            self._items[language] = {
                name: _cells(choices, language) for name, choices in self.form.choices.items()
            }
        own = self._items[language]
        return own | {name: _cells(choices, language) for name, choices in lists.items()} if lists else own

    def options(self, spot: Spot, language: str, scope: Scope) -> tuple[Option, ...]:
        """The choices that are offered at a question now, in order."""
        question = spot.question
        if question is None:
            return ()
        if self.narrowed[spot.index]:
            return self._narrowed(spot, question, language, scope)
        key = (question.choices, language)
        options = self._options.get(key)
        if options is None:
            choices = list(self.form.choices.get(question.choices, ()))
            options = self._as_options(spot, choices, language, scope)
            if not any("${" in choice.label.to(language) for choice in choices):
                self._options[key] = options
        return options

    def _narrowed(self, spot: Spot, question: Question, language: str, scope: Scope) -> tuple[Option, ...]:
        """The choices of a list from outside, or those that a filter lets through."""
        rule = self.rules[spot.index].filter
        if question.choices in self._external:
            return tuple(_given(rule, scope.items.get(question.choices, ()), scope))
        assert rule is not None
        choices = [choice for choice in self.form.choices[question.choices] if _offers(rule, choice, scope)]
        return self._as_options(spot, choices, language, scope)

    def _as_options(
        self, spot: Spot, choices: list[Choice], language: str, scope: Scope
    ) -> tuple[Option, ...]:
        scaled = any(choice.score is not None for choice in choices)
        return tuple(
            Option(
                choice.name,
                self._choice_words(spot, choice, language, scope),
                apart=scaled and choice.score is None,
            )
            for choice in choices
        )

    def _choice_words(self, spot: Spot, choice: Choice, language: str, scope: Scope) -> str:
        return self.words(spot, choice.label, language, scope) or choice.name


def section_of(spot: Spot) -> tuple[Text, Spot]:
    """The label of the innermost group around a node that has one, and that group."""
    parent = spot.parent
    while parent is not None and parent.node is not None:
        if parent.node.label:
            return parent.node.label, parent
        parent = parent.parent
    return NO_TEXT, spot


def is_asked(spot: Spot) -> bool:
    """Whether a person answers it; what is read-only is only shown."""
    question = spot.question
    return question is not None and question.kind.is_asked and not _is_read_only(question)


def is_shown(spot: Spot) -> bool:
    """Whether a person sees it at all."""
    question = spot.question
    return question is not None and (question.kind.is_asked or question.kind is Kind.NOTE)


def is_consent(spot: Spot) -> bool:
    """Whether it is the question that must be agreed to before anything is kept."""
    question = spot.question
    return question is not None and question.appears("consent")


def is_signpost(spot: Spot) -> bool:
    """Whether it is the note that says where to turn in danger."""
    question = spot.question
    return question is not None and question.appears("signpost")


def is_dynamic(question: Question) -> bool:
    """Whether a default is an expression rather than a plain value such as “n/a” or “Yes (always)”."""
    if _DYNAMIC.search(question.default):
        return True
    return question.kind in _CALCULABLE and _SUM.search(question.default) is not None


_DYNAMIC = re.compile(r"\$\{|[\w\-]\(")
_SUM = re.compile(r"\S\s+(?:[+*\-]|div|mod)\s+\S")
_CALCULABLE = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.RANGE, Kind.CALCULATE, Kind.HIDDEN})


def texts(spot: Spot) -> Iterable[tuple[str, Text]]:
    """Every text of a node with the name of its column."""
    node = spot.node
    if isinstance(node, Question):
        yield "label", node.label
        yield "hint", node.hint
        yield "guidance_hint", node.guidance
        yield "probe", node.probe
        yield "constraint_message", node.constraint_message
        yield "required_message", node.required_message
    elif node is not None:
        yield "label", node.label


def _is_read_only(question: Question) -> bool:
    return question.read_only not in ("", "no", "false", "false()")


def _is_kept(rules: Rules, spot: Spot) -> bool:
    """Whether what is worked out must be stored: it would come out differently the next time."""
    calculation = rules.calculation
    return calculation is not None and (calculation.volatile or is_asked(spot))


def _cells(choices: Iterable[Choice], language: str) -> list[dict[str, str]]:
    return [
        {
            **choice.columns,
            "name": choice.name,
            "label": choice.label.to(language),
            "position()": str(place),
        }
        for place, choice in enumerate(choices, 1)
    ]


def _given(rule: Compiled | None, rows: Iterable[Mapping[str, str]], scope: Scope) -> Iterator[Option]:
    """The choices of a list from outside that a filter lets through; a label is shown as it is."""
    for row in rows:
        if rule is None or _lets(rule, row, scope):
            yield Option(row["name"], row["label"] or row["name"], group=row.get("group", ""))


def _offers(rule: Compiled, choice: Choice, scope: Scope) -> bool:
    return _lets(rule, {**choice.columns, "name": choice.name}, scope)


def _lets(rule: Compiled, item: Mapping[str, str], scope: Scope) -> bool:
    scope.item = item
    try:
        return rule.truth(scope)
    finally:
        scope.item = None


def whole(number: float) -> int:
    """A number of instances: never below 0, and 0 when it is no number."""
    return max(0, int(number)) if math.isfinite(number) else 0


@lru_cache(maxsize=256)
def script_of(form: Form) -> Script:
    """The form made ready to be played. Raises `BrokenFormError` when an expression cannot be used."""
    script = Script(form)
    if script.faults:
        fault = script.faults[0]
        raise BrokenFormError(f"{fault.path}, {fault.column}: {fault.message}")
    return script
