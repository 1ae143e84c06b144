"""A large form with the shape of a WHO verbal autopsy: sections by age, symptoms that open durations.

560 questions, more than 400 relevance rules, 90 constraints. Its wording is made up and says so.
"""

from __future__ import annotations

from dialogues.form import Kind
from dialogues.prompts import Ask

SECTIONS = 14
PER_SECTION = 40
_GROUPS = ("neonate", "child", "adult")


def rows(sections: int = SECTIONS) -> dict[str, list[dict[str, str]]]:
    """The three sheets of the form, as plain rows."""
    survey: list[dict[str, str]] = [
        _row("select_one age_group", "age_group", "Which age group? (made-up form)", required="yes"),
        _row("select_one yes_no", "female", "Was it a woman or girl?"),
        _row(
            "integer", "age", "How old, in years?", constraint=". >= 0 and . <= 120", message="From 0 to 120."
        ),
        {
            "type": "calculate",
            "name": "is_adult",
            "calculation": "if(${age_group} = 'adult' or ${age} > 17, 1, 0)",
        },
        {"type": "calculate", "name": "is_child", "calculation": "if(${age_group} = 'child', 1, 0)"},
    ]
    for section in range(sections):
        survey.extend(_section(section))
    return {
        "survey": survey,
        "choices": _choices(),
        "settings": [{"form_title": "Large", "form_id": "large"}],
    }


def _section(section: int) -> list[dict[str, str]]:
    prefix = f"s{section:02d}"
    relevant = (
        "",
        "${is_adult} = 1",
        "${is_child} = 1 or ${is_adult} = 1",
        "not(selected(${age_group}, 'neonate'))",
    )
    begin = {"type": "begin group", "name": prefix, "label": f"Section {section + 1}"}
    if relevant[section % 4]:
        begin["relevant"] = relevant[section % 4]
    found = [begin]
    for number in range(PER_SECTION):
        found.append(_question(prefix, number))
    return [*found, {"type": "end group"}]


def _question(prefix: str, number: int) -> dict[str, str]:
    name, first = f"{prefix}_q{number:02d}", f"{prefix}_q{number - number % 4:02d}"
    match number % 4:
        case 0:
            rule = f"${{{prefix}_q{number - 4:02d}}} != 'refused'" if number % 8 else ""
            return _row("select_one yes_no_dk", name, f"Was there sign {number} of {prefix}?", relevant=rule)
        case 1:
            return _row(
                "integer",
                name,
                f"For how many days was there sign {number - 1}?",
                relevant=f"selected(${{{first}}}, 'yes')",
                constraint=". >= 0 and . <= 999" if number % 8 == 1 or number < 8 else "",
                message="From 0 to 999 days.",
            )
        case 2:
            rule = f"selected(${{{first}}}, 'yes') and ${{{prefix}_q{number - 1:02d}}} > 2 and ${{female}} != 'dk'"
            return _row("select_one severity", name, f"How bad was sign {number - 2}?", relevant=rule)
        case _:
            rule = f"selected(${{{first}}}, 'yes') and (${{{prefix}_q{number - 1:02d}}} = 'severe' or ${{age}} > 60)"
            return _row("select_multiple parts", name, f"Where was sign {number - 3}?", relevant=rule)


def _row(
    kind: str,
    name: str,
    label: str,
    *,
    relevant: str = "",
    required: str = "",
    constraint: str = "",
    message: str = "",
) -> dict[str, str]:
    row = {"type": kind, "name": name, "label": label, "relevant": relevant, "required": required}
    if constraint:
        row |= {"constraint": constraint, "constraint_message": message}
    return {column: cell for column, cell in row.items() if cell}


def _choices() -> list[dict[str, str]]:
    lists: dict[str, tuple[str, ...]] = {
        "age_group": _GROUPS,
        "yes_no": ("yes", "no", "dk"),
        "yes_no_dk": ("yes", "no", "dk", "refused"),
        "severity": ("mild", "moderate", "severe"),
        "parts": ("head", "chest", "belly", "arms", "legs"),
    }
    return [
        {"list_name": name, "name": choice, "label": choice.capitalize()}
        for name, choices in lists.items()
        for choice in choices
    ]


def reply(ask: Ask, number: int) -> str:
    """What is answered at a question, the same in every run: mostly yes, so that much is asked."""
    match ask.kind:
        case Kind.INTEGER:
            return str(3 + number * 7 % 60)
        case Kind.SELECT_MULTIPLE:
            return "head chest"
        case _:
            values = [option.value for option in ask.options]
            wanted = ("adult", "severe" if number % 3 else "mild", "yes" if number % 5 else "no")
            return next(value for value in wanted if value in values)
