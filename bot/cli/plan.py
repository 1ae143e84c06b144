"""`candour plan`: the plan of an audit, for whoever runs Candour."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.audits import Name, storage_here
from bot.cli.trouble import Trouble, write_file
from bot.clock import SystemClock
from bot.services import calendars, planning
from reports.plan import line
from storage.errors import UnknownAuditError

app = typer.Typer(no_args_is_help=True, help="The plan of an audit: what is due, and when.")


@app.callback()
def plan() -> None:
    """The plan of an audit: what is due, and when."""


@app.command()
def ics(
    audit: Annotated[str, typer.Argument(metavar="AUDIT", help="The name of the audit.")],
    out: Annotated[Path, typer.Option(help="The file to write, such as plan.ics.")],
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
) -> None:
    """Write the days of the plan as a calendar (iCalendar): due dates, milestones, reviews, and the re-audit."""
    with storage_here() as storage:
        try:
            written = calendars.of_plan(storage, audit, SystemClock().now())
        except UnknownAuditError as unknown:
            raise Trouble(f"There is no audit “{audit}”. See: candour audits list") from unknown
    write_file(out, written, replace=force)
    typer.echo(f"The calendar is in {out}.")


@app.command("list")
def list_(audit: Name) -> None:
    """How the plan stands, and every action: what, when it is due, who does it, how far it is."""
    with storage_here() as storage:
        found = planning.plan(storage, audit, SystemClock())
    typer.echo(found.lines)
    for each in found.actions:
        typer.echo(line(each.action, found.day, found.people).replace("\n", "  "))
