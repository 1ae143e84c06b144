"""Everything that is wrong with a form, found before anybody is interviewed, all at once.

`dialogues.xlsform` finds what keeps a form from being read; this adds what its expressions, texts and
promises get wrong, and asks pyxform, the reference reader, for a second opinion.
"""

from __future__ import annotations

import difflib
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from dialogues.closures import Scope
from dialogues.expressions import Compiled
from dialogues.form import PAST_LEAD, QUOTABLE, QUOTE_AS, Attribution, Choice, Form, Kind, Question
from dialogues.outline import Spot
from dialogues.problems import Place, Problem, Severity
from dialogues.script import Fault, Script, is_signpost, texts
from dialogues.sheets import Sheet, as_plain, read_sheets
from dialogues.style import remarks
from dialogues.syntax import Binary, Literal, Path, parse
from dialogues.xlsform import Reading, read

_IDENTIFYING = (
    (
        re.compile(
            r"\b(?:your|full|first|last|given|family|sur)\s*-?name\b|\bwhat is your name\b|^name$",
            re.IGNORECASE,
        ),
        "a name",
    ),
    (re.compile(r"\b(?:phone|mobile|telephone)\b", re.IGNORECASE), "a telephone number"),
    (re.compile(r"\be-?mail\b", re.IGNORECASE), "an e-mail address"),
    (re.compile(r"\b(?:date of birth|birthday|dob)\b", re.IGNORECASE), "a date of birth"),
    (re.compile(r"\b(?:postcode|home address|your address)\b", re.IGNORECASE), "an address"),
    (
        re.compile(
            r"\b(?:nhs|staff|employee|payroll|national insurance)\s+(?:number|no\b|id\b)", re.IGNORECASE
        ),
        "a personal number",
    ),
)
_DATES = frozenset({Kind.DATE, Kind.DATETIME})
_NESTED_REPETITION = re.compile(r"\((?:[^()\\]|\\.)*(?<!\\)[+*]\)(?:[+*]|\{\d+,)")
_METADATA = frozenset({Kind.START, Kind.END, Kind.TODAY})


def check(content: bytes, name: str) -> tuple[Problem, ...]:
    """Every problem of a form file, in the order of its sheets and rows."""
    reading = read(content, name)
    problems = list(reading.problems)
    form = reading.form or reading.draft
    if form is not None:
        problems.extend(check_form(form, reading))
    if not any(problem.is_error for problem in problems):
        problems.extend(_second_opinion(content, name))
    return tuple(sorted(problems, key=_order))


def check_form(form: Form, reading: Reading) -> Iterator[Problem]:
    """What is wrong with a form that could be read."""
    script = Script(form)
    for fault in script.faults:
        yield Problem("expression", fault.message, _fault_place(reading, fault), character=fault.character)
    yield from _comparisons(script, reading)
    yield from _never_asked(script, reading)
    yield from _slow_patterns(form, reading)
    yield from _style(form, reading)
    yield from _translations(form, script, reading)
    yield from _quoting(form, script, reading)
    if form.attribution is Attribution.ANONYMOUS:
        yield from _anonymous(form, script, reading)


def _fault_place(reading: Reading, fault: Fault) -> Place:
    if fault.choice is None:
        return _at(reading, fault.path, fault.column)
    place = reading.choice_places.get(fault.choice, Place("choices"))
    return Place(place.sheet, place.row, fault.column, place.line)


def _order(problem: Problem) -> tuple[int, int, str]:
    sheets = ("settings", "survey", "choices")
    place = problem.place
    known = sheets.index(place.sheet) if place.sheet in sheets else -1
    return known, place.row or 0, place.column


def _at(reading: Reading, path: str, column: str) -> Place:
    place = reading.places.get(path, Place())
    return Place(place.sheet, place.row, column, place.line)


# Expressions


