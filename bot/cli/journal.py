"""`candour journal`: what was done with audits, and whether anybody changed it since, for a board to read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, TypeAlias, assert_never

import typer

from bot.cli.audits import storage_here
from bot.cli.trouble import Trouble, read_file
from storage.journal import (
    ActionMade,
    ActionMoved,
    ActionRevised,
    AnswersForgotten,
    ApprovalAsked,
    ApprovalRefused,
    Asked,
    AuditClosed,
    AuditOpened,
    BackedUp,
    CaseErased,
    CaseHandedOver,
    Checkpoint,
    CodebookRevised,
    ConcernRead,
    ConcernsForgotten,
    Entry,
    EntryMade,
    EvidenceHandedIn,
    Examination,
    Exported,
    Fault,
    FindingMade,
    FindingRevised,
    Flaw,
    FormsOffered,
    JournalBegun,
    KeysRotated,
    NumberKept,
    NumbersImported,
    PassphraseChosen,
    QuoteAgreed,
    ReauditSettled,
    ReportPublished,
    Restored,
    RoleGiven,
    RoleRemoved,
    SignInForgotten,
    SlipsIssued,
    ThresholdChanged,
    What,
    WordsOpened,
    read_checkpoint,
)

_MOST = 10  # faults that are told one by one
_NO_CHECKPOINT = (
    "No checkpoint was given. Somebody who has both the database and the key file can write the whole journal "
    "anew; only a checkpoint that was kept outside finds that: candour journal checkpoint"
)
_NOTHING_BESIDE = (
    "Nothing beside the key file remembers how far the journal had come. Without it and without a checkpoint, "
    "entries that were cut off at the end are not missed."
)

_PLAIN: dict[type[What], str] = {
    PassphraseChosen: "chose the passphrase of {audit}",
    AnswersForgotten: "destroyed the answers of {audit}, as their time was over",
    ConcernsForgotten: "destroyed what was told and read about people at risk in {audit}, as its time was over",
    AuditClosed: "closed {audit}",
    ConcernRead: "read a concern of {audit}",
}

app = typer.Typer(
    no_args_is_help=True, help="What was done with audits, and whether anybody changed it since."
)


@app.command()
def show() -> None:
    """Everything that was recorded, one line each: what was done with an audit, on which day, in which role."""
    with storage_here() as storage, storage.reading() as work:
        entries = work.journal.entries()
    for entry in entries:
        typer.echo(_printable(f"{entry.seq}  {_day(entry.day)}  {entry.actor}: {_told(entry)}"))
    if not entries:
        typer.echo("Nothing was recorded yet.")


@app.command()
def checkpoint() -> None:
    """Print one line to keep outside, on paper or with the board: it shows later whether anything was changed."""
    with storage_here() as storage:
        found = storage.examine_journal()
    if not found.whole:
        _tell_faults(found)
        typer.echo("So there is no checkpoint of it.")
        raise typer.Exit(1)
    typer.echo(str(found.head))


@app.command()
def verify(
    checkpoint: Annotated[
        list[str] | None, typer.Option(help="A checkpoint that was kept outside. More than one may be given.")
    ] = None,
    checkpoints: Annotated[
        Path | None,
        typer.Option(help="A file with a checkpoint on each line; lines that begin with # are not read."),
    ] = None,
) -> None:
    """Look every entry through, and say whether any was changed, inserted, deleted or cut off since it was written."""
    given = [*_given(checkpoint or []), *_in_file(checkpoints)]
    with storage_here() as storage:
        found = storage.examine_journal(given)
    if not found.whole:
        _tell_faults(found)
        raise typer.Exit(1)
    typer.echo(f"The journal is whole: {_entries(found.entries)}, each as it was written.")
    for note in _notes(found, len(given)):
        typer.echo(note)


def _given(lines: list[str]) -> Iterator[Checkpoint]:
    for line in lines:
        found = read_checkpoint(line)
        if found is None:
            raise Trouble("This is no checkpoint: give the whole line, in quotes: “candour-journal 42 …”.")
        yield found


def _in_file(path: Path | None) -> Iterator[Checkpoint]:
    lines = read_file(path).decode("utf-8", "replace").splitlines() if path else []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = read_checkpoint(line)
        if found is None:
            raise Trouble(f"Line {number} of “{path}” is no checkpoint. One looks like: candour-journal 42 …")
        yield found


def _tell_faults(found: Examination) -> None:
    typer.echo(f"The journal cannot be trusted from entry {found.faults[0].seq} on.")
    for fault in found.faults[:_MOST]:
        typer.echo(_printable(f"- {sentence(fault)}"))
    if len(found.faults) > _MOST:
        typer.echo(f"- and {len(found.faults) - _MOST} faults more.")


def _notes(found: Examination, checkpoints: int) -> Iterator[str]:
    """What does not break the chain, and what this look could not have found."""
    for seq in found.backwards:
        yield f"Entry {seq} has an earlier day than the one before it: a clock was set back."
    for seq, first, last in found.lost:
        yield (
            f"Entry {seq} says that a backup was put back. {span(first, last)} lost of what was there before: "
            "a checkpoint of one of them does not fit any more."
        )
    if found.remembered is None and found.entries:
        yield _NOTHING_BESIDE
    if not checkpoints:
        yield _NO_CHECKPOINT
    elif checkpoints == 1:
        yield "It has the entry of the checkpoint that was given."
    else:
        yield f"It has the entries of all {checkpoints} checkpoints that were given."


def sentence(fault: Fault) -> str:
    """What is wrong, in words."""
    seq = fault.seq
    source = "What is remembered beside the key file" if fault.beside else "A checkpoint that was given"
    match fault.flaw:
        case Flaw.MISSING:
            return f"{span(seq, fault.until)} missing: deleted, or numbered anew."
        case Flaw.CHANGED:
            return f"Entry {seq} was changed or put in since, or was not made with this key file."
        case Flaw.UNLINKED:
            return f"Entry {seq} does not follow on the entry before it: one of them was exchanged."
        case Flaw.CUT:
            return (
                f"{span(seq, fault.until)} gone from the end. {source} knows entry {fault.until}. "
                "Somebody cut them off, or an older copy of the database was put back."
            )
        case Flaw.REPLACED:
            return (
                f"Entry {seq} is another one than it was. {source} knows it, and it does not fit: the journal "
                "was written anew up to there."
            )
        case Flaw.LOST:
            return (
                f"{span(seq, fault.until)} lost of what was there before. {source} knows one of them. "
                "The journal itself says why: a backup was put back, and what came after it is not in it."
            )
        case Flaw.FOREIGN:
            return f"{source}, for entry {seq}, was not made with this key file, or was changed or mistyped."
        case Flaw.UNTOLD:
            return f"Nothing says that the audit “{fault.audit}” was opened, and yet it is there."
        case _:
            assert_never(fault.flaw)


def _told(entry: Entry) -> str:
    """What was done, in words; what this version cannot read, as it stands."""
    if entry.what is None:
        return f"{entry.action} ({entry.audit}), which cannot be read"
    return _deed(entry.what, f"the audit “{entry.audit}”")


def _deed(what: What, audit: str) -> str:
    match what:
        case JournalBegun(audits=before):
            there = f" These audits were there before: {', '.join(before)}." if before else ""
            return f"the journal begins now; what was done before is not in it.{there}"
        case AuditOpened(k=k, staff=staff, forms=forms):
            asked = ", ".join(map(_asked, forms))
            return f"opened {audit} for {staff} staff, nothing to be shown of fewer than {k}; forms: {asked}"
        case FormsOffered(forms=forms):
            return f"had {audit} offer {', '.join(map(_asked, forms))}"
        case SlipsIssued(count=count, role=role):
            return f"made {count} invitations to {audit} as {role}"
        case PassphraseChosen() | AnswersForgotten() | ConcernsForgotten() | AuditClosed() | ConcernRead():
            return _PLAIN[type(what)].format(audit=audit)
        case RoleGiven() | RoleRemoved() | SignInForgotten():
            return _of_a_role(what, audit)
        case ApprovalAsked() | ApprovalRefused() | ThresholdChanged():
            return _of_an_approval(what, audit)
        case ReportPublished(form=form, digest=digest):
            return f"published the report of {audit} on {form} (SHA-256 {digest})"
        case BackedUp() | Restored() | KeysRotated():
            return _of_the_whole(what)
        case (
            EvidenceHandedIn()
            | CaseHandedOver()
            | CaseErased()
            | WordsOpened()
            | QuoteAgreed()
            | CodebookRevised()
            | Exported()
        ):
            return _of_casework(what, audit)
        case _:
            return _of_what_follows(what, audit)


def _asked(form: Asked) -> str:
    by = f"by {form.breakdown}" if form.breakdown else "no breakdown"
    return f"{form.form} ({form.attribution}, {by})"


def _of_casework(
    what: EvidenceHandedIn
    | CaseHandedOver
    | CaseErased
    | WordsOpened
    | QuoteAgreed
    | CodebookRevised
    | Exported,
    audit: str,
) -> str:
    match what:
        case EvidenceHandedIn(form=form):
            return f"handed in evidence to {audit} ({form})"
        case CaseHandedOver(form=form):
            return f"gave a {form} of {audit} to another auditor"
        case CaseErased(form=form):
            return f"stopped a {form} of {audit}, which was erased"
        case WordsOpened():
            return f"unlocked what people wrote in their own words in {audit}, to tie themes to it"
        case QuoteAgreed():
            return f"agreed that words are quoted whose writer in {audit} had said they may be"
        case CodebookRevised(change=change, version=version):
            return f"changed the codebook ({change}), which is {version} now"
        case Exported(format=written):
            return f"exported from {audit} as {written}"


_Changes: TypeAlias = NumberKept | NumbersImported | ReauditSettled
_Planned: TypeAlias = FindingMade | FindingRevised | ActionMade | ActionRevised | ActionMoved | EntryMade


def _of_what_follows(what: _Changes | _Planned, audit: str) -> str:
    """What comes after listening: findings, the plan, numbers, a re-audit."""
    return _of_change(what, audit) if isinstance(what, _Changes) else _of_the_plan(what, audit)


def _of_change(what: _Changes, audit: str) -> str:
    match what:
        case NumberKept(series=series, month=month, change=change):
            return f"{change} for {month} in a number that {audit} follows ({series})"
        case NumbersImported(series=series, months=months):
            return f"imported {months} monthly numbers of {series} measures that {audit} follows"
        case ReauditSettled(baseline=baseline, closed=closed, reopened=reopened, embedded=embedded):
            return (
                f"settled what {audit} shows of {baseline}: findings closed {closed}, reopened {reopened}, "
                f"actions that last {embedded}"
            )


def _of_the_plan(what: _Planned, audit: str) -> str:
    match what:
        case FindingMade(number=number):
            return f"wrote finding F{number} of {audit}"
        case FindingRevised(number=number):
            return f"wrote finding F{number} of {audit} anew"
        case ActionMade(number=number):
            return f"proposed action A{number} of {audit}"
        case ActionRevised(number=number, redated=redated):
            day = ", which is due on another day than was agreed" if redated else ""
            return f"wrote action A{number} of {audit} anew{day}"
        case ActionMoved(number=number, state=state):
            return f"action A{number} of {audit} is {state.replace('_', ' ')}"
        case EntryMade(kind=kind, about=about):
            return f"recorded {kind} about {about or audit}"


def _of_the_whole(what: BackedUp | Restored | KeysRotated) -> str:
    if isinstance(what, KeysRotated):
        return "put a new key file in the place of the old one"
    if isinstance(what, BackedUp):
        pool = ", with responses that were not taken apart" if what.while_open else ""
        return f"made a backup{pool} (SHA-256 {what.file})"
    told = f"put a backup back (SHA-256 {what.file})"
    if what.known <= what.after:
        return told
    return f"{told}; {span(what.after + 1, what.known).lower()} lost of what was there before"


def _of_a_role(what: RoleGiven | RoleRemoved | SignInForgotten, audit: str) -> str:
    match what:
        case RoleGiven(role=role):
            return f"{audit} has {_a(role)}"
        case RoleRemoved(role=role):
            return f"somebody is no longer {_a(role)} of {audit}"
        case SignInForgotten(role=role):
            return f"{_a(role)} of {audit} must set up signing in anew"
        case _:
            assert_never(what)


def _of_an_approval(what: ApprovalAsked | ApprovalRefused | ThresholdChanged, audit: str) -> str:
    match what:
        case ApprovalAsked(subject=subject):
            return f"asked a second person to agree to a change of {audit} ({subject})"
        case ApprovalRefused(subject=subject):
            return f"a change of {audit} was not agreed to ({subject})"
        case ThresholdChanged(before=before, k=k, people=people):
            wanted = "two people agreed" if people > 1 else "one person"
            return f"changed K of {audit} from {before} to {k} ({wanted})"
        case _:
            assert_never(what)


def _a(role: str) -> str:
    return f"an {role}" if role[0] in "aeiou" else f"a {role}"


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"


def span(first: int, last: int) -> str:
    """These entries, as the beginning of a sentence."""
    return f"Entry {first} is" if first == last else f"Entries {first} to {last} are"


def _day(day: str) -> str:
    try:
        found = date.fromisoformat(day)
    except ValueError:
        return day
    return f"{found.day} {found:%B %Y}"


def _printable(line: str) -> str:
    """The line without what a terminal would obey: somebody may have put it into the database."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in line)
