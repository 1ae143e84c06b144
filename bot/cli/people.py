"""`candour people`: who has a role in an audit, and how they come to sign in."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from bot.cli.audits import Name, storage_here, ways_here
from bot.cli.serve import settings_here
from bot.roles import Link
from bot.services import appointing
from bot.services.inviting import Ways
from storage.slips import AUDITOR, BOARD, DEPUTY, LEAD, OWNER

_GROUP = 4  # characters of a code that are read together
_WAYS = {"passkey": "passkey", "totp": "app"}

app = typer.Typer(no_args_is_help=True, help="Who has a role in an audit, and how they come to sign in.")
Person = Annotated[str, typer.Argument(help="Who it is, as `candour people list` says: 3f2a91bc.")]


class Role(StrEnum):
    """What somebody may be in an audit."""

    LEAD = LEAD
    DEPUTY = DEPUTY
    AUDITOR = AUDITOR
    OWNER = OWNER
    BOARD = BOARD


@app.command()
def add(
    audit: Name,
    role: Annotated[Role, typer.Option(help="A deputy is told of concerns that are about the lead.")],
    name: Annotated[str, typer.Option(help="What they are called.")] = "",
    same_as: Annotated[
        str, typer.Option(help="Somebody who has a role in another audit: rowan-house/3f2a91bc.")
    ] = "",
) -> None:
    """Give somebody a role, and print the link by which they sign in, once."""
    ways = ways_here()  # whatever can fail comes before the link, which nobody can show again
    with storage_here() as storage:
        person, link = appointing.appoint(storage, audit, role.value, name, same_as)
    typer.echo(f"{name or 'They'}, {role.value} of “{audit}”: {person}")
    _tell(link)
    if not same_as:
        _tell_of_chat(link, ways)


@app.command("list")
def list_(audit: Name) -> None:
    """Everybody with a role in the audit, and by what they sign in."""
    with storage_here() as storage:
        found = appointing.appointees(storage, audit)
    for each in found:
        ways = ", ".join(_WAYS[way] for way in each.ways) or "not set up yet"
        told = f", told on {each.channel}" if each.channel else ""
        typer.echo(f"{each.id}  {each.role}  {each.name or '(no name)'}  signs in by: {ways}{told}")
    if not found:
        typer.echo(f"Nobody has a role in “{audit}” yet: candour people add {audit} --role lead --name …")


@app.command()
def link(
    audit: Name,
    person: Person,
    anew: Annotated[
        bool, typer.Option("--anew", help="Forget their passkeys and app, as when a phone was lost.")
    ] = False,
) -> None:
    """Print another link by which somebody signs in, once. One from before is then worth nothing."""
    with storage_here() as storage:
        made = appointing.link(storage, audit, person, anew=anew)
    _tell(made)


@app.command()
def remove(audit: Name, person: Person) -> None:
    """Take somebody's role. It ends at once, wherever they are signed in."""
    with storage_here() as storage:
        role = appointing.remove(storage, audit, person)
    typer.echo(f"They are no longer {role} of “{audit}”.")


def _tell(link: Link) -> None:
    """Print a link, and its code alone for whoever types it."""
    settings = settings_here()
    address = settings.public_url or f"http://localhost:{settings.port}"
    code = "-".join(link.code[at : at + _GROUP] for at in range(0, len(link.code), _GROUP))
    lasts = f"{link.lasts // 3600} hours" if link.lasts >= 3600 else f"{link.lasts // 60} minutes"
    typer.echo(f"This link lets them sign in, once, within {lasts}. Give it to them alone:")
    typer.echo(f"  {address}/sign-in#{link.code}")
    typer.echo(f"or this code, to type at {address}/sign-in:")
    typer.echo(f"  {code}")


def _tell_of_chat(link: Link, ways: Ways) -> None:
    """Print where the same link is opened by who would rather come to the chat, and is told things there."""
    if ways.bot:
        typer.echo(
            "or this link, to come to Telegram with instead. There they are told at once what is for them:"
        )
        typer.echo(f"  {ways.chat(link.code)}")
