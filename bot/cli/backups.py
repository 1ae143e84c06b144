"""`candour backup` and `candour restore`: a copy that only the key file opens, looked through, and put back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.audits import storage_here
from bot.cli.journal import sentence, span
from bot.cli.serve import settings_here
from bot.cli.ticks import Finding, right, say, wrong
from bot.cli.trouble import Trouble
from bot.clock import SystemClock
from reports.hours import local_day
from storage import backups, restoring
from storage.backups import Contents
from storage.errors import CandourError
from storage.journal import Examination, Flaw
from storage.restoring import Outcome, Place

_UNKNOWN = (
    "What nobody can know from a backup: who handed in after it was made can use their slip again, because their "
    "answers are not in it; what was taken back after it was made is there again."
)
_GONE = "Interviews that were under way begin again. Everybody with a role signs in again."


def backup(
    out: Annotated[Path, typer.Option(help="The file to write.")],
    while_open: Annotated[
        bool, typer.Option("--while-open", help="Also while an audit is open. See docs/running.md first.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
) -> None:
    """Write everything that is to be kept into one file that only the key file opens. Candour may run meanwhile."""
    with _trouble_with(out), storage_here() as storage:
        backups.back_up(storage, out, local_day(SystemClock().now()), while_open=while_open, replace=force)
    typer.echo(
        f"The backup is in {out}, and can be read. Keep it apart from the key file, and no longer than 90 days."
    )
    if while_open:
        typer.echo(
            "It may hold responses that are not taken apart yet. Delete it when the next one is made after a close."
        )


def restore(
    file: Annotated[Path, typer.Argument(help="The backup.")],
    check: Annotated[
        bool, typer.Option("--check", help="Only say what is right and what is wrong, and change nothing.")
    ] = False,
    force: Annotated[
        bool,
        typer.Option("--force", help="Also where there is a database: what it knows of its audits stays."),
    ] = False,
) -> None:
    """Put a backup back, into an empty place. Stop every worker first."""
    if check:
        raise typer.Exit(0 if _look_through(file) else 1)
    settings = settings_here()
    place = Place(settings.data, settings.key, settings.database.reveal())
    with _trouble_with(file):
        outcome = restoring.put_back(file, place, local_day(SystemClock().now()), force=force)
    for line in _told(outcome):
        typer.echo(line)


def _told(outcome: Outcome) -> Iterator[str]:
    yield f"The backup of {_day(outcome.day)} is back, with {_audits(len(outcome.audits))}."
    if outcome.stayed:
        yield f"As the database that was there had it: {', '.join(outcome.stayed)}."
    if set(outcome.audits) - set(outcome.stayed):
        yield _UNKNOWN
    yield _GONE
    if outcome.recorded.known > outcome.recorded.after:
        lost = span(outcome.recorded.after + 1, outcome.recorded.known)
        yield f"The journal: {lost.lower()} lost of what was there before; it says so itself."
    yield "Look at the journal: candour journal verify"


def _look_through(file: Path) -> bool:
    try:
        found = backups.look_through(file, settings_here().key)
    except (CandourError, OSError) as error:
        reason = (error.strerror or "it cannot be read") + "." if isinstance(error, OSError) else str(error)
        findings = [wrong(f"“{file}” cannot be put back: {reason}")]
    else:
        findings = list(_findings(found))
    for finding in findings:
        say(finding)
    everything = all(finding.right for finding in findings)
    typer.echo("This backup can be put back." if everything else "This backup cannot be put back like this.")
    return everything


def _findings(found: Contents) -> Iterator[Finding]:
    yield right(f"The backup is whole, opens with this key file, and is of {_day(found.day)}.")
    if found.revision.is_current:
        yield right("It is of this version of Candour.")
    else:
        yield right("It is of an earlier version of Candour; it is brought up to date when it is put back.")
    yield right(f"It has {_audits(len(found.audits))}, {found.closed} of them closed.")
    if found.strange:
        yield wrong(f"This key file does not open: {', '.join(found.strange)}.")
    yield from _journal(found.journal)
    yield right(_UNKNOWN)


def _journal(found: Examination) -> Iterator[Finding]:
    """A journal that went on after the backup is as it should be; any other fault is not."""
    went_on = [fault for fault in found.faults if fault.beside and fault.flaw in {Flaw.CUT, Flaw.LOST}]
    wrongs = [fault for fault in found.faults if fault not in went_on]
    for fault in wrongs:
        yield wrong(f"Its journal: {sentence(fault)}")
    if not wrongs:
        yield right(f"Its journal is whole up to entry {found.head.seq}.")
    for fault in went_on:
        yield right(
            f"The journal went on: {span(fault.seq, fault.until).lower()} of after it, and not in it."
        )


def _audits(count: int) -> str:
    return "1 audit" if count == 1 else f"{count} audits"


def _day(day: str) -> str:
    found = date.fromisoformat(day)
    return f"{found.day} {found:%B %Y}"


@contextmanager
def _trouble_with(file: Path) -> Iterator[None]:
    try:
        yield
    except CandourError as error:
        raise Trouble(str(error)) from error
    except OSError as error:
        raise Trouble(f"“{file}” cannot be used: {error.strerror or 'it cannot be reached'}.") from error
