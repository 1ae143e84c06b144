"""Reminders: noting, in working hours, whom to tell of what; and what each says when its time has come.

Noting is one look at the actions whose next day has come (`reports.reminding.next_day`), in batches that keep nobody
else waiting for long. Each notice is an occasion of an action for one person, which is there once: two workers, or one
that starts again, find nothing left to note. `bot.jobs` sends; whether a notice still holds is asked again then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from msgspec import Struct, structs

from bot import buttons, covering, planning
from bot.contacts import Contacts
from bot.messages import Letter
from bot.services import digesting
from bot.wording import Voice, mark
from reports import reminding
from reports.hours import Nation, is_open, last_before_work, local_day, working_day
from reports.plan import Action, State, Term
from reports.reminding import Occasion, Reader, Why
from storage.casework import Audit, Status
from storage.notices import DIGEST, LOOK_AGAIN, OF_ACTIONS, REMINDER, UNREACHED, Notice, Wanted
from storage.people import Person, Seat
from storage.slips import LEAD
from storage.unit_of_work import Storage, UnitOfWork

BATCH: Final = 500  # actions in one transaction
KINDS: Final = frozenset({REMINDER, LOOK_AGAIN, DIGEST, UNREACHED})  # what this file says; all of it can wait
_ASKED = {"agree": mark("I can do this"), "later": mark("Later"), "help": mark("I need help")}
_BUTTONS = {  # by what is wished of the action
    "done": mark("Done"),
    "progress": mark("Progress"),
    "later": mark("Later"),
    "help": mark("I need help"),
}


# Noting what is due


def note_due(storage: Storage, now: datetime, contacts: Contacts) -> tuple[bytes, ...]:
    """Note everything that somebody is to be told now, once. Returns the new notices. Raises StorageError."""
    with storage.reading() as work:
        known = work.casework.all()
    audits = [each for each in known if is_open(now, contacts.nation_of(each.id))]
    noted = list(_note_audits(storage, audits, now, contacts, {each.baseline for each in known}))
    by_day: defaultdict[Day, list[str]] = defaultdict(list)
    for audit in audits:
        by_day[_day(now, contacts, audit.id)].append(audit.id)
    for day, names in by_day.items():
        while (new := _note_actions(storage, names, day)) is not None:
            noted += new
    return tuple(noted)


class Day(Struct, frozen=True):
    """A day, and the last one before people work again: Friday and Sunday, on most Fridays."""

    today: date
    ahead: date


def _day(now: datetime, contacts: Contacts, audit: str) -> Day:
    today = local_day(now)
    return Day(today, last_before_work(today, contacts.nation_of(audit)))


def _note_actions(storage: Storage, audits: Collection[str], day: Day) -> tuple[bytes, ...] | None:
    """Note what is due of the next batch of actions; None when there is none left that nobody else holds."""
    with storage.reading() as work:
        if not work.actions.to_remind(audits, day.ahead, 1):
            return None
    with storage.writing() as work:
        found = work.actions.to_remind(audits, day.ahead, BATCH)
        rosters = {audit: _Roster(work.people.seats(audit)) for audit in {audit for audit, _ in found}}
        wanted = [each for audit, action in found for each in _of_action(rosters[audit], audit, action, day)]
        noted = work.notices.add_all(_untold(work, wanted, rosters))
        work.actions.note_reminded((action for _, action in found), day.today, day.ahead)
    return noted if found else None


def _of_action(roster: _Roster, audit: str, action: Action, day: Day) -> Iterator[Wanted]:
    subject = bytes.fromhex(action.id)
    for occasion in reminding.due(action, day.today, day.ahead):
        for person in roster.to_tell(action, occasion.readers):
            yield Wanted(person, audit, REMINDER, subject, occasion.name)


def _untold(work: UnitOfWork, wanted: Sequence[Wanted], rosters: Mapping[str, _Roster]) -> list[Wanted]:
    """Those of which nobody with the same account was told before, in whatever role."""
    told = work.notices.told({each.subject for each in wanted}, {each.occasion for each in wanted})
    accounts = {person: account for each in rosters.values() for person, account in each.accounts.items()}
    heard = {(subject, occasion, accounts.get(person)) for subject, occasion, person in told}
    return [each for each in wanted if (each.subject, each.occasion, accounts[each.person]) not in heard]


class _Roster:
    """Who has which role in an audit. Each account is told once, where it can be reached."""

    def __init__(self, seats: Iterable[Seat]) -> None:
        ordered = sorted(seats, key=lambda each: (not each.reached, each.role, each.id))
        self.accounts = {each.id: each.account for each in ordered}
        self._people = {each.account: each.id for each in reversed(ordered)}
        self._leads = {each.account for each in ordered if each.role == LEAD and each.reached}

    def to_tell(self, action: Action, readers: Iterable[Reader]) -> set[bytes]:
        """The people who read these; the leads, in the place of an owner who has no role any more."""
        return {self._people[each] for reader in readers for each in self._accounts(action, reader)}

    def _accounts(self, action: Action, reader: Reader) -> set[bytes]:
        match reader:
            case Reader.OWNER:
                return {bytes.fromhex(action.owner)} & self._people.keys() or self._leads
            case Reader.SPONSOR:
                return {bytes.fromhex(action.sponsor)} & self._people.keys()
            case Reader.LEAD:
                return self._leads


def _note_audits(
    storage: Storage, audits: Iterable[Audit], now: datetime, contacts: Contacts, baselines: Collection[str]
) -> Iterator[bytes]:
    """Note what leads are told of a whole audit: the digest of the week, and when to look again.

    The digest is noted on the first working day of the week, or on the next that there is when we were down then.
    """
    days = [(audit, _day(now, contacts, audit.id)) for audit in audits]
    with storage.reading() as work:
        wanted = [
            Wanted(lead, audit.id, kind, audit.id.encode(), occasion)
            for audit, day in days
            for kind, occasion in _of_audit(audit, day, contacts.nation_of(audit.id), baselines)
            for lead in work.people.to_tell(audit.id, LEAD)
        ]
        told = work.notices.told({each.subject for each in wanted}, {each.occasion for each in wanted})
    untold = [each for each in wanted if (each.subject, each.occasion, each.person) not in told]
    if untold:
        with storage.writing() as work:
            noted = [work.notices.add_once(*structs.astuple(each)) for each in untold]
            _count(work, {each.audit for each in untold if each.kind == DIGEST}, local_day(now))
        yield from filter(None, noted)


def _count(work: UnitOfWork, audits: Iterable[str], today: date) -> None:
    """See that today's count of who was heard is there, which a digest tells: whoever sends it only reads."""
    for audit in audits:
        covering.counted_today(work, audit, today)