def _comparisons(script: Script, reading: Reading) -> Iterator[Problem]:
    """Comparisons with something that is none of a question's choices."""
    for spot, column, comparison in script.comparisons:
        question = comparison.spot.question
        if question is None or not question.kind.has_choices or not comparison.value:
            continue
        names = [choice.name for choice in script.form.choices.get(question.choices, ())]
        if names and comparison.value not in names:
            near = difflib.get_close_matches(comparison.value, names, 1)
            hint = f" Did you mean “{near[0]}”?" if near else f" Its choices are {_listed(names)}."
            message = f"“{comparison.value}” is no choice of “{question.name}”, so this never holds.{hint}"
            yield Problem("no_such_choice", message, _at(reading, spot.path, column), character=comparison.at)


def _listed(names: list[str], most: int = 6) -> str:
    shown = ", ".join(names[:most])
    return f"{shown} …" if len(names) > most else shown


def _never_asked(script: Script, reading: Reading) -> Iterator[Problem]:
    """Questions and groups whose condition cannot hold, or looks only at what comes later."""
    for spot in script.spots:
        rule = script.rules[spot.index].relevant
        if rule is None or (spot.question is not None and not spot.question.kind.is_asked):
            continue
        place = _at(reading, spot.path, "relevant")
        why = _why_never(spot, rule, script)
        if why:
            yield _warning("unreachable", f"“{spot.name}” can never be asked: {why}", place)
        elif rule.uses and all(use.spot.index > spot.index for use in rule.uses):
            later = min((use.spot for use in rule.uses), key=lambda one: one.index)
            message = (
                f"“{spot.name}” depends on “{later.name}”, which is asked after it: people are led back."
            )
            yield _warning("looks_ahead", message, place)


def _why_never(spot: Spot, rule: Compiled, script: Script) -> str:
    depends = rule.uses or rule.volatile or rule.outside or spot.chain
    if not depends and not _holds_anyway(rule, script):
        return "its condition never holds."
    wanted: dict[str, str] = {}
    for name, value in required_values(rule.source):
        other = wanted.setdefault(name, value)
        target = script.outline.named(name, spot)
        if other != value and target is not None and target.kind is Kind.SELECT_ONE:
            return f"“{name}” cannot be both “{other}” and “{value}”."
    return ""


def _holds_anyway(rule: Compiled, script: Script) -> bool:
    """Whether a condition that looks at nothing holds."""
    items = script.items(script.form.default_language)
    return rule.truth(Scope({}, set(), {}, items, datetime(2000, 1, 1, tzinfo=UTC), ""))


def required_values(source: str) -> Iterator[tuple[str, str]]:
    """The comparisons `${name} = 'value'` that must all hold for an expression to hold."""
    trees = [parse(source)]
    while trees:
        tree = trees.pop()
        if isinstance(tree, Binary) and tree.operator == "and":
            trees += [tree.right, tree.left]
        elif isinstance(tree, Binary) and tree.operator == "=":
            for one, other in ((tree.left, tree.right), (tree.right, tree.left)):
                if (
                    isinstance(one, Path)
                    and one.start == "$"
                    and len(one.steps) == 1
                    and isinstance(other, Literal)
                ):
                    yield one.steps[0].name, other.value


def _slow_patterns(form: Form, reading: Reading) -> Iterator[Problem]:
    """Regular expressions with a repetition inside a repetition, such as (a+)+."""
    for question in form.questions.values():
        for column, source in (("constraint", question.constraint), ("relevant", question.relevant)):
            match = _NESTED_REPETITION.search(source)
            if "regex" in source and match is not None:
                message = f"“{match[0]}” repeats a repetition, which can take for ever. Repeat it once."
                yield _warning("slow_regex", message, _at(reading, question.path, column))


def _style(form: Form, reading: Reading) -> Iterator[Problem]:
    for remark in remarks(form):
        place = _at(reading, remark.path, remark.column) if remark.path else Place("survey")
        yield _warning(remark.kind, remark.message, place)


# Languages


