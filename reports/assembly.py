"""From counted answers to a report: the only place where both exact and published numbers are at hand.

A `Report` holds published values only, and the words of the form in all its languages: what is stored at
release is this value, and every page or message is rendered from it alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import TypeAlias

import msgspec
from msgspec import Struct

from dialogues.form import NO_TEXT, Choice, Form, Kind, Language, Question, Text
from dialogues.wordless import Wordless
from reports import codebook, disclosure, scoring
from reports.codebook import Theme
from reports.disclosure import FEW, NEARLY_ALL, Band, Breakdown, Part, Quarter, Range, Share
from reports.ledger import Subset, admitted
from reports.scoring import Scale, Score, Tally

FORMAT = 1
_MANY_DO_NOT_KNOW = 20  # percent: from here "I don't know" is a result of its own


class AuditFacts(Struct, frozen=True):
    """What is known of the audit. `staff_count` is 0 where nobody knows; dates are ISO 8601 or empty."""

    name: str
    service: str = ""
    incident: str = ""
    period_from: str = ""
    period_to: str = ""
    staff_count: int = 0
    k: int = disclosure.DEFAULT_K
    synthetic: bool = False
    closed: bool = False


class Verdict(StrEnum):
    """What the interval says: all of it below half, all of it above half, or neither."""

    WEAK = "weak"
    STRONG = "strong"
    UNCLEAR = "unclear"


class Tone(StrEnum):
    """Which part of a scale a segment is, by what is good for people, not by the order of choices."""

    BEST = "best"
    GOOD = "good"
    FAVOURABLE = "favourable"
    MIDDLE = "middle"
    POOR = "poor"
    WORST = "worst"
    UNFAVOURABLE = "unfavourable"
    REST = "rest"


class Segment(Struct, frozen=True):
    """One piece of a bar: the choices it stands for together, and their share."""

    choices: tuple[Text, ...]
    tone: Tone
    share: Share


class Figures(Struct, frozen=True):
    """What is published of one question: of how many people (on the scale), and how they answered.

    `good` are the choices that count as positive.
    """

    band: Band
    good: tuple[Text, ...]
    positive: Share
    interval: Range
    verdict: Verdict
    segments: tuple[Segment, ...]
    dont_know: Share


class ItemResult(Struct, frozen=True):
    """A question on a scale. Without figures, fewer than K people answered on the scale (or R6, R7 forbid it).

    Questions with one `equivalence` may be compared between audits; reports from before it was kept have none.
    """

    path: str
    label: Text
    reversed: bool
    figures: Figures | None
    equivalence: str = ""


class GroupResult(Struct, frozen=True):
    """A group on a theme; `quarter` is None where it is hidden. An empty label: those who did not say."""

    code: str
    label: Text
    quarter: Quarter | None


class Groups(StrEnum):
    """Whether a theme is broken down by group, and if not, why."""

    SHOWN = "shown"
    NONE_DECLARED = "none_declared"
    TOO_SMALL = "too_small"
    ALIKE = "alike"


class ThemeFigures(Struct, frozen=True):
    """The score of a theme, from the published shares of its questions."""

    positive: Share
    interval: Range
    verdict: Verdict


class ThemeResult(Struct, frozen=True):
    """A theme with its questions, and by group. Without figures, none of its questions may be shown."""

    theme: Theme
    figures: ThemeFigures | None
    items: tuple[ItemResult, ...]
    breakdown: Groups
    groups: tuple[GroupResult, ...] = ()


class ChoiceBar(Struct, frozen=True):
    """One choice of several, and the share of people who made it."""

    label: Text
    share: Share


class ChoiceResult(Struct, frozen=True):
    """A question where several choices could be made, the most frequent first; `band` people answered.

    No band: fewer than K answered. A band without bars: too few chose the same thing to show it safely.
    """

    path: str
    label: Text
    theme: Theme | None
    band: Band | None = None
    bars: tuple[ChoiceBar, ...] = ()


class GroupHeard(Struct, frozen=True):
    """How many of a group took part; `band` is None where that is hidden."""

    code: str
    label: Text
    band: Band | None


class Heard(Struct, frozen=True):
    """Who was heard. `share` of staff follows from the band; `corrected`: at least half of all staff."""

    band: Band
    enough: bool
    share: Range | None
    corrected: bool
    groups: tuple[GroupHeard, ...] = ()


class Doubt(StrEnum):
    """What the answers cannot tell; worded by `reports.words`."""

    SYNTHETIC = "synthetic"
    PERCEPTIONS = "perceptions"
    UNDER_HALF = "under_half"
    STAFF_UNKNOWN = "staff_unknown"
    ORDER = "order"
    ITEMS_HIDDEN = "items_hidden"
    GROUPS_HIDDEN = "groups_hidden"
    DONT_KNOW = "dont_know"
    NOT_ASKED = "not_asked"
    ROUNDED = "rounded"


class Limit(Struct, frozen=True):
    """One limit of the evidence, with the themes or questions it is about."""

    doubt: Doubt
    about: tuple[Text, ...] = ()


class Report(Struct, frozen=True):
    """Everything that is published of the answers to one form. Themes are in order, the weakest first."""

    facts: AuditFacts
    title: Text
    languages: tuple[Language, ...]
    form: str
    version: str
    digest: str
    heard: Heard
    breakdown: Text = NO_TEXT
    themes: tuple[ThemeResult, ...] = ()
    choices: tuple[ChoiceResult, ...] = ()
    open_questions: tuple[Text, ...] = ()
    limits: tuple[Limit, ...] = ()
    format: int = FORMAT


class NotYet(Struct, frozen=True):
    """R0: the audit is open; all that can be said is fewer than K, or K or more."""

    band: Band


class Refused(Struct, frozen=True):
    """The audit asks for a K that does not protect (below 5) or that nothing could pass (above 20)."""

    k: int


Assembled: TypeAlias = Report | NotYet | Refused


def assemble(facts: AuditFacts, form: Form, tally: Tally, published: Collection[Subset] = ()) -> Assembled:
    """The report of a closed audit, or why there is none. Fewer than K responses: it says only that.

    `published`: what ever was, of these responses. What may not stand beside it (R6, R7) is hidden.
    """
    if not disclosure.is_threshold(facts.k):
        return Refused(facts.k)
    if not facts.closed:
        return NotYet(disclosure.counted(tally.responses, k=facts.k))
    return _Assembly(facts, form, tally, published).report()


def subsets(report: Report) -> tuple[Subset, ...]:
    """Whom the figures of a report are about: what the ledger keeps of it. No number is among them."""
    if not report.heard.enough:
        return ()
    heard = tuple(each.code for each in report.heard.groups if each.band)
    found = [_everyone(""), *_each_group("", heard)]
    for theme in report.themes:
        groups = tuple(each.code for each in theme.groups if each.quarter is not None)
        for item in theme.items:
            if item.figures:
                found += [_everyone(item.path), *_each_group(item.path, groups)]
    found += [_everyone(each.path) for each in report.choices if each.band]
    return tuple(found)


def _everyone(question: str) -> Subset:
    return Subset(question)


def _each_group(question: str, codes: Iterable[str]) -> list[Subset]:
    return [Subset(question, (code,)) for code in codes]


def encode(report: Report) -> bytes:
    """The report as it is stored: JSON, the same bytes for equal reports."""
    return msgspec.json.encode(report, order="deterministic")


_decoder = msgspec.json.Decoder(Report)


def decode(content: bytes) -> Report:
    """The report that was stored. Raises `msgspec.ValidationError` when the bytes are none."""
    return _decoder.decode(content)


class _Item(Wordless, frozen=True):
    """A scored question with its exact counts, in all and by group. It never leaves this file."""

    question: Question
    scale: Scale
    score: Score
    groups: dict[str, Score]

    @property
    def sizes(self) -> dict[str, int]:
        return {code: score.n for code, score in self.groups.items()}

    @property
    def people(self) -> dict[str, int]:
        """Everyone by group, also where none was declared."""
        return self.sizes or {"": self.score.n}


class _Assembly(Struct, frozen=True):
    """One report being made."""

    facts: AuditFacts
    form: Form
    tally: Tally
    published: Collection[Subset]

    def report(self) -> Report:
        heard = self._heard()
        report = Report(
            facts=self.facts,
            title=self.form.title,
            languages=self.form.languages,
            form=self.form.id,
            version=self.form.version,
            digest=self.form.digest,
            heard=heard,
        )
        if not heard.enough:
            return report
        themes = self._themes(heard)
        return msgspec.structs.replace(
            report,
            breakdown=self._breakdown_label(),
            themes=themes,
            choices=tuple(self._choices()),
            open_questions=tuple(self._open_questions()),
            limits=tuple(_limits(self.facts, heard, themes)),
        )

    # Who was heard

    def _heard(self) -> Heard:
        n, staff = self.tally.responses, self.facts.staff_count
        band = disclosure.band(n, k=self.facts.k)
        if not self._shows("", self._people()):
            return Heard(band, enough=False, share=None, corrected=False)
        return Heard(
            band,
            enough=True,
            share=_share_of_staff(band, staff),
            corrected=band.low <= staff <= 2 * band.low,
            groups=tuple(self._groups_heard()),
        )

    def _groups_heard(self) -> Iterator[GroupHeard]:
        k, sizes = self.facts.k, self._sizes(self.tally.groups)
        visible = disclosure.breakdown(sizes, k=k).visible
        if not self._shows("", self._people(), visible):
            visible = ()
        for code, label in self._groups():
            yield GroupHeard(code, label, disclosure.band(sizes[code], k=k) if code in visible else None)

    def _groups(self) -> list[tuple[str, Text]]:
        """Every group that there could be, with its label, be anybody in it or not (R1: also 0).

        The last are those who did not say. They too stand here when there are none: else their absence would tell.
        """
        if not self.form.breakdown:
            return []
        declared = [(choice.name, choice.label) for choice in self._breakdown_choices()]
        known = {code for code, _ in declared}
        present = set(self.tally.groups).union(*self.tally.counts.values())
        rest = [(code, Text({self.form.default_language: code})) for code in sorted(present - known - {""})]
        return [*declared, *rest, ("", NO_TEXT)]

    def _breakdown_question(self) -> Question | None:
        named = self.form.breakdown
        return next((each for each in self.form.questions.values() if named in (each.path, each.name)), None)

    def _breakdown_choices(self) -> tuple[Choice, ...]:
        question = self._breakdown_question()
        return self.form.choices.get(question.choices, ()) if question else ()

    def _breakdown_label(self) -> Text:
        question = self._breakdown_question()
        return question.label if question else NO_TEXT

    def _people(self) -> dict[str, int]:
        return self.tally.groups or {"": self.tally.responses}

    def _sizes(self, sizes: dict[str, int]) -> dict[str, int]:
        return {code: sizes.get(code, 0) for code, _ in self._groups()}

    def _shows(self, question: str, sizes: Mapping[str, int], groups: Iterable[str] = ()) -> bool:
        """Whether a figure of everyone who answered may be shown (R1), and each of these groups beside it (R6, R7)."""
        wanted = [_everyone(question), *_each_group(question, groups)]
        taken = admitted(wanted, self.published, {question: sizes}, k=self.facts.k)
        return disclosure.enough(sum(sizes.values()), k=self.facts.k) and taken == set(wanted)

    # Themes and their questions

    def _themes(self, heard: Heard) -> tuple[ThemeResult, ...]:
        by_theme: dict[str, list[_Item]] = {}
        for item in self._items():
            by_theme.setdefault(item.question.theme, []).append(item)
        results = [self._theme(code, items, heard) for code, items in by_theme.items()]
        return tuple(sorted(results, key=_weakest_first))

    def _items(self) -> Iterator[_Item]:
        for question in self.form.questions.values():
            scale = scoring.scale(self.form, question) if question.kind is Kind.SELECT_ONE else None
            if scale and question.theme:
                by_group = self.tally.counts.get(question.path, {})
                groups = {code: scoring.score(scale, by_group.get(code, {})) for code, _ in self._groups()}
                total = scoring.score(scale, scoring.everyone(self.tally, question.path))
                yield _Item(question, scale, total, groups)

    def _theme(self, code: str, items: list[_Item], heard: Heard) -> ThemeResult:
        shown = [item for item in items if self._shows(item.question.path, item.people)]
        results = tuple(self._item(item, heard if item in shown else None) for item in items)
        breakdown, groups = self._by_group(shown)
        return ThemeResult(codebook.theme(code), _theme_figures(results), results, breakdown, groups)

    def _item(self, item: _Item, heard: Heard | None) -> ItemResult:
        question = item.question
        return ItemResult(
            question.path,
            question.label,
            reversed=question.polarity < 0,
            figures=self._figures(item, heard) if heard else None,
            equivalence=question.equivalence,
        )

    def _figures(self, item: _Item, heard: Heard) -> Figures:
        score, k = item.score, self.facts.k
        band = disclosure.band(score.n, k=k)
        positive = disclosure.share(score.positive, score.n)
        population = self.facts.staff_count if heard.corrected else None
        interval = disclosure.interval(positive, band, population=population)
        parts = disclosure.parts(score.levels, best=item.scale.best, worst=item.scale.worst)
        return Figures(
            band,
            self._labels(item, item.scale.levels[: item.scale.best]),
            positive,
            interval,
            _verdict(interval),
            tuple(self._segment(item, part) for part in parts),
            disclosure.share(score.dont_know, score.n + score.dont_know),
        )

    def _segment(self, item: _Item, part: Part) -> Segment:
        labels = self._labels(item, item.scale.levels[part.start : part.stop])
        return Segment(labels, _tone(item.scale, part), part.share)

    def _labels(self, item: _Item, levels: Iterable[tuple[str, ...]]) -> tuple[Text, ...]:
        found = [self.form.choice(item.question, name) for level in levels for name in level]
        return tuple(choice.label for choice in found if choice)

    # Groups

    def _by_group(self, items: list[_Item]) -> tuple[Groups, tuple[GroupResult, ...]]:
        """The theme for each group, where each question that is shown may be shown for that group too."""
        if not self._groups():
            return Groups.NONE_DECLARED, ()
        rule = disclosure.common([self._breakdown_of(item) for item in items])
        if not rule.visible or not all(
            self._shows(item.question.path, item.people, rule.visible) for item in items
        ):
            return Groups.TOO_SMALL, ()
        if not any(disclosure.apart(_blocks(item, rule)) for item in items):
            return Groups.ALIKE, ()
        return Groups.SHOWN, tuple(
            GroupResult(code, label, _group_quarter(items, code, rule) if code in rule.visible else None)
            for code, label in self._groups()
        )

    def _breakdown_of(self, item: _Item) -> Breakdown:
        return disclosure.breakdown(item.sizes, k=self.facts.k)

    # Questions without a scale

    def _choices(self) -> Iterator[ChoiceResult]:
        for question in self.form.questions.values():
            if question.kind is Kind.SELECT_MULTIPLE:
                yield self._choice_result(question)

    def _choice_result(self, question: Question) -> ChoiceResult:
        values = scoring.everyone(self.tally, question.path)
        people = {
            group: sum(n for value, n in counts.items() if value.strip())
            for group, counts in self.tally.counts.get(question.path, {}).items()
        }
        answered = sum(people.values())
        theme = codebook.theme(question.theme) if question.theme else None
        result = ChoiceResult(question.path, question.label, theme)
        if not self._shows(question.path, people):
            return result
        counts = scoring.chosen(values)
        offered = self.form.choices.get(question.choices, ())
        shares = disclosure.choices(
            {choice.name: counts.get(choice.name, 0) for choice in offered}, answered=answered
        )
        band = disclosure.band(answered, k=self.facts.k)
        return msgspec.structs.replace(result, band=band, bars=_bars(offered, shares or {}))

    def _open_questions(self) -> Iterator[Text]:
        return (each.label for each in self.form.questions.values() if each.kind is Kind.TEXT)


def _share_of_staff(band: Band, staff: int) -> Range | None:
    """Which share of staff a band of people is; None where staff are not counted, or fewer than answered."""
    if staff < band.low:
        return None
    return disclosure.outwards(band.low / staff, min(band.high or staff, staff) / staff)


def _tone(scale: Scale, part: Part) -> Tone:
    low = len(scale.levels) - scale.worst
    single = part.stop - part.start == 1
    if part.stop <= scale.best:
        return (Tone.BEST if part.start == 0 else Tone.GOOD) if single and scale.best > 1 else Tone.FAVOURABLE
    if part.start >= low:
        last = part.stop == len(scale.levels)
        return (Tone.WORST if last else Tone.POOR) if single and scale.worst > 1 else Tone.UNFAVOURABLE
    return Tone.MIDDLE if part.stop <= low else Tone.REST


def _verdict(interval: Range) -> Verdict:
    if interval.high <= 50:
        return Verdict.WEAK
    return Verdict.STRONG if interval.low >= 50 else Verdict.UNCLEAR


def _theme_figures(items: tuple[ItemResult, ...]) -> ThemeFigures | None:
    """The mean of the questions' published shares, and of the ends of their intervals.

    The same people answer all questions of a theme, so their errors may all point one way: the mean of the
    ends is the interval for that worst case. Words count as 5 and 95 percent. Nothing here knows a count.
    """
    shown = [item.figures for item in items if item.figures]
    mean = scoring.composite(figures.positive.percent / 100 for figures in shown)
    if mean is None:
        return None
    interval = disclosure.outwards(
        sum(figures.interval.low for figures in shown) / len(shown) / 100,
        sum(figures.interval.high for figures in shown) / len(shown) / 100,
    )
    return ThemeFigures(_coarse([figures.positive for figures in shown], mean), interval, _verdict(interval))


def _coarse(shares: list[Share], mean: float) -> Share:
    for word in (FEW, NEARLY_ALL):
        if all(share == word for share in shares):
            return word
    return Share(disclosure.Size.PERCENT, round(mean * 20) * disclosure.STEP)


def _weakest_first(result: ThemeResult) -> tuple[int, int, tuple[int, str]]:
    """By what is published, so that the order says nothing more; ties by the codebook, no figures last."""
    figures = result.figures
    percent, low = (figures.positive.percent, figures.interval.low) if figures else (101, 0)
    return percent, low, codebook.order(result.theme.code)


def _blocks(item: _Item, rule: Breakdown) -> list[tuple[int, int]]:
    """(x, n) of every visible group and of all hidden ones together."""
    seen = [(item.groups[code].positive, item.groups[code].n) for code in rule.visible]
    hidden = [item.groups[code] for code in rule.hidden]
    if not hidden:
        return seen
    return [*seen, (sum(score.positive for score in hidden), sum(score.n for score in hidden))]


def _group_quarter(items: list[_Item], code: str, rule: Breakdown) -> Quarter:
    """The group's score. Where groups may not be told apart, everyone's published share stands in."""
    shares = [
        item.groups[code].p
        if disclosure.apart(_blocks(item, rule))
        else disclosure.share(item.score.positive, item.score.n).percent / 100
        for item in items
    ]
    return disclosure.quarter(scoring.composite(shares) or 0.0)


def _bars(offered: Iterable[Choice], shares: Mapping[str, Share]) -> tuple[ChoiceBar, ...]:
    """Most frequent first by published share, ties in the form's order."""
    bars = [ChoiceBar(choice.label, shares[choice.name]) for choice in offered if choice.name in shares]
    return tuple(sorted(bars, key=lambda bar: -bar.share.percent))