def _of_audit(
    audit: Audit, day: Day, nation: Nation | None, baselines: Collection[str]
) -> Iterator[tuple[str, str]]:
    if audit.opened_on <= _first_day(day.today, nation):
        yield DIGEST, _week(day.today)
    again = reminding.reaudit(audit.closed_on, day.ahead) if audit.closed_on else None
    if again and audit.id not in baselines:
        yield LOOK_AGAIN, again.name


def _first_day(today: date, nation: Nation | None) -> date:
    """The first working day of the week: Monday, if that is no bank holiday. `today` is one."""
    days = (today - timedelta(before) for before in range(today.weekday(), -1, -1))
    return next(day for day in days if working_day(day, nation))


def _week(today: date) -> str:
    year, week, _ = today.isocalendar()
    return f"{year}-W{week:02}"


def note_unreached(work: UnitOfWork, notice: Notice, now: datetime) -> None:
    """Have the leads told that reminders do not reach somebody: once until they are reached, once a week at most."""
    if notice.kind not in OF_ACTIONS or work.notices.tells(UNREACHED, notice.person):
        return
    occasion = f"{UNREACHED}:{_week(local_day(now))}"
    for lead in work.people.to_tell(notice.audit, LEAD):
        if lead != notice.person:
            work.notices.add_once(lead, notice.audit, UNREACHED, notice.person, occasion)


# What they say


def letter(
    work: UnitOfWork,
    notice: Notice,
    person: Person,
    audit: Audit,
    now: datetime,
    contacts: Contacts,
    _: Voice,
) -> Letter | None:
    """What a notice says to a person as things are now; None when it does not hold any more.

    Raises UndecipherableError.
    """
    day = _day(now, contacts, audit.id)
    match notice.kind:
        case kind if kind == DIGEST:
            return digesting.letter(work, audit, now) if notice.occasion == _week(day.today) else None
        case kind if kind == UNREACHED:
            return _unreached(work, notice, audit, _)
        case kind if kind == LOOK_AGAIN:
            return _look_again(work, notice, audit, day, _)
        case _other:
            return _reminder(work, notice, person, day, _)


