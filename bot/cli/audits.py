"""`candour audits`: open, follow and close audits, for whoever runs Candour."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from bot import founding, transcripts
from bot.cli.serve import settings_here
from bot.cli.trouble import Trouble, form_of, reserve, write_file
from bot.clock import SystemClock
from bot.opening import open_storage
from bot.services import auditing, interviewing, inviting, reauditing
from bot.services.inviting import Ways
from bot.settings import Settings, Telegram
from dialogues.form import Form
from reports import rendering, tables
from reports.assembly import Report
from reports.disclosure import DEFAULT_K
from reports.hours import local_day
from storage.casework import CONCERN, Audit, Entry
from storage.errors import CandourError, PassphraseChosenError
from storage.journal import OPERATOR
from storage.slips import AUDITOR, BOARD, DEPUTY, LEAD, OWNER, RESPONDENT
from storage.unit_of_work import Storage

_SHORT = 8  # hexadecimal digits by which an interview is named


class Format(StrEnum):
    """In which form a report is written."""

    HTML = "html"
    CSV = "csv"
    JSON = "json"


app = typer.Typer(no_args_is_help=True, help="Open, follow and close audits, and invite people.")


class Role(StrEnum):
    """To what an invitation entitles."""

    RESPONDENT = RESPONDENT
    LEAD = LEAD
    DEPUTY = DEPUTY
    AUDITOR = AUDITOR
    OWNER = OWNER
    BOARD = BOARD


Name = Annotated[str, typer.Argument(help="The name of the audit, as in its address: rowan-house.")]


@app.command("open")
def open_(
    audit: Name,
    title: Annotated[str, typer.Option(help="What people read: “Rowan House, night care”.")] = "",
    service: Annotated[str, typer.Option(help="Which service it is about.")] = "",
    incident: Annotated[str, typer.Option(help="What happened, in a few words, without names.")] = "",
    staff: Annotated[int | None, typer.Option(help="How many people are asked.", min=1)] = None,
    form: Annotated[
        list[str] | None, typer.Option(help="A form that is offered. More than one may be given.")
    ] = None,
    k: Annotated[int, typer.Option(help="The fewest people whose answers are shown together.")] = DEFAULT_K,
    baseline: Annotated[
        str,
        typer.Option(help="A closed audit that this one looks at again: all but its name is taken over."),
    ] = "",
    open_link: Annotated[
        bool,
        typer.Option("--open-link", help="Let anyone answer who has the link, instead of slips: weaker."),
    ] = False,
) -> None:
    """Open an audit. It always offers the form for telling that someone is at risk."""
    if not founding.NAME.fullmatch(audit):
        raise Trouble(
            "The name of an audit has up to 20 small letters, digits and hyphens, like rowan-house."
        )
    if baseline:
        with storage_here() as storage:
            opened = reauditing.open_again(storage, baseline, audit, title, staff or 0, SystemClock())
    else:
        opened = Audit(
            id=audit,
            name=title or _untitled(),
            service=service,
            incident=incident,
            staff_count=staff or 1,
            opened_on=local_day(SystemClock().now()),
            k=k,
            entry=Entry.OPEN if open_link else Entry.SLIPS,
        )
        offered = [form_of(each) for each in dict.fromkeys([*(form or ["staff-culture"]), CONCERN])]
        with storage_here() as storage:
            auditing.open_audit(storage, opened, offered)
    typer.echo(
        f"The audit “{audit}” is open. Have its lead choose a passphrase: candour audits passphrase {audit}"
    )
    if opened.entry is Entry.OPEN:
        typer.echo(
            f"Then invite people by its link, with which anyone can answer: candour audits link {audit}\n"
            "This is weaker than slips: people who are not staff can answer, and anyone can answer twice."
        )
    else:
        typer.echo(f"Then invite people: candour slips {audit} --count {opened.staff_count}")


def _untitled() -> NoReturn:
    raise Trouble("Say what people read as the name of the audit: --title “Rowan House, night care”.")


@app.command()
def offer(
    audit: Name, forms: Annotated[list[str], typer.Argument(help="Forms, by name or file.", metavar="FORM…")]
) -> None:
    """Have an audit that is open offer more forms, or newer versions. What people were invited to answer stays."""
    with storage_here() as storage:
        auditing.offer_forms(storage, audit, [form_of(each) for each in forms], SystemClock())
    typer.echo(f"The audit “{audit}” offers {', '.join(forms)}.")


@app.command("list")
def list_() -> None:
    """Every audit, whether it is open, and how many were heard, as far as that may be said."""
    with storage_here() as storage:
        found = auditing.audits(storage)
        for audit in found:
            heard = auditing.progress(storage, audit.id, SystemClock())
            said = f"fewer than {audit.k} heard" if heard.high is not None else f"{audit.k} or more heard"
            typer.echo(f"{audit.id}  {audit.status}  {said}  {audit.name}")
    if not found:
        typer.echo("There is no audit yet. Open one: candour audits open --help")


@app.command()
def invite(
    audit: Name,
    count: Annotated[int, typer.Option(help="How many invitations.", min=1, max=5000)] = 1,
    lead: Annotated[
        bool, typer.Option("--lead", help="For the safeguarding lead, who is then told of concerns at once.")
    ] = False,
    role: Annotated[
        Role, typer.Option(help="For somebody with another role, whom Telegram then knows too.")
    ] = Role.RESPONDENT,
    out: Annotated[Path | None, typer.Option(help="Write them to this file.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
) -> None:
    """Make slips: each can be used once, and does not say by whom. One line each, in an order that says nothing."""
    ways = ways_here()  # whatever can fail comes before the slips, which nobody can make again
    with storage_here() as storage:
        auditing.audit(storage, audit)
        if out is not None:
            reserve(out, replace=force)
        given = LEAD if lead else role.value
        codes = inviting.slips(storage, audit, count, given)
    by = ways if given == RESPONDENT else Ways(bot=ways.bot)  # a role is entered on Telegram
    content = "".join(f"{line}\n" for line in inviting.lines(codes, by))
    if out is None:
        typer.echo(content, nl=False)
    else:
        write_file(out, content.encode(), replace=True)
        typer.echo(f"{len(codes)} invitations are in {out}. Nobody can make them again: keep it safe.")


@app.command()
def passphrase(audit: Name) -> None:
    """Let the lead choose the passphrase under which people's own words are kept. It can never be changed."""
    with storage_here() as storage:
        if auditing.has_passphrase(storage, audit):
            raise PassphraseChosenError(audit)
        auditing.audit(storage, audit)
        typer.echo(
            "Four words or more that do not belong together are best. Nobody can find it out if it is forgotten: "
            "what people wrote is lost then, and only the numbers are left."
        )
        auditing.choose_passphrase(storage, audit, _asked_twice(), actor=OPERATOR)
    typer.echo(f"The passphrase of “{audit}” is set. Keep it where only the lead can find it.")


