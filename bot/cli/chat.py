"""`candour chat`: a form as a conversation in this terminal."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from bot.channels.console import talk
from bot.cli.trouble import form_of, language_of
from bot.clock import SystemClock


def chat(
    form: Annotated[str, typer.Argument(help="A form file, or the name of a shipped form.")],
    language: Annotated[str | None, typer.Option(help="The code of a language, such as cy.")] = None,
) -> None:
    """Talk to a form in the terminal. Nothing is stored. Type /help for what you can do."""
    loaded = form_of(form)
    talk(loaded, Console(highlight=False), SystemClock(), language=language_of(loaded, language))
