"""How the system looks, theme by theme: from what named people said, counted, and what was published of the others.

Named people are told apart by nobody: of fewer than five nothing is counted, and what is, is said as coarsely as the
answers of people without a name.
"""

from __future__ import annotations

from collections.abc import Iterator

from reports import assembly, codebook, gaps
from reports.assembly import Groups, Report
from reports.audit.comparing import signed
from reports.audit.model import Claim, Distance, Heat, HeatRow, Picture, Spoken
from reports.coding import Direction
from reports.disclosure import Share, Size
from reports.gaps import Gap
from reports.rendering import Voice, clipped
from reports.themes import Prevalence, Priority, Results, ThemeResult, Unnamed, is_told, strongest
from reports.words import words

FEWEST = gaps.FEWEST  # named people, or sources, of whom anything is counted
UNNAMED = "unnamed"  # the column of people without a name, beside the kinds of sources
_PRIORITIES = {
    Priority.HIGH: "a high priority",
    Priority.MEDIUM: "a medium priority",
    Priority.LOW: "a low priority",
    Priority.NONE: "not pressing",
}
_GAPS = {
    gaps.Verdict.ALIGNED: "they see it alike",
    gaps.Verdict.NOTABLE: "this is more than chance",
    gaps.Verdict.INDICATIVE: "this could be chance",
    gaps.Verdict.UNCLEAR: "nobody can tell whether they differ",
}


def picture(reports: tuple[Report, ...], results: Results | None) -> Picture:
    """The whole of it; without results, only what was published of each form."""
    forms = {each.digest: each for each in reports}
    themes = strongest(results) if results else ()
    return Picture(
        tuple(_spoken(each, forms) for each in themes if _is_heard_of(each)),
        tuple(filter(None, map(heat, reports))),
        tuple(distance for each in themes for distance in _distances(each, forms)),
    )


def name(theme: str) -> str:
    """What a theme is called."""
    return codebook.theme(theme).name.to("en")


_PARTS = (
    "few",
    "about a quarter",
    "about half",
    "about three quarters",
    "nearly all",
)  # of named people, no nearer


def share(value: Share) -> str:
    """A coarse share at the beginning of a sentence."""
    match value.size:
        case Size.FEW:
            return "few"
        case Size.NEARLY_ALL:
            return "nearly all"
        case Size.PERCENT:
            return f"about {value.percent} %"


def coded(theme: str) -> str:
    """The reference to all named evidence that is coded to a theme."""
    return f"coded.{theme}"


def told(each: ThemeResult, report: Report) -> tuple[Unnamed, ...]:
    """What was published on a theme of those who answered a form without a name."""
    return tuple(one for one in each.unnamed if one.form == report.digest)


def _is_heard_of(each: ThemeResult) -> bool:
    return bool(each.sources.spoke) or is_told(each.unnamed)


def _spoken(each: ThemeResult, forms: dict[str, Report]) -> Spoken:
    said = [*_named(each.people), *(sentence for one in each.unnamed for sentence in _unnamed(one))]
    evidence = [coded(each.theme)] if each.sources.spoke else []
    evidence += [
        f"theme.{report.form}.{each.theme}" for report in forms.values() if is_told(told(each, report))
    ]
    text = f"{name(each.theme)} is {_PRIORITIES[each.judged.priority]}"
    text += f": {'; '.join(said)}." if said else ". Too few named people spoke of it to count them."
    return Spoken(
        each.theme, name(each.theme), each.judged.priority, Claim(text, tuple(evidence)), dict(_kinds(each))
    )


def _named(people: Prevalence) -> Iterator[str]:
    if people.heard >= FEWEST and people.spoke:
        yield f"{_PARTS[round(4 * people.weakness / people.heard)]} of those interviewed report a weakness"


def _unnamed(one: Unnamed) -> Iterator[str]:
    if one.weakness:
        yield f"{share(one.weakness)} of those who answered without a name wrote of a weakness"
    if one.figures:
        yield f"{share(one.figures.positive)} of the answers given without a name are positive"


def _kinds(each: ThemeResult) -> Iterator[tuple[str, tuple[Direction, ...]]]:
    for split in each.types:
        if split.prevalence.spoke:
            yield split.code, tuple(_directions(split.prevalence))
    weak = any(one.weakness or _is(one, assembly.Verdict.WEAK) for one in each.unnamed)
    strong = any(one.strength or _is(one, assembly.Verdict.STRONG) for one in each.unnamed)
    if weak or strong:
        found = ((weak, Direction.WEAKNESS), (strong, Direction.STRENGTH))
        yield UNNAMED, tuple(direction for holds, direction in found if holds)


def _is(one: Unnamed, verdict: assembly.Verdict) -> bool:
    return one.figures is not None and one.figures.verdict is verdict


def _directions(prevalence: Prevalence) -> Iterator[Direction]:
    if prevalence.weakness:
        yield Direction.WEAKNESS
    if prevalence.strength:
        yield Direction.STRENGTH
    if prevalence.mixed:
        yield Direction.MIXED


def _distances(each: ThemeResult, forms: dict[str, Report]) -> Iterator[Distance]:
    known: list[tuple[Gap, str, str]] = [(each.gap, "ratings in interviews and records", coded(each.theme))]
    known.append((each.voiced, "what people said in interviews", coded(each.theme)))
    for one in each.unnamed:
        if one.form in forms:
            report = forms[one.form]
            of = f"answers without a name to “{clipped(report.title.to('en'))}”"
            known.append((one.gap, of, f"theme.{report.form}.{each.theme}"))
    for gap, of, reference in known:
        if gap.difference is not None and gap.interval is not None:
            yield _distance(each.theme, gap, of, reference)


def _distance(theme: str, gap: Gap, of: str, reference: str) -> Distance:
    assert gap.difference is not None
    assert gap.interval is not None
    points, low, high = (round(100 * each) for each in (gap.difference, gap.interval.low, gap.interval.high))
    side = "more" if points > 0 else "less"
    apart = f"leaders are {abs(points)} points {side} positive than others" if points else "no difference"
    text = (
        f"{name(theme)}, by {of}: {apart} (95 % range {signed(low)} to {signed(high)}); {_GAPS[gap.verdict]}."
    )
    return Distance(name(theme), of, gap.verdict, points, low, high, Claim(text, (reference,)))


def heat(report: Report) -> Heat | None:
    """Theme by group of one published report; None where nothing of it may be shown. It may have no group."""
    voice = Voice(report, words("en"), "en")
    if not any(each.figures for each in report.themes):
        return None
    shown = next((each.groups for each in report.themes if each.breakdown is Groups.SHOWN), ())
    labels = tuple(_label(each.label.to("en"), voice) for each in shown)
    rows = []
    for each in report.themes:
        figures, groups = each.figures, {group.code: group.quarter for group in each.groups}
        everyone = voice.share(figures.positive) if figures else "not shown"
        shown_as = f"theme.{report.form}.{each.theme.code}" if figures else f"report.{report.form}"
        claim = Claim(everyone, (shown_as,))
        cells = tuple(groups.get(group.code) for group in shown)
        rows.append(HeatRow(each.theme.name.to("en"), figures.positive if figures else None, claim, cells))
    return Heat(clipped(report.title.to("en")), labels, tuple(rows))


def _label(label: str, voice: Voice) -> str:
    return clipped(label) or voice.words("not_said")
