"""What auditors and leads read in a chat beside the questions: their interviews, the scope, their colleagues."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from bot import buttons, cases, covering, wording
from bot.desk.rooms import going_on, where
from bot.messages import Desk
from bot.wording import Voice, mark
from dialogues.form import SourceType
from reports.scope import Covered
from storage.cases import Case
from storage.unit_of_work import UnitOfWork

_FROM: dict[SourceType, str] = {
    SourceType.EXPERIENCE: mark("people who use the service, and those close to them"),
    SourceType.STAFF: mark("staff and leaders"),
    SourceType.PARTNERS: mark("partners"),
    SourceType.OBSERVATION: mark("observations"),
    SourceType.PROCESSES: mark("records"),
    SourceType.OUTCOMES: mark("outcomes"),
}


def interviews(work: UnitOfWork, account: bytes, audits: Collection[str]) -> Desk:
    """What somebody can go on with, and what they can begin."""
    _ = wording.voice(wording.SOURCE)
    mine = going_on(work, account, audits, _)
    intro = _("You can go on with what you began.") if mine else _("You have nothing under way.")
    return Desk(
        (
            _("These are the interviews, record checks and observations of auditors."),
            intro,
            _(
                "While you ask, send /sections to jump. Send /observe to note what you see. "
                "Send /handover to pass it on."
            ),
            _("Send /coverage to see what is missing. Send /interviews to come back here."),
            _("Send /code to tie what was said to themes."),
            _("Send /findings to write down what you found, and /plan to see what is done about it."),
        ),
        (*mine, *_beginnings(work, account, audits, _)),
    )


def _beginnings(
    work: UnitOfWork, account: bytes, audits: Collection[str], _: Voice
) -> Iterator[tuple[str, str]]:
    for audit in audits:
        for offer in cases.may_begin(work, account, audit):
            title = work.forms.get(offer.digest).title.to(wording.SOURCE)
            token = buttons.to_desk("begin", audit, buttons.short(offer.form))
            yield where(audit, audits) + _("New: {title}", title=title), token


def colleagues(work: UnitOfWork, case: Case) -> Desk:
    """To whom a case can be given."""
    _ = wording.voice(wording.SOURCE)
    known = cases.colleagues(work, case.audit, cases.records(work, case))
    others = [each for each in known if each.account != case.holder]
    if not others:
        return Desk((_("There is no other auditor in this audit yet, so nobody can take it over."),))
    give = ("give", buttons.id_in(case.id))
    roles = {"lead": _("safeguarding lead"), "auditor": _("auditor")}
    ways = tuple(
        (
            _("{name}, {role}", name=each.name, role=roles[each.role]) if each.name else roles[each.role],
            buttons.to_desk(*give, buttons.id_in(each.account)),
        )
        for each in others
    )
    return Desk((_("Who goes on with this? They get all that was noted so far."),), ways)


def given(work: UnitOfWork, to: bytes) -> Desk:
    """A case was given to a colleague."""
    _ = wording.voice(wording.SOURCE)
    name = work.access.name(to) or _("your colleague")
    told = _("This is with {name} now. They find it when they send /interviews.", name=name)
    return Desk((told, _("To go on with something else, send /interviews.")))


def coverage(work: UnitOfWork, audits: Iterable[str]) -> Desk:
    """What was heard of each area of the scope, and what is missing."""
    _ = wording.voice(wording.SOURCE)
    found = (work.casework.audit(audit) for audit in audits)
    told = ((audit.name, *(_area(each, _) for each in covering.coverage(work, audit))) for audit in found)
    asked = _(
        "An area counts as seen once two kinds of source speak of it. Only what was handed in is counted."
    )
    return Desk((*(part for parts in told for part in parts), asked))


def _area(covered: Covered, _: Voice) -> str:
    name = covered.area.name.to(_.language)
    if covered.is_bare:
        return _("{area}: nothing yet.", area=name)
    sources = covered.sources.items()
    said = [_("{kind} ({number})", kind=_(_FROM[kind]), number=count) for kind, count in sources]
    heard = ", ".join((*said, *([_("people without a name")] if covered.unnamed else [])))
    if covered.is_thin:
        return _("{area}: {heard}. Another kind of source is still missing.", area=name, heard=heard)
    return _("{area}: {heard}.", area=name, heard=heard)
