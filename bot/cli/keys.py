"""`candour keys`: where keys are and until when, and new ones in the place of the old. Shows nothing secret.

How many drafts there are is not said, not even roughly: it would say whether somebody answers just now.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import typer

from bot.cli.audits import troubled
from bot.cli.serve import settings_here
from bot.clock import SystemClock
from bot.opening import epochs_of
from reports.hours import local_day
from storage.epochs import Epochs, InMemory, day
from storage.keys import Keys
from storage.unit_of_work import Storage

app = typer.Typer(no_args_is_help=True, help="Where keys are, and new ones in the place of the old.")


@app.command()
def status() -> None:
    """Whether the key file can be used, where the keys of the day are, and until when each of them lives."""
    settings = settings_here()
    with troubled(settings):
        if settings.key.exists():
            Keys.open(settings.key)
            typer.echo(f"The key file can be used: {settings.key}")
        else:
            typer.echo(f"There is no key file at {settings.key} yet: the first start makes it.")
        for line in _of_epochs(epochs_of(settings)):
            typer.echo(line)


@app.command()
def rotate() -> None:
    """Put a new key file in the place of the old one, and begin a new key of the day. Stop Candour first."""
    settings = settings_here()
    with troubled(settings):
        epochs = epochs_of(settings)
        url, today = settings.database.reveal(), local_day(SystemClock().now())
        Storage.rotate_keys(settings.data, settings.key, url, epochs=epochs, day=today)
    typer.echo(
        f"There is a new key file at {settings.key}. Copy it to every worker, and to where you keep a copy."
    )
    typer.echo(
        "Keep the old one, apart, for as long as you keep backups from before: they open with it alone."
    )


def _of_epochs(epochs: Epochs) -> list[str]:
    where = f"The keys of the day are {epochs.safe.where}."
    if isinstance(epochs.safe, InMemory):
        return [
            where,
            "So nobody can see them from here, and whoever is answering begins again after a restart.",
        ]
    found = sorted(epochs.living())
    lives = [_life(day(each), epochs.draft_days) for each in found]
    return [where, *(lives or ["There is none yet: the first turn makes it."])]


def _life(begun: int, days: int) -> str:
    return f"  begun {_said(begun)}, lives until the end of {_said(begun + days)}"


def _said(days: int) -> str:
    found: date = datetime.fromtimestamp(0, UTC).date() + timedelta(days)
    return f"{found.day} {found:%B %Y}"
