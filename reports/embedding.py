"""What a re-audit and the followed numbers say of findings and actions: what may be closed, reopened, called embedded.

The rules, each the first that holds:

1. A theme is *mixed* when some of its questions improved and others deteriorated, *deteriorated* when some did and none
   improved, *improved* when none deteriorated and enough improved: a quarter of its questions, and two of them where
   there are four or more, since of many questions one seems to improve by chance. It is of *no clear change* when that
   is so of every question, and else *cannot tell*. An audit, over its themes and numbers, and a finding, over its
   themes, need only one that improved.
2. A number *improved* when seven months or more in a row lie on the better side of the mean, all after the day from
   which it is looked at and up to its last month, and no trend back ends there; *deteriorated* the other way round. *No
   clear change* takes 12 numbers, as limits do, and one after that day.
3. A finding is proposed to be closed when every one of its themes improved, or when a number of its actions improved
   and none of its themes and numbers got worse; to be reopened when one did. A lead decides.
4. An action is *embedded* only once it was verified, and then by a re-audit in which every theme of its findings
   improved and the groups that were heard are not other ones than then, or by a number of its own that improved since
   it was done. What deteriorated does not hold.

The first two say no more than `change` and `measures`: a share has its interval, a shift its seven months.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from math import ceil, floor
from typing import TypeAlias

from msgspec import Struct

from dialogues.form import Text
from reports import codebook
from reports.assembly import Report
from reports.change import Compared, Heard, Mix, Moved, Points, Verdict, compare, difference
from reports.findings import Finding, Nature, Standing
from reports.gaps import Positive
from reports.measures import ENOUGH, Chart, Month, Signal
from reports.plan import Action, Proof, State, shift, shifted
from reports.waves import Withheld

QUARTER, TWO_OF = 4, 4  # one in so many questions; from so many on, two at least
_ROUNDING = 1e-9


class Way(StrEnum):
    """Where something went."""

    IMPROVED = "improved"
    NO_CLEAR_CHANGE = "no_clear_change"
    DETERIORATED = "deteriorated"
    CANNOT_TELL = "cannot_tell"
    MIXED = "mixed"


class Counted(Struct, frozen=True):
    """A share of named people or records, which is counted exactly, then and now. No repr: exact."""

    before: Positive
    after: Positive
    interval: Points
    verdict: Verdict

    def __repr__(self) -> str:
        return f"Counted({self.verdict})"


Change: TypeAlias = Moved | Counted | Withheld


class Rated(Struct, frozen=True):
    """A closed question that named people or records answered, by what makes it comparable."""

    theme: str
    label: Text
    positive: Positive


class Question(Struct, frozen=True):
    """A question that both audits asked, and what may be said of the change; `theme` is a code."""

    theme: str
    label: Text
    change: Change

    @property
    def way(self) -> Way:
        """Where it went; what is hidden cannot be told."""
        return Way.CANNOT_TELL if isinstance(self.change, Withheld) else Way(self.change.verdict)


class ThemeChange(Struct, frozen=True):
    """A theme with the questions that both audits asked of it."""

    theme: str
    way: Way
    questions: tuple[Question, ...]

    def count(self, way: Way) -> int:
        """How many of its questions went this way."""
        return sum(each.way is way for each in self.questions)


class MeasureChange(Struct, frozen=True):
    """A number that is followed, and whether it shifted after a day: the signal that says so, if any."""

    id: str
    indicator: str
    way: Way
    signal: Signal | None = None


class Because(StrEnum):
    """Why a finding or an action stands as it is proposed."""

    THEMES_IMPROVED = "themes_improved"
    NUMBER_SHIFTED = "number_shifted"
    GOT_WORSE = "got_worse"
    IN_PART = "in_part"
    NO_CLEAR_CHANGE = "no_clear_change"
    CANNOT_TELL = "cannot_tell"
    OTHERS_HEARD = "others_heard"
    NOT_DONE = "not_done"
    GOOD_PRACTICE = "good_practice"


class Proposed(Struct, frozen=True):
    """How a finding should stand now, and why: by these themes (codes) and numbers (ids)."""

    finding: Finding
    standing: Standing
    because: Because
    themes: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()

    @property
    def is_new(self) -> bool:
        """Whether that is another standing than it has."""
        return self.standing is not self.finding.standing


class Lasting(Struct, frozen=True):
    """Whether an action lasts: with the `proof`, or `lapsed`; neither: not yet, and why."""

    action: Action
    because: Because
    proof: Proof | None = None
    lapsed: bool = False


class Outcome(Struct, frozen=True):
    """What a re-audit shows of its baseline: as a whole, by theme, number, finding and action; who was heard."""

    way: Way
    heard: tuple[Heard, ...]
    themes: tuple[ThemeChange, ...]
    measures: tuple[MeasureChange, ...] = ()
    findings: tuple[Proposed, ...] = ()
    actions: tuple[Lasting, ...] = ()
    only_before: tuple[Text, ...] = ()
    only_after: tuple[Text, ...] = ()

    @property
    def others_were_heard(self) -> bool:
        """Whether other groups were heard than then, as far as anybody can tell."""
        return any(each.mix is Mix.CHANGED for each in self.heard)

    def count(self, way: Way) -> int:
        """How many themes went this way."""
        return sum(each.way is way for each in self.themes)


class Followed(Struct, frozen=True):
    """A number that is followed: its id, and its chart if there is one."""

    id: str
    indicator: str
    chart: Chart | None


def together(ways: Iterable[Way]) -> Way:
    """Where several things went as a whole: rule 1."""
    found = set(ways)
    better, worse = bool(found & {Way.IMPROVED, Way.MIXED}), bool(found & {Way.DETERIORATED, Way.MIXED})
    if better and worse:
        return Way.MIXED
    if better or worse:
        return Way.IMPROVED if better else Way.DETERIORATED
    return Way.NO_CLEAR_CHANGE if found == {Way.NO_CLEAR_CHANGE} else Way.CANNOT_TELL


# Questions


def unnamed(baseline: Report, follow_up: Report) -> tuple[Compared, tuple[Question, ...]]:
    """What changed between two published reports, and each question of it under its theme. R9 holds."""
    found = compare(baseline, follow_up)
    themes = {
        (item.equivalence or f"/{item.path}"): result.theme.code
        for result in follow_up.themes
        for item in result.items
    }
    questions = (Question(themes.get(each.equivalence, ""), each.label, each.change) for each in found.items)
    return found, tuple(questions)


def named(before: Mapping[str, Rated], after: Mapping[str, Rated]) -> tuple[Question, ...]:
    """What changed in what named people and records say, by what makes questions comparable."""
    return tuple(
        Question(theme, rated.label, _counted(before[key].positive, rated.positive))
        for key, rated in after.items()
        if key in before and before[key].positive.n and rated.positive.n
        for theme in rated.theme.split()
    )


def _counted(before: Positive, after: Positive) -> Counted:
    found = difference(before, after)
    low, high = 100 * found.interval.low, 100 * found.interval.high
    return Counted(
        before, after, Points(floor(low + _ROUNDING), ceil(high - _ROUNDING)), Verdict(found.verdict)
    )


def themes(questions: Iterable[Question]) -> tuple[ThemeChange, ...]:
    """The themes of the questions, in the codebook's order."""
    by: dict[str, list[Question]] = {}
    for each in questions:
        by.setdefault(each.theme, []).append(each)
    return tuple(
        ThemeChange(code, _of_theme([each.way for each in by[code]]), tuple(by[code]))
        for code in sorted(by, key=codebook.order)
    )