@app.command()
def link(
    audit: Name,
    group: Annotated[
        str, typer.Option(help="The group that is chosen already for whoever comes by this link.")
    ] = "",
) -> None:
    """The links of an audit that was opened with --open-link: anyone who has one can answer, also twice."""
    ways = ways_here()
    see_that_somebody_answers(ways)
    with storage_here() as storage:
        by_slip = auditing.audit(storage, audit).entry is Entry.SLIPS
        asked = inviting.asked(storage, audit)
    if by_slip:
        raise Trouble(
            f"The audit “{audit}” has no link for everyone: people need slips. candour slips {audit}"
        )
    if group:
        asked = _of_group(asked, group, ways)
    for line in inviting.links(audit, asked, ways, group):
        typer.echo(line)


def _of_group(asked: tuple[Form, ...], group: str, ways: Ways) -> tuple[Form, ...]:
    """The forms that know this group. Raises Trouble when there is none, or no page to open them on."""
    known = dict.fromkeys(name for form in asked for name in inviting.groups(form))
    if group not in known:
        raise Trouble(f"There is no group “{group}”. The groups are: {', '.join(known) or 'none'}.")
    if not ways.pages:
        raise Trouble("Only a web page can have the group chosen already: set CANDOUR_PUBLIC_URL.")
    return tuple(form for form in asked if group in inviting.groups(form))


@app.command()
def close(audit: Name) -> None:
    """Take no more answers, and publish what may be published."""
    with storage_here() as storage:
        reports = auditing.close_audit(storage, audit, SystemClock())
    typer.echo(
        f"The audit “{audit}” is closed; {len(reports)} reports are published: candour audits report {audit}"
    )


