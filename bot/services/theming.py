"""What an audit shows about each theme, from what was said, coded and published; and what of it leaves in files.

Plain functions on a `Storage`, for auditors and leads. What named people said is counted anew each time. What is said
of anonymous ones is made once, when the lead publishes it, and read from that release ever after; none of their words
leave in files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from bot import results, wording
from bot.clock import Clock
from bot.covering import THEMES
from bot.results import Evidence, Themes
from reports import themes
from reports.exchange import refi, tabular
from reports.exchange.material import Project
from reports.hours import local_day
from storage.casework import Status
from storage.errors import AuditOpenError
from storage.journal import LEAD, Exported, ReportPublished
from storage.unit_of_work import Storage

__all__ = ["Format", "Themes", "export", "found", "publish"]


class Format(StrEnum):
    """The files that an audit's evidence can leave in."""

    QDPX = "qdpx"
    QDC = "qdc"
    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"


_MADE: Mapping[Format, Callable[[Project], bytes]] = {
    Format.QDPX: refi.project,
    Format.QDC: lambda project: refi.codebook(project.entries),
    Format.XLSX: tabular.as_xlsx,
    Format.CSV: tabular.as_csv,
    Format.JSON: tabular.as_json,
}


def found(storage: Storage, name: str, language: str = wording.SOURCE) -> Themes:
    """What the audit shows about each theme: of named evidence at any time, of anonymous people what was published.

    Raises UnknownAuditError.
    """
    with storage.reading() as work:
        return results.found(work, name, language)


def publish(storage: Storage, name: str, clock: Clock, actor: str = LEAD) -> str:
    """Freeze what anonymous people say about each theme, as it is coded now, for good. Returns its SHA-256.

    Raises UnknownAuditError, AuditOpenError before the audit is closed and its reports are published, and
    AlreadyPublishedError.
    """
    with storage.writing() as work:
        work.casework.hold(name)
        work.casework.hold_row(name)  # nobody takes answers back meanwhile
        if work.casework.audit(name).status is not Status.CLOSED:
            raise AuditOpenError(name)
        made, subsets = themes.release(Evidence(work, name).unnamed())
        digest = work.casework.publish(name, THEMES, themes.encode(made), subsets)
        work.journal.append(
            ReportPublished(THEMES, digest), day=local_day(clock.now()), actor=actor, audit=name
        )
    return digest


def export(storage: Storage, name: str, wanted: Format, clock: Clock, actor: str) -> bytes:
    """A file with named interviews and records, how they were coded, and the results; noted in the journal.

    Raises UnknownAuditError.
    """
    with storage.reading() as work:
        content = _MADE[wanted](Evidence(work, name).project(results.found(work, name).results))
    with storage.writing() as work:
        work.journal.append(Exported(wanted.value), day=local_day(clock.now()), actor=actor, audit=name)
    return content
