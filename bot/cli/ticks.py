"""What came of looking something over: one line each, with a tick or a cross."""

from __future__ import annotations

import typer
from msgspec import Struct


class Finding(Struct, frozen=True):
    """One thing that was looked at: whether it is right, and a sentence that says so or what to do."""

    right: bool
    sentence: str


def right(sentence: str) -> Finding:
    """That something is as it should be."""
    return Finding(True, sentence)  # noqa: FBT003 - the field is its name


def wrong(sentence: str) -> Finding:
    """That something must be done."""
    return Finding(False, sentence)  # noqa: FBT003 - the same


def say(finding: Finding) -> bool:
    """Print it. Whether it is right."""
    typer.echo(f"{'✓' if finding.right else '✗'} {finding.sentence}")
    return finding.right
