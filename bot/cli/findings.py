"""`candour findings`: what was found in an audit, for whoever runs Candour."""

from __future__ import annotations

import typer

from bot.cli.audits import Name, storage_here
from bot.services import planning

app = typer.Typer(no_args_is_help=True, help="What was found in an audit, and how sure that is.")


@app.callback()
def findings() -> None:
    """What was found in an audit, and how sure that is."""


@app.command("list")
def list_(audit: Name) -> None:
    """Every finding: its number, how strong its evidence is, how pressing it is, its title."""
    with storage_here() as storage:
        found = planning.findings(storage, audit)
    for each in found:
        made = each.finding
        level = f"{each.priority} priority" if each.priority else "good practice"
        typer.echo(f"{made.name}  {each.strength.replace('_', ' ')}  {level}  {made.standing}  {made.title}")
    if not found:
        typer.echo(f"There are no findings in “{audit}” yet. An auditor writes them in chat: /findings")