def _translations(form: Form, script: Script, reading: Reading) -> Iterator[Problem]:
    codes = [language.code for language in form.languages]
    if len(codes) < 2:
        return
    for spot in script.spots:
        for column, text in texts(spot):
            for code in _missing(text.words, codes):
                message = f"The {column} of “{spot.name}” is not translated into “{code}”."
                yield _warning(
                    "translation", message, _at(reading, spot.path, f"{column}::{_name(form, code)}")
                )
    for list_name, choice in _choices(form):
        for code in _missing(choice.label.words, codes):
            place = reading.choice_places.get((list_name, choice.name), Place("choices"))
            place = Place(place.sheet, place.row, f"label::{_name(form, code)}", place.line)
            message = f"The choice “{choice.name}” of “{list_name}” is not translated into “{code}”."
            yield _warning("translation", message, place)


def _missing(words: dict[str, str], codes: list[str]) -> list[str]:
    return [code for code in codes if code not in words] if words else []


def _choices(form: Form) -> Iterable[tuple[str, Choice]]:
    return ((name, choice) for name, choices in form.choices.items() for choice in choices)


def _name(form: Form, code: str) -> str:
    language = next(language for language in form.languages if language.code == code)
    return f"{language.name} ({code})" if language.name != code else code


def _warning(kind: str, message: str, place: Place) -> Problem:
    return Problem(kind, message, place, Severity.WARNING)


# Whether somebody's words may be quoted


def _quoting(form: Form, script: Script, reading: Reading) -> Iterator[Problem]:
    """Without a name, each text has its own question, right after it; by name, one question stands for all."""
    is_anonymous = form.attribution is Attribution.ANONYMOUS
    texts_of = {consent: text for text, consent in form.quotable.items()}
    for spot in script.spots:
        question = spot.question
        if question is None:
            continue
        if question.appears(QUOTABLE):
            wrong = _not_quotable(form, script, spot, texts_of.get(question.path, ""))
            if wrong or not is_anonymous:
                message = wrong or "Only an anonymous form asks text by text: use “quote-as” once instead."
                yield Problem("quotable", message, _at(reading, question.path, "appearance"))
        if question.appears(QUOTE_AS) and (is_anonymous or not _offers(form, question, _WISHES)):
            message = (
                "“quote-as” is for a named form: a select_one with the choices "
                "“named”, “role_only” and “not_at_all”."
            )
            yield Problem("quote_as", message, _at(reading, question.path, "appearance"))


_WISHES = frozenset({"named", "role_only", "not_at_all"})  # those of `reports.quotes.Wish`


def _not_quotable(form: Form, script: Script, spot: Spot, text: str) -> str:
    """What is wrong with a question that asks whether the answer before it may be quoted; nothing if it is right."""
    question, rule = spot.question, script.rules[spot.index].relevant
    assert question is not None
    if not text:
        return (
            "“quotable” is for a question right after a text, in the same section: it asks about that text."
        )
    if question.kind is not Kind.SELECT_ONE or form.choice(question, "yes") is None or question.required:
        return "It is a select_one with a choice called “yes”, and not required: skipping it means no."
    if rule is None or text not in {use.spot.path for use in rule.uses}:
        return "It is asked only where the text was answered: add “relevant”, such as ${text} != ''."
    return ""


def _offers(form: Form, question: Question, names: frozenset[str]) -> bool:
    choices = {choice.name for choice in form.choices.get(question.choices, ())}
    return question.kind is Kind.SELECT_ONE and choices == names


# The promise of an anonymous form


def _anonymous(form: Form, script: Script, reading: Reading) -> Iterator[Problem]:
    if not any(map(is_signpost, script.spots)):
        message = "An anonymous form says where to turn in danger: add a note with the appearance “signpost”."
        yield Problem("no_signpost", message, Place("survey"))
    yield from _consent(form, script, reading)
    for question in form.questions.values():
        yield from _identifying(question, reading)
        yield from _past_lead(form, question, reading)