def _reminder(work: UnitOfWork, notice: Notice, person: Person, day: Day, _: Voice) -> Letter | None:
    found = work.actions.get(notice.subject.hex())
    if found is None:
        return None
    audit, action = found
    here = next(
        (each for each in reminding.due(action, day.today, day.ahead) if each.name == notice.occasion), None
    )
    if here is None or not _reads(work, audit, action, person, here.readers):
        return None
    fact = _fact(action, here, day.today, _)
    if person.account.hex() == action.owner:
        rest = _(_AGREE) if action.state is State.PROPOSED else _(_SAY)
        return Letter(f"{fact}\n\n{rest}", _buttons(action, _))
    ways = _buttons_of_others(work, person, audit, action, _)
    return Letter(f"{fact}\n\n{_for_others(work, action, here, _)}", ways)


def given(work: UnitOfWork, notice: Notice, person: Person, audit: Audit, _: Voice) -> Letter | None:
    """What an owner reads of an action that was given to them; None when it is not theirs to do any more."""
    action = _theirs(work, notice, person)
    if action is None:
        return None
    told = [
        _(
            "There is an action for you in the audit “{audit}”: “{title}”.",
            audit=audit.name,
            title=action.title,
        )
    ]
    if action.due:
        told.append(_("It is due on {date}.", date=_.date(action.due)))
    return Letter(f"{' '.join(told)}\n\n{_(_AGREE)}", _buttons(action, _))


def news(work: UnitOfWork, notice: Notice, person: Person, today: date, _: Voice) -> Letter | None:
    """What an owner reads when somebody wants to know how it goes; None when it is not theirs to do any more."""
    action = _theirs(work, notice, person)
    if action is None:
        return None
    told = [_("You are asked for news of “{title}”.", title=action.title)]
    if action.due:
        date_ = _.date(action.due)
        is_late = action.due < today
        told.append(
            _("It was due on {date}.", date=date_) if is_late else _("It is due on {date}.", date=date_)
        )
    rest = _(_AGREE) if action.state is State.PROPOSED else _(_SAY)
    return Letter(f"{' '.join(told)}\n\n{rest}", _buttons(action, _))


_AGREE = mark("Can you do this? You can say so here. Send /actions to read all of it.")
_SAY = mark("You can say how far you are, or that it is done. If something is in the way, ask for help.")


_TERMS = {
    Term.WHAT: mark("what will be done"),
    Term.DUE: mark("the day on which it is due"),
    Term.STEPS: mark("the steps on the way"),
    Term.MEASURE: mark("what shows that it works"),
    Term.EVIDENCE: mark("what shows that it was done"),
}


def changed(work: UnitOfWork, notice: Notice, person: Person, audit: Audit, _: Voice) -> Letter | None:
    """What an owner reads whose action somebody else has changed; None when they need not agree to it any more."""
    action = _theirs(work, notice, person)
    if action is None or action.state is not State.PROPOSED:
        return None
    fact = _(
        "Your action “{title}” in the audit “{audit}” was changed.",
        audit=audit.name,
        title=action.title,
    )
    new = "; ".join(_(_TERMS[each]) for each in planning.changed(work, action, notice.occasion))
    told = [fact, *([_("This is new: {terms}.", terms=new)] if new else [])]
    if action.due:
        told.append(_("It is due on {date}.", date=_.date(action.due)))
    rest = _("Can you do it as it is now? You can say so here. Send /actions to read all of it.")
    return Letter(f"{' '.join(told)}\n\n{rest}", _buttons(action, _))


def _theirs(work: UnitOfWork, notice: Notice, person: Person) -> Action | None:
    """The action of a notice, while it is for this person to do."""
    found = work.actions.get(notice.subject.hex())
    if found is None or found[1].owner != person.account.hex() or not found[1].is_open:
        return None
    return found[1]


