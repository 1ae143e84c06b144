"""What people without a name answered, question by question: only what was published of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dialogues.form import Text
from reports.assembly import Figures, ItemResult, Report
from reports.audit.model import Answered, Answers, Claim, Piece
from reports.rendering import Voice, clipped
from reports.words import words


def answers(reports: Iterable[Report]) -> Iterator[Answers]:
    """The questions of each form on a scale, in the order of its themes; no form of which nothing may be shown."""
    for report in reports:
        voice = Voice(report, words("en"), "en")
        items = tuple(
            _answered(item, voice, f"theme.{report.form}.{theme.theme.code}")
            for theme in report.themes
            if theme.figures
            for item in theme.items
        )
        if items:
            yield Answers(clipped(report.title.to("en")), items)


def _answered(item: ItemResult, voice: Voice, reference: str) -> Answered:
    question, figures = clipped(item.label.to("en")), item.figures
    if figures is None:
        claim = Claim(f"“{question}”: too few people answered to show it.", (reference,))
        return Answered(question, "not shown", claim)
    share = voice.share(figures.positive)
    return Answered(
        question,
        voice.people(figures.band),
        Claim(f"“{question}”: {share} answered {_either(figures.good)}.", (reference,)),
        figures.positive,
        tuple(_pieces(figures)),
        figures.dont_know,
    )


def _pieces(figures: Figures) -> Iterator[Piece]:
    for each in figures.segments:
        yield Piece(_either(each.choices), each.tone, each.share)


def _either(choices: Iterable[Text]) -> str:
    return " or ".join(f"“{clipped(each.to('en'))}”" for each in choices)