def _consent(form: Form, script: Script, reading: Reading) -> Iterator[Problem]:
    consent = script.consent
    if consent is None:
        if form.records == "response":
            message = (
                "This anonymous form does not ask for consent: add a question with the appearance “consent”."
            )
            yield _warning("no_consent", message, Place("survey"))
        return
    asked = (slot for slot in script.units if script.asked[slot.spot.index] or slot.spot.is_repeat)
    if next(asked, consent) is not consent:
        message = "Consent comes first: no question may stand before it."
        yield Problem("consent_late", message, _at(reading, consent.path, "appearance"))
    question = consent.spot.question
    assert question is not None
    offers_yes = question.kind is Kind.SELECT_ONE and form.choice(question, "yes") is not None
    if not offers_yes and question.kind is not Kind.ACKNOWLEDGE:
        message = (
            "Consent is a select_one question with a choice called “yes”, or an acknowledge: "
            "nothing else counts as consent."
        )
        yield Problem("consent_yes", message, _at(reading, consent.path, "type"))


def _past_lead(form: Form, question: Question, reading: Reading) -> Iterator[Problem]:
    """A question that keeps what is told from the lead must be one that can be answered with “yes”."""
    if question.appears(PAST_LEAD) and form.choice(question, "yes") is None:
        message = "The question that goes past the lead is a select_one with a choice called “yes”."
        yield Problem("past_lead_yes", message, _at(reading, question.path, "type"))


def _identifying(question: Question, reading: Reading) -> Iterator[Problem]:
    if question.appears("contact"):
        return
    if question.kind in _METADATA:
        message = f"An anonymous form cannot note times: “{question.kind}” would help to tell who wrote it."
        yield Problem("metadata", message, _at(reading, question.path, "type"))
    elif question.kind in _DATES:
        message = "A precise date can identify a person. Ask how long ago, or for the month."
        yield Problem("identifying", message, _at(reading, question.path, "type"))
    elif question.kind in (Kind.TEXT, Kind.INTEGER):
        said = [question.name.replace("_", " "), *question.label.words.values()]
        found = next((what for pattern, what in _IDENTIFYING if any(map(pattern.search, said))), None)
        if found is not None:
            message = f"“{question.name}” seems to ask for {found}, which an anonymous form must not do."
            yield Problem("identifying", message, _at(reading, question.path, "label"))


# pyxform


def _second_opinion(content: bytes, name: str) -> Iterator[Problem]:
    """What pyxform refuses."""
    from pyxform.errors import PyXFormError  # noqa: PLC0415 - it costs half a second, and only authors need it
    from pyxform.xls2xform import convert  # noqa: PLC0415

    sheets = [sheet for sheet in read_sheets(content, name) if isinstance(sheet, Sheet)]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            convert(xlsform=for_pyxform(as_plain(sheets)), validate=False, form_name="data")
    except PyXFormError as error:
        words = " ".join(str(error).split())
        row = re.search(r"\[row\s*:?\s*(\d+)\]", words)
        place = Place("survey", int(row[1]) if row is not None else None)
        yield _warning("pyxform", f"Other XLSForm tools refuse this form: {words}", place)


def for_pyxform(sheets: Mapping[str, list[dict[str, str]]]) -> dict[str, list[dict[str, str]]]:
    """The three sheets as pyxform takes them: it knows one title, and no translated one.

    The columns of the survey are named, or it would look for them in the first hundred rows alone.
    """
    kept = {name: rows for name, rows in sheets.items() if name in ("survey", "choices", "settings")}
    header = dict.fromkeys((column for row in kept.get("survey", []) for column in row), "")
    settings = [_one_title(row) for row in kept.get("settings", [])]
    return {**kept, "survey_header": [header], "settings": settings}


def _one_title(row: dict[str, str]) -> dict[str, str]:
    title = next((value for column, value in row.items() if column.startswith("form_title")), "")
    kept = {column: value for column, value in row.items() if not column.startswith("form_title")}
    return {**kept, "form_title": title} if title else kept