@app.command()
def report(
    audit: Name,
    form: Annotated[str, typer.Option(help="Which form it is about.")] = "staff-culture",
    format_: Annotated[
        Format, typer.Option("--format", help="A page, a table for spreadsheets, or values for programs.")
    ] = Format.HTML,
    out: Annotated[
        Path | None, typer.Option(help="The file to write; report.html if not given, or as the format is.")
    ] = None,
    language: Annotated[str, typer.Option(help="The code of a language, such as cy.")] = "en",
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
) -> None:
    """Write what was published of an audit. Every format holds the same figures, and none but those."""
    with storage_here() as storage:
        found = auditing.report(storage, audit, form)
    path = out or Path(f"report.{format_}")
    write_file(path, _written(found, format_, language), replace=force)
    typer.echo(f"The report is in {path}.")


@app.command()
def transcript(
    audit: Name,
    case: Annotated[str, typer.Argument(help="The id of the interview; without it they are listed.")] = "",
    out: Annotated[Path, typer.Option(help="The file to write, as Markdown.")] = Path("transcript.md"),
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
) -> None:
    """Write one interview of an auditor to a file, or list them all."""
    with storage_here() as storage:
        auditing.audit(storage, audit)
        found = [
            each for each in interviewing.cases(storage, audit) if each.id.hex().startswith(case.lower())
        ]
        if not case:
            for each in found:
                typer.echo(f"{each.id.hex()[:_SHORT]}  {each.status}  {each.begun_on}  {each.title}")
            return
        if len(found) != 1:
            raise Trouble(
                f"No interview of “{audit}” has this id. List them: candour audits transcript {audit}"
            )
        reserve(out, replace=force)
        exported = interviewing.export(storage, audit, found[0].id, SystemClock(), OPERATOR)
    write_file(out, transcripts.markdown(exported).encode(), replace=True)
    typer.echo(f"The transcript is in {out}.")


def _written(report: Report, format_: Format, language: str) -> bytes:
    match format_:
        case Format.HTML:
            return rendering.html(report, language=language).encode()
        case Format.CSV:
            return tables.as_csv(report, language=language)
        case Format.JSON:
            return tables.as_json(report)


def _asked_twice() -> str:
    """What is typed, unseen; from a program it is read once."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip("\r\n")
    typed: str = typer.prompt("Passphrase", hide_input=True, confirmation_prompt="The same again")
    return typed


@contextmanager
def storage_here() -> Iterator[Storage]:
    """The database of these settings. What it refuses becomes Trouble."""
    settings = settings_here()
    with troubled(settings):
        storage = open_storage(settings)
        try:
            yield storage
        finally:
            storage.close()


@contextmanager
def troubled(settings: Settings) -> Iterator[None]:
    """What the storage of these settings refuses becomes Trouble."""
    try:
        yield
    except CandourError as error:
        raise Trouble(str(error)) from error
    except OSError as error:
        raise Trouble(f"The folder “{settings.data}” cannot be used: {error.strerror or error}.") from error


def ways_here() -> Ways:
    """How people reach us. Raises Trouble when Telegram cannot be asked for the name of the bot."""
    settings = settings_here()
    bot = asyncio.run(_asked(settings.telegram)) if settings.telegram is not None else ""
    return Ways(settings.public_url, bot)


def see_that_somebody_answers(ways: Ways) -> None:
    """Raise Trouble when nothing says where people are to go."""
    if not (ways.pages or ways.bot):
        raise Trouble(
            "People must be told where to go: set CANDOUR_PUBLIC_URL to the address at which they reach Candour."
        )


async def _asked(telegram: Telegram) -> str:
    from telegram.error import TelegramError  # noqa: PLC0415 - takes half a second, which others need not wait for

    from bot.channels.telegram.client import Client  # noqa: PLC0415 - the same

    try:
        async with Client(telegram.token.reveal(), telegram.api) as client:
            return str((await client.call("getMe")).get("username", ""))
    except TelegramError as error:
        raise Trouble(
            "Telegram cannot be asked for the name of the bot. “candour serve --check” says why."
        ) from error
