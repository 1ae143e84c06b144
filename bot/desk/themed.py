"""What named people say about each theme, in a chat: the most pressing first, counted by people."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice

from bot import covering, wording
from bot.messages import Desk
from bot.results import Evidence
from bot.wording import Voice, mark
from reports import themes as results
from reports.codebook import Codebook
from reports.themes import Priority, Released, ThemeResult
from storage.unit_of_work import UnitOfWork

MOST = 5  # themes of an audit that are told

_PRIORITIES = {
    Priority.HIGH: mark("High"),
    Priority.MEDIUM: mark("Medium"),
    Priority.LOW: mark("Low"),
    Priority.NONE: mark("None"),
}


def themes(work: UnitOfWork, audits: Collection[str]) -> Desk:
    """The top themes of each audit. Of anonymous people what was published counts, and no figure is told here."""
    _ = wording.voice(wording.SOURCE)
    told: list[str] = []
    for audit in audits:
        gathered = Evidence(work, audit)
        found = results.results(gathered.material(), covering.released(work, audit) or Released())
        told.append(_("{audit}: the most pressing themes.", audit=gathered.audit.name))
        told += islice(_told(results.strongest(found), gathered.book, _), MOST)
        if not found.people:
            told.append(_("Nobody has been interviewed yet, so there is nothing to count."))
    return Desk((*told, _("Open Candour on the web to see everything: send /signin.")))


def _told(found: Collection[ThemeResult], book: Codebook, _: Voice) -> Iterator[str]:
    for each in (each for each in found if each.people.spoke):
        entry = book.get(each.theme)
        yield _(
            "{theme}. {spoke} of {heard} people speak of it, {weakness} as a weakness. Priority: {priority}.",
            theme=entry.name.to(_.language) if entry else each.theme,
            spoke=each.people.spoke,
            heard=each.people.heard,
            weakness=each.people.weakness,
            priority=_(_PRIORITIES[each.judged.priority]).lower(),
        )