def _of_theme(ways: Sequence[Way]) -> Way:
    """Where a theme went: one question among many that improved says nothing of it."""
    way = together(ways)
    few = ways.count(Way.IMPROVED) < max(ceil(len(ways) / QUARTER), 2 if len(ways) >= TWO_OF else 1)
    return Way.CANNOT_TELL if way is Way.IMPROVED and few else way


# Numbers


def measured(followed: Followed, since: date) -> MeasureChange:
    """Whether a number shifted after this day, and stayed there: rule 2."""
    if followed.chart is None:
        return MeasureChange(followed.id, followed.indicator, Way.CANNOT_TELL)
    for good, way in ((True, Way.IMPROVED), (False, Way.DETERIORATED)):
        signal = shifted(followed.chart, since, good=good)
        if signal is not None:
            return MeasureChange(followed.id, followed.indicator, way, signal)
    known = [point for point in followed.chart.points if point.value is not None]
    enough = len(known) >= ENOUGH and known[-1].month > Month(since.year, since.month)
    return MeasureChange(followed.id, followed.indicator, Way.NO_CLEAR_CHANGE if enough else Way.CANNOT_TELL)


# Findings and actions


class _Told(Struct, frozen=True):
    """What is known of the themes and numbers."""

    themes: dict[str, Way]
    measures: dict[str, Way]
    by_finding: dict[str, tuple[str, ...]]

    def propose(self, finding: Finding) -> Proposed:
        about = tuple(theme for theme in finding.themes if theme in self.themes)
        numbers = tuple(each for each in self.by_finding.get(finding.id, ()) if each in self.measures)
        if finding.nature is Nature.GOOD_PRACTICE:
            return Proposed(finding, finding.standing, Because.GOOD_PRACTICE)
        because = self._because(finding, about, numbers)
        return Proposed(finding, _standing(finding.standing, because), because, about, numbers)

    def _because(self, finding: Finding, about: Collection[str], numbers: Collection[str]) -> Because:
        way = together(self.themes[theme] for theme in about)
        shifts = together(self.measures[each] for each in numbers)
        if {way, shifts} & {Way.DETERIORATED, Way.MIXED}:
            return Because.GOT_WORSE
        if finding.themes and all(self.themes.get(theme) is Way.IMPROVED for theme in finding.themes):
            return Because.THEMES_IMPROVED
        if shifts is Way.IMPROVED:
            return Because.NUMBER_SHIFTED
        if way is Way.IMPROVED:
            return Because.IN_PART
        return Because.NO_CLEAR_CHANGE if way is Way.NO_CLEAR_CHANGE else Because.CANNOT_TELL


