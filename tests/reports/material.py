"""Small forms and tallies to test with."""

from __future__ import annotations

from collections import Counter

from dialogues.form import Attribution, Choice, Form, Kind, Language, Node, Question, Text
from reports.assembly import AuditFacts
from reports.scoring import Tally

LEVELS = ("never", "rarely", "sometimes", "often", "always")


def text(words: str) -> Text:
    return Text({"en": words, "cy": f"{words} (cy)"})


def choices(*names: str, scored: bool = False) -> tuple[Choice, ...]:
    return tuple(
        Choice(name, text(name.replace("_", " ").capitalize()), score=float(i) if scored else None)
        for i, name in enumerate(names, start=1)
    )


def item(name: str, theme: str, *, polarity: int = 1, label: str = "") -> Question:
    return Question(
        name,
        name,
        Kind.SELECT_ONE,
        text(label or f"How often {name}?"),
        choices="often5",
        theme=theme,
        polarity=polarity,
    )


ROLE = Question("role", "role", Kind.SELECT_ONE, text("Your job"), choices="role")
BARRIERS = Question(
    "barriers", "barriers", Kind.SELECT_MULTIPLE, text("What got in the way?"), choices="barriers"
)
WORDS = Question("words", "words", Kind.TEXT, text("What would make people safer?"), theme="CUL")


def form(*children: Node, breakdown: str = "role") -> Form:
    return Form(
        id="culture",
        title=text("Culture"),
        version="1",
        languages=(Language("en", "English"), Language("cy", "Cymraeg")),
        children=(ROLE, *(children or (item("staff", "CAP"), item("talk", "SUP"), BARRIERS, WORDS))),
        choices={
            "often5": (*choices(*LEVELS, scored=True), *choices("not_applicable", "dont_know")),
            "role": choices("care", "senior", "manager"),
            "barriers": choices("no_time", "blame", "no_change"),
        },
        attribution=Attribution.ANONYMOUS,
        breakdown=breakdown,
    )


def facts(**changes: object) -> AuditFacts:
    values: dict[str, object] = {
        "name": "Oak House",
        "service": "Residential care",
        "incident": "neglect",
        "period_from": "2026-05-04",
        "period_to": "2026-05-29",
        "staff_count": 60,
        "closed": True,
    }
    return AuditFacts(**{**values, **changes})  # type: ignore[arg-type]


def counted(answers: list[tuple[str, dict[str, str]]]) -> Tally:
    """A tally of (group, {path: value}) per person."""
    counts: dict[str, dict[str, Counter[str]]] = {}
    for group, values in answers:
        for path, value in values.items():
            counts.setdefault(path, {}).setdefault(group, Counter())[value] += 1
    plain = {path: {group: dict(each) for group, each in groups.items()} for path, groups in counts.items()}
    return Tally(len(answers), dict(Counter(group for group, _ in answers)), plain)


def spread(counts: tuple[int, ...]) -> list[str]:
    """Values of a scale, from the number of people on each level, worst first."""
    return [level for level, n in zip(LEVELS, counts, strict=True) for _ in range(n)]


def typical() -> Tally:
    """42 people: few are positive about staffing, most about supervision; some chose barriers."""
    staff = spread((10, 12, 10, 6, 4))
    talk = spread((3, 4, 5, 15, 13)) + ["dont_know"] * 2
    groups = ["care", "care", "senior", "care", "manager", "senior", "care"] * 6
    barriers = ["no_time blame", "blame", "no_change blame no_time"] * 5
    answers = []
    for place, group in enumerate(groups):
        values = {"staff": staff[place * 5 % 42], "talk": talk[place * 11 % 42]}
        if place < len(barriers):
            values["barriers"] = barriers[place]
        answers.append((group, values))
    return counted(answers)
