"""The conversation in a terminal: words out, a line in. Nothing is stored."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from bot import hearing, promises, wording
from bot.clock import Clock
from bot.messages import About, Enter, Go
from dialogues import moves
from dialogues.engine import Turn, advance, invite, prompts
from dialogues.form import Form
from dialogues.interview import State
from dialogues.moves import Move
from dialogues.prompts import Ask, AskAgain, Say
from dialogues.samples import examples

_OVER = frozenset({State.SUBMITTED, State.DECLINED, State.WITHDRAWN, State.EXPIRED})


def talk(form: Form, console: Console, clock: Clock, *, language: str | None = None) -> State:
    """Hold one conversation on the terminal, and give the state in which it ended."""
    invited = invite(form, language=language, seed=secrets.token_hex(8), lists=examples(form))
    turn = advance(form, invited, moves.Begin(), now=clock.now())
    tries = 0
    while True:
        shown = _show(turn, form, console, tries)
        if turn.interview.state in _OVER:
            return turn.interview.state
        try:
            typed = console.input("[bold]> [/bold]")
        except (EOFError, KeyboardInterrupt):
            console.print()
            return turn.interview.state
        before = turn.interview
        move = hearing.typed(typed, before, shown)
        if isinstance(move, About):
            console.print("\n\n".join(promises.text(before.language)), highlight=False)
            continue
        turn = advance(
            form,
            before,
            _here(move),
            now=clock.now(),
        )
        tries = tries if turn.interview is before else 0
        tries += any(isinstance(prompt, AskAgain) for prompt in turn.prompts)


def _here(heard: Move | Enter | Go) -> Move:
    """What was typed, as a move in this conversation: there is no other one to turn to."""
    match heard:
        case Go():
            return moves.Concern()
        case Enter():
            return moves.Begin()
        case _:
            return heard


def _show(turn: Turn, form: Form, console: Console, tries: int) -> tuple[wording.Outgoing, ...]:
    """Print what is waiting; after a move that changed nothing without the notes, which stand above already."""
    waiting = turn.prompts or prompts(form, turn.interview)
    if not isinstance(waiting[0], Say):
        waiting = tuple(prompt for prompt in waiting if not isinstance(prompt, Say))
    shown = wording.words(waiting, turn.interview.language, form=form, tries=tries)
    for prompt, outgoing in zip(waiting, shown, strict=True):
        console.print()
        if isinstance(prompt, Ask):
            console.print(Text(_progress(prompt), style="dim"))
        for line in _lines(outgoing, is_question=isinstance(prompt, Ask)):
            console.print(line)
    return shown


def _progress(ask: Ask) -> str:
    section = f"{ask.section} · " if ask.section else ""
    return f"{section}{ask.progress.done} / {ask.progress.relevant}"


def _lines(outgoing: wording.Outgoing, *, is_question: bool) -> Iterator[Text | Padding]:
    for paragraph in outgoing.text:
        yield Text(paragraph, style="bold" if is_question else "")
    if outgoing.hint:
        yield Text(outgoing.hint, style="italic")
    for paragraph in outgoing.probe:
        yield Padding(Text(paragraph), (0, 0, 0, 4))
    for line in outgoing.lines:
        yield Padding(Text.assemble((line.label, "dim"), "\n", line.answer), (0, 0, 0, 2))
    choices = [
        button for button in outgoing.buttons if button.role in (wording.Role.CHOICE, wording.Role.APART)
    ]
    ways = [button for button in outgoing.buttons if button not in choices]
    group = ""
    for number, button in enumerate(choices, 1):
        if button.group != group:
            group = button.group
            yield Text(group, style="bold")
        yield Text(f"  {number}. {button.label}")
    if ways:
        yield Text("  ".join(f"[{button.label}]" for button in ways), style="dim")
