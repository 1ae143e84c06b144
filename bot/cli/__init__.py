"""The command `candour`. Trouble with what was given ends with one line and exit code 2, never a traceback."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from bot.cli.trouble import Trouble

# A command, and the room of this house where it is: only the room of the one that is wanted is entered, since all of
# them together take longer than most commands.
_ROOMS = {
    "forms": "forms",
    "audits": "audits",
    "people": "people",
    "journal": "journal",
    "contacts": "contacts",
    "keys": "keys",
    "codebook": "codebook",
    "findings": "findings",
    "plan": "plan",
    "measures": "measures",
    "reports": "reports",
    "chat": "chat",
    "demo": "demo",
    "report": "report",
    "report-template": "report",
    "serve": "serve",
    "slips": "slips",
    "backup": "backups",
    "restore": "backups",
}


class _Commands(Mapping[str, object]):
    """Every command by its name; its room is entered when it is asked for."""

    def __getitem__(self, name: str) -> object:
        """The group of commands that a room has as `app`, or its function that is called like the command."""
        room = import_module(f"bot.cli.{_ROOMS[name]}")
        app: typer.Typer | None = getattr(room, "app", None)
        if app is None:
            app = typer.Typer()
            app.command()(getattr(room, name.replace("-", "_")))
        command = get_command(app)
        command.name = name
        return command

    def __iter__(self) -> Iterator[str]:
        return iter(_ROOMS)

    def __len__(self) -> int:
        return len(_ROOMS)


class _House(TyperGroup):
    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes | {"commands": _Commands()})


app = typer.Typer(
    cls=_House,
    help="Listens after a serious safeguarding incident, and shows what changed.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def _candour() -> None:
    """Without a command there is nothing to do."""


def main() -> None:
    """Run the command line."""
    try:
        app()
    except Trouble as trouble:
        sys.stderr.write(f"candour: {trouble}\n")
        sys.exit(2)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
