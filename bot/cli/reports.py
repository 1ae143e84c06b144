"""`candour reports`: what was published, from files. Nothing is stored, and no database is needed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from bot.cli.trouble import Trouble, read_file
from dialogues.form import Text
from reports import assembly, change
from reports.assembly import Report
from reports.change import Compared, Heard, ItemChange, Mix, Moved, Verdict
from reports.rendering import Voice, clipped
from reports.waves import Side, Withheld
from reports.words import words

app = typer.Typer(no_args_is_help=True, help="Two published reports side by side.")

_VERDICTS = {
    Verdict.IMPROVED: "Improved",
    Verdict.DETERIORATED: "Deteriorated",
    Verdict.NO_CLEAR_CHANGE: "No clear change",
    Verdict.CANNOT_TELL: "Cannot tell",
}
_HIDDEN = {
    Side.BEFORE: "the first report shows nothing of it",
    Side.AFTER: "the later report shows nothing of it",
    Side.BOTH: "neither report shows anything of it",
}


@app.callback()
def reports() -> None:
    """Two published reports side by side."""


@app.command()
def compare(
    baseline: Annotated[Path, typer.Argument(metavar="BASELINE", help="The first report, as .json.")],
    follow_up: Annotated[
        Path, typer.Argument(metavar="FOLLOW-UP", help="The report of the re-audit, as .json.")
    ],
    language: Annotated[
        str, typer.Option(help="The code of a language for the questions, such as cy.")
    ] = "en",
) -> None:
    """Say what changed between two reports of “candour audits report --format json”, and how sure that is."""
    first, later = _report(baseline), _report(follow_up)
    found = change.compare(first, later)
    if not found.items:
        raise Trouble(_incomparable(first, later))
    for line in _lines(found, Voice(later, words("en"), language)):
        typer.echo(line)


def _report(file: Path) -> Report:
    try:
        return assembly.decode(read_file(file))
    except msgspec.DecodeError as error:
        raise Trouble(
            f"“{file}” is no report. Write one: candour audits report AUDIT --format json --out FILE"
        ) from error


def _incomparable(first: Report, later: Report) -> str:
    for report, which in ((first, "first"), (later, "later")):
        if not report.heard.enough:
            return (
                f"Nothing can be compared: in the {which} audit fewer than {report.facts.k} people answered."
            )
    return (
        "Nothing can be compared: the two have no question with the same equivalence. "
        "Reports of before Candour kept it compare only if both are of the very same form."
    )


def _lines(found: Compared, voice: Voice) -> Iterator[str]:
    counts = ", ".join(f"{name.lower()} {len(found.by(verdict))}" for verdict, name in _VERDICTS.items())
    yield f"{len(found.items)} questions compared: {counts}, hidden {len(found.withheld)}."
    yield _heard(found.heard, voice)
    for verdict, name in _VERDICTS.items():
        for item in found.by(verdict):
            yield f"{name}: {_change(item, voice)}"
    for item in found.withheld:
        if isinstance(item.change, Withheld):
            yield f"Hidden: {_label(item.label, voice)}: {_HIDDEN[item.change.hidden]}."
    for labels, which in ((found.only_before, "first"), (found.only_after, "later")):
        if labels:
            yield f"Asked only in the {which} audit, so not compared: {voice.joined(labels)}."
    yield (
        "Changes are in percent points with their 95 % range, made from rounded figures as they were published, so "
        "that they are wider than exact ones. Of 20 questions where nothing changed, about one may seem to have."
    )


def _change(item: ItemChange, voice: Voice) -> str:
    moved = item.change
    assert isinstance(moved, Moved)
    shares = f"{voice.share(moved.before)} then, {voice.share(moved.after)} now"
    people = f"{voice.people(moved.people_before)} then, {voice.people(moved.people_after)} now"
    return (
        f"{_label(item.label, voice)}: positive {shares}; change {_signed(moved.interval.low)} to "
        f"{_signed(moved.interval.high)} ({people})"
    )


def _signed(points: int) -> str:
    return f"{points:+d}".replace("-", "−") if points else "0"


def _label(text: Text, voice: Voice) -> str:
    return clipped(text.to(voice.language))


def _heard(heard: Heard, voice: Voice) -> str:
    match heard.mix:
        case Mix.CHANGED:
            names = "; ".join(
                _label(each, voice) if each else voice.words("not_said") for each in heard.moved
            )
            return (
                f"Other groups were heard than then: the share of {names} moved by {change.MOVED} points or more. "
                "What looks like a change may come from that."
            )
        case Mix.ALIKE:
            return "As far as the published numbers of people show, the same groups were heard as then."
        case Mix.UNKNOWN:
            return "Nobody can tell whether the same groups were heard as then: some are not shown, or there are none."