def _limits(facts: AuditFacts, heard: Heard, themes: tuple[ThemeResult, ...]) -> Iterator[Limit]:
    if facts.synthetic:
        yield Limit(Doubt.SYNTHETIC)
    yield Limit(Doubt.PERCEPTIONS)
    if heard.share is None:
        yield Limit(Doubt.STAFF_UNKNOWN)
    elif not heard.corrected:
        yield Limit(Doubt.UNDER_HALF)
    yield from _doubts_of_themes(themes)
    yield Limit(Doubt.ROUNDED)


def _doubts_of_themes(themes: tuple[ThemeResult, ...]) -> Iterator[Limit]:
    items = [item for theme in themes for item in theme.items]
    found = (
        (Doubt.ORDER, _as_weak_as_the_first(themes)),
        (Doubt.DONT_KNOW, [item.label for item in items if _many_do_not_know(item)]),
        (Doubt.ITEMS_HIDDEN, [item.label for item in items if item.figures is None]),
        (Doubt.GROUPS_HIDDEN, [each.theme.name for each in themes if _hides_groups(each)]),
        (Doubt.NOT_ASKED, _not_asked(themes)),
    )
    return (Limit(doubt, tuple(about)) for doubt, about in found if about)


def _as_weak_as_the_first(themes: tuple[ThemeResult, ...]) -> list[Text]:
    """The themes whose interval overlaps that of the weakest, with the weakest itself; or none."""
    known = [(theme.theme.name, theme.figures.interval) for theme in themes if theme.figures]
    overlapping = [name for name, interval in known if interval.low <= known[0][1].high]
    return overlapping if len(overlapping) > 1 else []


def _many_do_not_know(item: ItemResult) -> bool:
    return item.figures is not None and item.figures.dont_know.percent >= _MANY_DO_NOT_KNOW


def _hides_groups(theme: ThemeResult) -> bool:
    hidden = any(group.quarter is None for group in theme.groups)
    return hidden or theme.breakdown in {Groups.TOO_SMALL, Groups.ALIKE}


def _not_asked(themes: tuple[ThemeResult, ...]) -> list[Text]:
    asked = {each.theme.code for each in themes}
    return [each.name for each in codebook.THEMES if each.code not in asked]
