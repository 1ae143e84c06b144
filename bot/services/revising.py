"""How the codebook of this organisation is read and revised. One codebook holds for every audit."""

from __future__ import annotations

from collections.abc import Sequence

from bot.clock import Clock
from reports import revisions
from reports.codebook import Codebook
from reports.hours import local_day
from reports.revisions import Revision
from storage.codebooks import Revised
from storage.errors import RequestError
from storage.journal import CodebookRevised
from storage.unit_of_work import Storage


class RevisionRefusedError(RequestError):
    """A revision that cannot be made to the codebook: `number` counts from 1, `problems` are sentences."""

    def __init__(self, number: int, problems: Sequence[str]) -> None:
        super().__init__(f"Revision {number} cannot be made, so none was. {' '.join(problems)}")
        self.number = number
        self.problems = tuple(problems)


def present(storage: Storage) -> Codebook:
    """The codebook as it is today."""
    with storage.reading() as work:
        return work.codebooks.present()


def history(storage: Storage) -> tuple[Revised, ...]:
    """Every revision that was made, in order."""
    with storage.reading() as work:
        return work.codebooks.all()


def tried(book: Codebook, wanted: Sequence[Revision]) -> Codebook:
    """What would come of these revisions. Raises RevisionRefusedError at the first that cannot be made."""
    for number, revision in enumerate(wanted, 1):
        problems = revisions.problems(book, revision)
        if problems:
            raise RevisionRefusedError(number, problems)
        book = revisions.revised(book, revision)
    return book


def revise(storage: Storage, wanted: Sequence[Revision], actor: str, clock: Clock) -> Codebook:
    """Make all of these revisions, in order, or none. Returns the codebook that holds from now on.

    Raises RevisionRefusedError.
    """
    today = local_day(clock.now())
    with storage.writing() as work:
        work.codebooks.hold()
        book = work.codebooks.present()
        tried(book, wanted)
        for revision in wanted:
            book = revisions.revised(book, revision)
            work.codebooks.append(revision, today)
            change = CodebookRevised(revisions.kind(revision), book.version)
            work.journal.append(change, day=today, actor=actor)
    return book