def _standing(now: Standing, because: Because) -> Standing:
    if because in (Because.THEMES_IMPROVED, Because.NUMBER_SHIFTED):
        return Standing.CLOSED
    if because is Because.GOT_WORSE and now is Standing.CLOSED:
        return Standing.REOPENED
    return now


def outcome(
    compared: Iterable[Compared],
    changes: tuple[ThemeChange, ...],
    followed: Iterable[Followed],
    findings: Iterable[Finding],
    actions: Iterable[Action],
    *,
    since: date,
    reaudit: Proof,
) -> Outcome:
    """What a re-audit shows; `since` is the day on which its baseline was closed, from which numbers are looked at.

    `reaudit`: what it is as a proof, where it proves anything.
    """
    both, numbers, tasks = tuple(compared), tuple(followed), tuple(actions)
    measures = tuple(measured(each, since) for each in numbers)
    told = _Told(
        {each.theme: each.way for each in changes},
        {each.id: each.way for each in measures},
        _numbers_of(tasks),
    )
    proposed = tuple(told.propose(finding) for finding in findings)
    heard = tuple(each.heard for each in both)
    mixed = any(each.mix is Mix.CHANGED for each in heard)
    charts = {each.id: each.chart for each in numbers if each.chart is not None}
    return Outcome(
        way=together((*(each.way for each in changes), *(each.way for each in measures if each.signal))),
        heard=heard,
        themes=changes,
        measures=measures,
        findings=proposed,
        actions=tuple(_lastings(tasks, proposed, charts, None if mixed else reaudit)),
        only_before=tuple(label for each in both for label in each.only_before),
        only_after=tuple(label for each in both for label in each.only_after),
    )


def _numbers_of(actions: Iterable[Action]) -> dict[str, tuple[str, ...]]:
    """By finding, the ids of the numbers of its actions."""
    found: dict[str, tuple[str, ...]] = {}
    for each in actions:
        number = each.measure.measure if each.measure else ""
        for finding in each.findings if number and each.state is not State.REJECTED else ():
            found[finding] = (*found.get(finding, ()), number)
    return found


def _lastings(
    actions: Iterable[Action],
    proposed: Iterable[Proposed],
    charts: Mapping[str, Chart],
    reaudit: Proof | None,
) -> Iterator[Lasting]:
    because = {each.finding.id: each.because for each in proposed}
    for action in actions:
        if action.state in (State.VERIFIED, State.EMBEDDED, State.CLOSED):
            of = [because[each] for each in action.findings if each in because]
            yield lasting(action, of, charts, reaudit)
        elif action.state is not State.REJECTED:
            yield Lasting(action, Because.NOT_DONE)


def lasting(
    action: Action, of_findings: Sequence[Because], charts: Mapping[str, Chart], reaudit: Proof | None = None
) -> Lasting:
    """Whether an action that was verified lasts, by what holds for its findings and by its number: rule 4.

    `reaudit` is None where other groups were heard than then.
    """
    number = action.measure.measure if action.measure else ""
    done, chart = action.implemented_on, charts.get(number)
    worse = shifted(chart, done, good=False) if chart is not None and done is not None else None
    if Because.GOT_WORSE in of_findings or worse is not None:
        return Lasting(action, Because.GOT_WORSE, lapsed=True)
    proof = shift(number, chart, done) if chart is not None and done is not None else None
    if proof is not None:
        return Lasting(action, Because.NUMBER_SHIFTED, proof)
    if of_findings and all(each is Because.THEMES_IMPROVED for each in of_findings):
        if reaudit is not None and done is not None and reaudit.day <= done:
            return Lasting(action, Because.CANNOT_TELL)  # people were asked before it was done
        because = Because.OTHERS_HEARD if reaudit is None else Because.THEMES_IMPROVED
        return Lasting(action, because, reaudit)
    return Lasting(action, next(iter(of_findings), Because.CANNOT_TELL))