def _buttons(action: Action, _: Voice) -> tuple[tuple[str, str], ...]:
    """What its owner can say by one tap: see `bot.desk`."""
    about = buttons.id_in(bytes.fromhex(action.id))
    offered = _ASKED if action.state is State.PROPOSED else _BUTTONS
    return tuple((_(words), buttons.to_desk(what, about)) for what, words in offered.items())


def _buttons_of_others(
    work: UnitOfWork, person: Person, audit: str, action: Action, _: Voice
) -> tuple[tuple[str, str], ...]:
    """What those can do by one tap who do not own it."""
    about = buttons.id_in(bytes.fromhex(action.id))
    asking = planning.may_want_news(work, person.account, audit, action)
    news = ((_("Ask for news"), buttons.to_desk("news", about)),) if asking else ()
    return (*news, (_("Read it"), buttons.to_desk("action", about)))


def _reads(work: UnitOfWork, audit: str, action: Action, person: Person, readers: Collection[Reader]) -> bool:
    """Whether somebody is one of these readers now."""
    account = person.account.hex()
    if Reader.OWNER in readers and account == action.owner:
        return True
    if Reader.SPONSOR in readers and account == action.sponsor:
        return True
    leads = (audit, LEAD) in work.people.roles(person.account)
    return leads and (Reader.LEAD in readers or not _has_owner(work, audit, action))


def _has_owner(work: UnitOfWork, audit: str, action: Action) -> bool:
    """Whether its owner still has a part in the audit."""
    return any(there == audit for there, _ in work.people.roles(bytes.fromhex(action.owner)))


def _fact(action: Action, here: Occasion, today: date, _: Voice) -> str:
    """The fact, which comes first."""
    away = (here.about - today).days
    values = {"title": action.title, "date": _.date(here.about), "step": _place(action, here.number)}
    if here.why is Why.MILESTONE:
        if away < 0:
            return _("Step {step} of “{title}” was planned for {date}.", **values)
        return _("Step {step} of “{title}” is planned for {date}.", **values)
    if here.why is Why.REVIEW:
        if away < 0:
            return _("“{title}” was to be reviewed on {date}.", **values)
        return _("“{title}” is to be reviewed on {date}.", **values)
    if away == 0:
        return _("“{title}” is due today, {date}.", **values)
    if away < 0:
        return _.several(
            "“{title}” was due on {date}. That was {number} day ago.",
            "“{title}” was due on {date}. That was {number} days ago.",
            -away,
            **values,
        )
    return _.several(
        "“{title}” is due in {number} day, on {date}.",
        "“{title}” is due in {number} days, on {date}.",
        away,
        **values,
    )


def _place(action: Action, step: int) -> int:
    """Where a step stands in the plan now, from 1; 0 for what is about none."""
    return next((place for place, each in enumerate(action.milestones, 1) if each.id == step), 0)


def _for_others(work: UnitOfWork, action: Action, here: Occasion, _: Voice) -> str:
    """What those can do who do not own it."""
    if here.why is Why.REVIEW:
        return _("Look at what shows whether it works, and say what you see.")
    name = work.access.name(bytes.fromhex(action.owner)) if action.owner else ""
    if name:
        return _("Its owner is {name}. You can ask them what is in the way.", name=name)
    return _("You can ask its owner what is in the way, or give it another owner.")


def _look_again(work: UnitOfWork, notice: Notice, audit: Audit, day: Day, _: Voice) -> Letter | None:
    begun = any(each.baseline == audit.id for each in work.casework.all())
    here = reminding.reaudit(audit.closed_on, day.ahead) if audit.closed_on else None
    if begun or audit.status is not Status.CLOSED or here is None or here.name != notice.occasion:
        return None
    told = _(
        "The audit “{audit}” should be looked at again by {date}.", audit=audit.name, date=_.date(here.about)
    )
    rest = _("A re-audit asks the same questions again. It shows what has changed, and what lasts.")
    return Letter(f"{told}\n\n{rest}")


def _unreached(work: UnitOfWork, notice: Notice, audit: Audit, _: Voice) -> Letter | None:
    person = work.people.get(notice.subject)
    if person is None:
        return None
    name = work.access.name(person.account) or _("somebody who has actions")
    told = _("Reminders do not reach {name} in the audit “{audit}”.", name=name, audit=audit.name)
    rest = _("Please speak to them. Perhaps they have left the chat, or were never in it.")
    return Letter(f"{told}\n\n{rest}")
