"""What the tools for authors take on the command line, and how they print."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

FormFile = Annotated[str, typer.Argument(metavar="FILE", help="A form: .xlsx or .yaml, or a shipped one.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")]
InLanguage = Annotated[str | None, typer.Option("--language", help="The code of a language, such as cy.")]


def print_list(console: Console, heading: str, lines: Iterable[str]) -> None:
    """A heading with its lines below, or nothing when there are none."""
    lines = list(lines)
    if lines:
        console.print()
        console.print(Text(heading, style="bold"))
        for line in lines:
            console.print(Text(f"  {line}"))


def console() -> Console:
    """Where the tools print: words as they are, lines as long as they are."""
    return Console(highlight=False, soft_wrap=True)
