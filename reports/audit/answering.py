"""What people without a name answered, question by question: only what was published of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dialogues.form import Text
from reports.assembly import Figures, Report
from reports.audit.model import Answered, Answers, Claim, Piece
from reports.rendering import Voice, clipped
from reports.words import words


def answers(reports: Iterable[Report]) -> Iterator[Answers]:
    """The questions of each form on a scale, in the order of its themes; no form of which nothing may be shown."""
    for report in reports:
        items = tuple(_answered(report))
        if items:
            asked = sum(len(theme.items) for theme in report.themes)
            yield Answers(clipped(report.title.to("en")), items, asked - len(items))


def _answered(report: Report) -> Iterator[Answered]:
    voice = Voice(report, words("en"), "en")
    for theme in report.themes:
        for item in theme.items:
            if item.figures:
                reference = f"theme.{report.form}.{theme.theme.code}"
                yield _question(clipped(item.label.to("en")), item.figures, voice, reference)


def _question(name: str, figures: Figures, voice: Voice, reference: str) -> Answered:
    said = f"“{name}”: {voice.share(figures.positive)} answered {_either(figures.good)}."
    return Answered(
        name,
        voice.people(figures.band),
        Claim(said, (reference,)),
        figures.positive,
        tuple(Piece(_either(each.choices), each.tone, each.share) for each in figures.segments),
        figures.dont_know,
    )


def _either(choices: Iterable[Text]) -> str:
    return " or ".join(f"“{clipped(each.to('en'))}”" for each in choices)
