"""What was published, for other programs: as rows of a table (CSV), and as the published value itself (JSON).

Both are made from the report alone, as the page and the messages are: they hold no number that those do not.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from enum import StrEnum

import msgspec
from msgspec import Struct

from dialogues.form import Text
from reports import assembly
from reports.assembly import ChoiceResult, Figures, GroupHeard, GroupResult, Groups, Report, ThemeResult
from reports.disclosure import Band, Range, Share
from reports.rendering import END_ISOLATE, ISOLATE, Voice
from reports.words import words

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # a spreadsheet would run it


class Part(StrEnum):
    """What a row is about."""

    HEARD = "heard"
    THEME = "theme"
    QUESTION = "question"
    ANSWER = "answer"
    DONT_KNOW = "dont_know"
    GROUP = "group"
    CHOICE = "choice"
    LIMIT = "limit"


class Row(Struct, frozen=True):
    """One published figure, or why there is none (`note`). Ranges are in percent; what does not apply is empty."""

    part: Part
    theme: str = ""
    question: str = ""
    group: str = ""
    answer: str = ""
    people: str = ""
    share: str = ""
    range_from: str = ""
    range_to: str = ""
    note: str = ""


def rows(report: Report, *, language: str) -> tuple[Row, ...]:
    """Every published figure, in the order of the page, in words of this language."""
    found = _Table(Voice(report, words(language), language)).rows()
    return tuple(Row(row.part, *map(_bare, msgspec.structs.astuple(row)[1:])) for row in found)


def as_csv(report: Report, *, language: str) -> bytes:
    """The rows as a file for spreadsheets: UTF-8 with its mark, a line of names first, nothing that could be run."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(Row.__struct_fields__)
    found = (msgspec.structs.astuple(row) for row in rows(report, language=language))
    writer.writerows([defused(cell) for cell in row] for row in found)
    return file.getvalue().encode("utf-8-sig", errors="replace")


def as_json(report: Report) -> bytes:
    """The published value, with its labels in all languages, as it is stored, set out to be read."""
    return msgspec.json.format(assembly.encode(report), indent=2) + b"\n"


def defused(cell: str) -> str:
    """The cell, behind an apostrophe where a spreadsheet would take it for a formula."""
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell


def _bare(cell: str) -> str:
    """Without the marks that keep the direction of a label to itself in running text."""
    return cell.replace(ISOLATE, "").replace(END_ISOLATE, "")


class _Table(Struct, frozen=True):
    """The rows of one report."""

    voice: Voice

    def rows(self) -> Iterator[Row]:
        report = self.voice.report
        if not report.heard.enough:
            yield Row(Part.HEARD, people=self._people(report.heard.band), note=" ".join(self.voice.too_few()))
            return
        yield Row(Part.HEARD, people=self._people(report.heard.band), **_ends(report.heard.share))
        for group in report.heard.groups:
            yield self._group_heard(group)
        for theme in report.themes:
            yield from self._theme(theme)
        for choice in report.choices:
            yield from self._choices(choice)
        for limit in report.limits:
            yield Row(Part.LIMIT, note=self.voice.limit(limit))

    def _theme(self, theme: ThemeResult) -> Iterator[Row]:
        name, figures = self._said(theme.theme.name), theme.figures
        if figures is None:
            yield Row(Part.THEME, name, note=self._hidden("no_figures"))
        else:
            share, verdict = self._share(figures.positive), self.voice.verdict(figures.verdict)
            yield Row(Part.THEME, name, share=share, note=verdict, **_ends(figures.interval))
        for item in theme.items:
            label = self._said(item.label)
            if item.figures is None:
                yield Row(Part.QUESTION, name, label, note=self._hidden("item_hidden"))
            else:
                yield from self._figures(name, label, item.figures)
        yield from self._groups(name, theme)

    def _figures(self, theme: str, label: str, figures: Figures) -> Iterator[Row]:
        yield Row(
            Part.QUESTION,
            theme,
            label,
            answer=self._either(figures.good),
            people=self._people(figures.band),
            share=self._share(figures.positive),
            note=self.voice.verdict(figures.verdict),
            **_ends(figures.interval),
        )
        for each in figures.segments:
            yield Row(
                Part.ANSWER, theme, label, answer=self._either(each.choices), share=self._share(each.share)
            )
        yield Row(Part.DONT_KNOW, theme, label, share=self._share(figures.dont_know))

    def _groups(self, name: str, theme: ThemeResult) -> Iterator[Row]:
        match theme.breakdown:
            case Groups.ALIKE | Groups.TOO_SMALL as why:
                yield Row(Part.GROUP, name, note=self.voice.words(f"groups_{why.value}"))
            case Groups.SHOWN | Groups.NONE_DECLARED:
                for group in theme.groups:
                    yield self._group(name, group)

    def _group(self, theme: str, group: GroupResult) -> Row:
        label = self._label(group)
        if group.quarter is None:
            return Row(Part.GROUP, theme, group=label, note=self.voice.hidden([group]))
        return Row(Part.GROUP, theme, group=label, share=self.voice.words(f"quarter_{group.quarter.value}"))

    def _group_heard(self, group: GroupHeard) -> Row:
        label = self._label(group)
        if group.band is None:
            return Row(Part.HEARD, group=label, note=self.voice.hidden([group]))
        return Row(Part.HEARD, group=label, people=self._people(group.band))

    def _choices(self, choice: ChoiceResult) -> Iterator[Row]:
        theme, label = self._said(choice.theme.name) if choice.theme else "", self._said(choice.label)
        if not choice.bars:
            yield Row(
                Part.CHOICE,
                theme,
                label,
                note=self._hidden("choices_spread" if choice.band else "choices_hidden"),
            )
        for bar in choice.bars:
            yield Row(
                Part.CHOICE,
                theme,
                label,
                answer=self._said(bar.label),
                people=self._people(choice.band) if choice.band else "",
                share=self._share(bar.share),
            )

    def _label(self, group: GroupResult | GroupHeard) -> str:
        return self._said(group.label) if group.label else self.voice.words("not_said")

    def _said(self, text: Text) -> str:
        return self.voice.said(text).words

    def _either(self, choices: tuple[Text, ...]) -> str:
        return self.voice.either(choices)

    def _share(self, share: Share) -> str:
        return self.voice.share(share)

    def _people(self, band: Band) -> str:
        return self.voice.people(band)

    def _hidden(self, why: str) -> str:
        return self.voice.words(why, k=self.voice.report.facts.k)


def _ends(interval: Range | None) -> dict[str, str]:
    if interval is None:
        return {}
    return {"range_from": str(interval.low), "range_to": str(interval.high)}
