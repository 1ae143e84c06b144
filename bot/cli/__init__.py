"""The command `candour`. Trouble with what was given ends with one line and exit code 2, never a traceback."""

from __future__ import annotations

import sys

import typer

from bot.cli.audits import app as audits
from bot.cli.backups import backup, restore
from bot.cli.chat import chat
from bot.cli.codebook import app as codebook
from bot.cli.contacts import app as contacts
from bot.cli.demo import demo
from bot.cli.findings import app as findings
from bot.cli.forms import app as forms
from bot.cli.journal import app as journal
from bot.cli.keys import app as keys
from bot.cli.measures import app as measures
from bot.cli.people import app as people
from bot.cli.plan import app as plan
from bot.cli.report import report, report_template
from bot.cli.reports import app as reports
from bot.cli.serve import serve
from bot.cli.slips import slips
from bot.cli.trouble import Trouble

app = typer.Typer(
    name="candour",
    help="Listens after a serious safeguarding incident, and shows what changed.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(forms, name="forms", help="Check forms and try them out.")
app.add_typer(audits, name="audits", help="Open, follow and close audits, and invite people.")
app.add_typer(people, name="people", help="Who has a role in an audit, and how they come to sign in.")
app.add_typer(
    journal, name="journal", help="What was done with audits, and whether anybody changed it since."
)
app.add_typer(
    contacts, name="contacts", help="Whom to call when someone is at risk, and who checked it when."
)
app.add_typer(keys, name="keys", help="Where keys are, and new ones in the place of the old.")
app.add_typer(
    contacts, name="contacts", help="Whom to call when someone is at risk, and who checked it when."
)
app.add_typer(codebook, name="codebook", help="What people's words can be tied to, and how that is changed.")
app.add_typer(findings, name="findings", help="What was found in an audit, and how sure that is.")
app.add_typer(plan, name="plan", help="The plan of an audit: what is due, and when.")
app.add_typer(measures, name="measures", help="Numbers followed month by month, and whether they changed.")
app.add_typer(reports, name="reports", help="Two published reports side by side.")
app.command()(chat)
app.command()(demo)
app.command()(report)
app.command()(report_template)
app.command()(serve)
app.command()(slips)
app.command()(backup)
app.command()(restore)


def main() -> None:
    """Run the command line."""
    try:
        app()
    except Trouble as trouble:
        sys.stderr.write(f"candour: {trouble}\n")
        sys.exit(2)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
