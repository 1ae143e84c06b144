"""`candour forms table`: which question asks about which point of the mission, and whom."""

from __future__ import annotations

import typer

from dialogues import mission


def table() -> None:
    """Print what a review has to find out, with the questions of the shipped forms that ask it, as Markdown."""
    typer.echo(mission.table(), nl=False)
