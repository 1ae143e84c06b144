"""`candour forms coverage`: what random walks through a form reach, and how long interviews get."""

from __future__ import annotations

import json
from typing import Annotated

import msgspec
import typer
from rich.text import Text

from bot.cli.authoring.options import AsJson, FormFile, console, print_list
from bot.cli.trouble import form_of
from bot.clock import SystemClock
from dialogues.conditions import Conditions
from dialogues.coverage import Coverage, Unchosen, cover
from dialogues.form import Form, Node, walk


def coverage(
    file: FormFile,
    runs: Annotated[int, typer.Option(help="How many walks.", min=1, max=100_000)] = 1000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same walks.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Walk through a form by chance and say what was never reached, and how long interviews get."""
    form = form_of(file)
    noon = SystemClock().now().replace(hour=12, minute=0, second=0, microsecond=0)
    found = cover(form, runs=runs, seed=seed, now=noon)
    if as_json:
        typer.echo(json.dumps(_as_object(form, found), ensure_ascii=False, indent=2))
    else:
        _print(form, found)


def _as_object(form: Form, found: Coverage) -> dict[str, object]:
    shortest, median, longest = found.lengths or (None, None, None)
    plain: dict[str, object] = msgspec.to_builtins(found)
    return {
        **plain,
        "lengths": {"shortest": shortest, "median": median, "longest": longest},
        "ended": found.ended / found.runs,
        "estimated_minutes": form.estimated_minutes,
    }


def _print(form: Form, found: Coverage) -> None:
    out, told = console(), _Told(form)
    out.print(Text(f"{form.id}: {found.runs:,} walks, seed {found.seed}.", style="bold"))
    for line in filter(None, (_ends(found), _lengths(found), _time(form, found))):
        out.print(Text(line))
    never = (*found.never_asked, *found.never_said)
    print_list(out, "Never reached", map(told.node, never))
    print_list(out, "Conditions that never held", map(told.condition, found.never_shown))
    print_list(out, "Conditions that always held", map(told.condition, found.never_hidden))
    print_list(out, "Choices that were never taken", map(told.choice, found.never_chosen))
    print_list(out, "Questions at which nothing that was tried was accepted", map(told.rule, found.refused))
    stuck = (f"{told.node(path)}: {count:,} walks" for path, count in found.stuck.items())
    print_list(out, "Where walks got stuck: an answer is required, and none was accepted", stuck)
    if not (never or found.never_chosen or found.refused or found.stuck):
        out.print(Text("Every question, note and choice was reached."))


def _ends(found: Coverage) -> str:
    handed_in = f"{found.submitted:,} were handed in, {found.declined:,} declined"
    left = found.runs - found.ended
    return f"{handed_in}, {left:,} came to no end." if left else f"{handed_in}; every walk came to an end."


def _lengths(found: Coverage) -> str:
    if found.lengths is None:
        return ""
    shortest, median, longest = found.lengths
    return f"Questions asked: {shortest} in the shortest interview, {median} in the middle, {longest} in the longest."


def _time(form: Form, found: Coverage) -> str:
    if found.minutes is None:
        return ""
    said = f"; the form says {form.estimated_minutes}" if form.estimated_minutes is not None else ""
    return f"Time: about {found.minutes:.0f} minutes, as a rough guess{said}."


class _Told:
    """Names the parts of a form for its author."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self._nodes: dict[str, Node] = {node.path: node for node in walk(form.children)}
        self._conditions = Conditions(form)

    def node(self, path: str) -> str:
        name = self._conditions.name(path)
        return f"{path}  {name}" if name.startswith("“") else path

    def condition(self, path: str) -> str:
        return f"{path}: {self._conditions.say(self._nodes[path].relevant, path)}"

    def choice(self, unchosen: Unchosen) -> str:
        offered = "" if unchosen.offered else " (never offered)"
        return f"{unchosen.question}: {unchosen.choice}{offered}"

    def rule(self, path: str) -> str:
        constraint = self._form.questions[path].constraint
        return (
            f"{self.node(path)}: {self._conditions.say(constraint, path)}" if constraint else self.node(path)
        )
