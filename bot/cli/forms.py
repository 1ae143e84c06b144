"""`candour forms`: tools for the people who write forms."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from bot import wording
from bot.cli import authoring
from bot.cli.trouble import Trouble, content_of, form_of, language_of, read_file, where
from bot.clock import SystemClock
from dialogues.checker import check as check_form
from dialogues.form import Form, Kind
from dialogues.problems import Problem
from dialogues.rehearsal import Played, Rehearsal
from dialogues.rehearsal import rehearse as play

app = typer.Typer(no_args_is_help=True, help="Check forms and try them out.")

_AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")]


@app.command()
def check(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE…", help="Forms: .xlsx or .yaml, or shipped ones.")
    ],
    as_json: _AsJson = False,
) -> None:
    """Print everything that is wrong with forms. Exit code 1 when one of them cannot be used."""
    contents = [(name, *content_of(name)) for name in files]
    found = [(name, problem) for name, content, file in contents for problem in check_form(content, file)]
    if as_json:
        typer.echo(
            json.dumps([_as_row(name, problem) for name, problem in found], ensure_ascii=False, indent=2)
        )
    else:
        _print_problems(files, found)
    if any(problem.is_error for _, problem in found):
        raise typer.Exit(1)


def _as_row(name: str, problem: Problem) -> dict[str, Any]:
    place = problem.place
    return {
        "file": name,
        "severity": problem.severity,
        "message": problem.message,
        "sheet": place.sheet or None,
        "row": place.row,
        "column": place.column or None,
        "character": problem.character,
    }


def _print_problems(files: list[str], found: list[tuple[str, Problem]]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for name, problem in found:
        console.print(Text(f"{name}: {where(problem)}", style="dim"))
        console.print(Text(f"  {problem.severity}: {problem.message}"))
    for name in files:
        if not any(named == name for named, _ in found):
            console.print(Text(f"{name}: nothing is wrong."))
    errors = sum(problem.is_error for _, problem in found)
    if found:
        console.print(Text(f"{errors} to mend, {len(found) - errors} to think about."))


@app.command()
def rehearse(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A form: .xlsx or .yaml, or a shipped one.")],
    answers: Annotated[
        Path, typer.Option(help="A JSON file: {question: value, …}, repeats as lists of objects.")
    ],
    language: Annotated[str | None, typer.Option(help="The code of a language, such as cy.")] = None,
    as_json: _AsJson = False,
) -> None:
    """Play a form against prepared answers and print the conversation. Nothing is stored."""
    form = form_of(file)
    spoken = language_of(form, language)
    rehearsal = play(form, _prepared(answers), now=SystemClock().now(), language=spoken)
    speaking = spoken or form.default_language
    if as_json:
        typer.echo(json.dumps(_as_object(rehearsal, speaking), ensure_ascii=False, indent=2))
    else:
        _print_transcript(form, rehearsal, speaking)


def _prepared(path: Path) -> dict[str, Any]:
    try:
        loaded = json.loads(read_file(path).decode("utf-8-sig"))
        # once more, so that what is printed later can be: without halves of characters, NaN and infinity
        plain = json.dumps(loaded, ensure_ascii=False, allow_nan=False)
        loaded = json.loads(plain.encode("utf-8", "replace"))
    except json.JSONDecodeError as error:
        raise Trouble(
            f"“{path}” is not JSON: line {error.lineno}, column {error.colno}: {error.msg}."
        ) from error
    except UnicodeDecodeError as error:
        raise Trouble(f"“{path}” is not JSON in UTF-8.") from error
    except (RecursionError, ValueError) as error:
        raise Trouble(
            f"“{path}” holds what cannot be an answer: too deep a list, or no real number."
        ) from error
    if not isinstance(loaded, dict):
        raise Trouble(f'“{path}” should hold one object: {{"question": value, …}}.')
    return loaded


def _as_object(rehearsal: Rehearsal, language: str) -> dict[str, Any]:
    return {
        "turns": [
            {
                "question": played.question,
                "label": played.label,
                "reply": played.reply,
                "accepted": played.accepted,
                "reason": _reason(played, language),
            }
            for played in rehearsal.turns
        ],
        "state": rehearsal.state,
        "response": rehearsal.response,
    }


def _reason(played: Played, language: str) -> str | None:
    if played.problem is None:
        return None
    return "\n".join(wording.word(played.problem, language).text)


def _print_transcript(form: Form, rehearsal: Rehearsal, language: str) -> None:
    console = Console(highlight=False)
    say = wording.voice(language)
    console.print(Text(form.title.to(language), style="bold"))
    for played in rehearsal.turns:
        console.print()
        console.print(Text(played.label))
        if played.kind is not Kind.NOTE:
            console.print(Text(f"    {_spoken(played, say)}", style="bold" if played.accepted else "strike"))
        reason = _reason(played, language)
        if reason is not None:
            console.print(Text(reason, style="italic"))
    console.print()
    console.print(Text(f"— {rehearsal.state} —", style="dim"))
    for name in rehearsal.unused:
        console.print(Text(f"Not used: the answer to “{name}”; that question was not asked.", style="dim"))


def _spoken(played: Played, say: wording.Voice) -> str:
    if played.reply is None:
        return f"({say('Skip')})"
    return played.shown or str(played.reply)


for tool in (
    authoring.diagram,
    authoring.convert,
    authoring.preview,
    authoring.coverage,
    authoring.diff,
    authoring.table,
):
    app.command()(tool)
app.add_typer(
    authoring.translate, name="translate", help="Texts out to a translator, and back into the form."
)
