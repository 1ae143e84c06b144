"""What is known of change: numbers month by month, and what the re-audit shows against its baseline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from reports import plotting
from reports.assembly import Report
from reports.audit.material import Material, Measured, Reaudited
from reports.audit.model import Changed, Claim, Comparison, Trend
from reports.change import ItemChange, Mix, Verdict
from reports.measures import Chart, Signal
from reports.rendering import Voice, clipped
from reports.waves import Withheld
from reports.words import words

HIDDEN = "hidden"
VERDICTS = {
    Verdict.IMPROVED.value: "improved",
    Verdict.DETERIORATED.value: "got worse",
    Verdict.NO_CLEAR_CHANGE.value: "no clear change",
    Verdict.CANNOT_TELL.value: "cannot tell",
    HIDDEN: "may not be shown",
}
_MIX = {
    Mix.CHANGED: "Other groups were heard than then. What looks like a change may come from that.",
    Mix.ALIKE: "As far as the published numbers show, the same groups were heard as then.",
    Mix.UNKNOWN: "Nobody can tell whether the same groups were heard as then.",
}


def trends(measured: Iterable[Measured]) -> tuple[Trend, ...]:
    """The numbers that are followed, each with what its chart shows."""
    return tuple(
        Trend(
            plotting.name(each.chart),
            Claim(_brief(each.chart), (f"measure.{each.id}",)),
            each.chart,
            tuple(Claim(sentence, (f"measure.{each.id}",)) for sentence in plotting.findings(each.chart)),
            plotting.numbers(each.chart),
        )
        for each in measured
    )


def _brief(chart: Chart) -> str:
    """The newest number, and what the newest sign says, if there is one since limits were last drawn."""
    point = chart.spans[-1].known[-1]
    told = f"{plotting.name(chart)}: {plotting.amount(chart, point)} in {point.month.name}."
    signals = sorted(chart.spans[-1].signals, key=lambda each: each.months[-1])
    return " ".join(filter(None, (told, plotting.rebased(chart), _sign(signals) or plotting.nothing(chart))))


def _sign(signals: list[Signal]) -> str:
    """The newest of them, in a sentence; '' where there is none."""
    if not signals:
        return ""
    newest = signals[-1]
    return (
        f"The newest sign is one of {'better' if newest.good else 'worse'}, up to {newest.months[-1].name}."
    )


def comparisons(material: Material) -> tuple[Comparison, ...]:
    """What changed since the baseline, for each form that both audits asked."""
    reports = {each.form: each for each in material.reports}
    return tuple(_compared(each, reports[each.form]) for each in material.reaudited if each.form in reports)


def _compared(each: Reaudited, report: Report) -> Comparison:
    voice, evidence = Voice(report, words("en"), "en"), (f"report.{each.form}",)
    items = tuple(_changed(item, voice, evidence) for item in each.compared.items)
    return Comparison(clipped(each.baseline), tuple(_summary(each, items, evidence)), items)


def _summary(each: Reaudited, items: tuple[Changed, ...], evidence: tuple[str, ...]) -> Iterator[Claim]:
    counts = Counter(item.verdict for item in items)
    parts = ", ".join(f"{word}: {counts[code]}" for code, word in VERDICTS.items() if counts[code])
    yield Claim(f"{len(items)} questions were asked in both audits. {parts.capitalize()}.", evidence)
    yield Claim(_MIX[each.compared.heard.mix], evidence)


def _changed(item: ItemChange, voice: Voice, evidence: tuple[str, ...]) -> Changed:
    question = clipped(item.label.to("en"))
    if isinstance(item.change, Withheld):
        text = f"“{question}”: one of the audits shows nothing of it."
        return Changed(question, "", "", None, None, HIDDEN, Claim(text, evidence))
    moved = item.change
    then, now = voice.share(moved.before), voice.share(moved.after)
    low, high, verdict = moved.interval.low, moved.interval.high, moved.verdict.value
    text = (
        f"“{question}”: {VERDICTS[verdict]}. Positive {then} then, {now} now; "
        f"change {signed(low)} to {signed(high)} points."
    )
    return Changed(question, then, now, low, high, verdict, Claim(text, evidence))


def signed(points: int) -> str:
    """`+5`, `−5`, `0`."""
    return f"{points:+d}".replace("-", "−") if points else "0"
