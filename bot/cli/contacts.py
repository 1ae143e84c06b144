"""`candour contacts`: whom people are told to call when someone is at risk, and whether somebody checked it lately."""

from __future__ import annotations

from typing import Annotated

import typer

from bot import contacts, wording
from bot.cli.serve import contacts_of, settings_here
from bot.clock import SystemClock
from bot.contacts import Contact
from reports.hours import local_day

app = typer.Typer(no_args_is_help=True, help="Whom to call when someone is at risk, and who checked it when.")


@app.command()
def show(
    audit: Annotated[str, typer.Option(help="The name of an audit. Otherwise: what holds everywhere.")] = "",
    language: Annotated[str, typer.Option(help="The code of a language, such as cy.")] = "en",
) -> None:
    """Whom people are told to call, in the order in which they read it, with the day of the last check."""
    for contact in contacts_of(settings_here()).of(audit):
        place = contact.to(language, otherwise=wording.voice(language))
        typer.echo(f"{place.who}{': ' if place.phone else ''}{place.phone}  [{_dated(contact)}]")
        typer.echo(f"  {place.what}{' ' if place.web else ''}{place.web}")


@app.command()
def check() -> None:
    """Whether every number was checked in the last 180 days. Ends with 1 when one was not."""
    overdue = contacts_of(settings_here()).overdue(local_day(SystemClock().now()))
    for sentence in overdue:
        typer.echo(sentence)
    if overdue:
        raise typer.Exit(1)
    typer.echo(f"Every number was checked in the last {contacts.FRESH_DAYS} days.")


def _dated(contact: Contact) -> str:
    return f"{contact.id}, {contact.verified_on.isoformat()}" if contact.verified_on else contact.id
