"""Reminders over a year: each once, none of what is done, none at night; and what they say, where they are read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from itertools import repeat
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from msgspec import Struct
from msgspec.structs import replace

import bot
from bot.clock import SetClock
from bot.contacts import SHIPPED, Contacts
from bot.errors import NotTakenError, RoleMissingError
from bot.messages import Address, Desk, Incoming, Tap, Words
from bot.planning import Wanted
from bot.services import auditing, calendars, digesting, noticing, planning, reminding
from bot.services.noticing import Due, Held, Over, Parked
from bot.turns import TurnLoop
from reports.hours import Nation, is_quiet
from reports.plan import Action, Milestone, State
from storage.notices import DIGEST, LOOK_AGAIN, REMINDER, UNREACHED
from storage.slips import LEAD, OWNER
from storage.unit_of_work import Storage
from tests.bot.notifying import opened
from tests.bot.stories import AUDIT, an_audit, concern

LONDON = ZoneInfo("Europe/London")
ENGLAND = replace(SHIPPED, nation=Nation.ENGLAND)
DUE = date(2026, 6, 15)  # a Monday
ACTION = Action(
    id="0a" * 16, number=1, title="Weekly supervision for night staff", state=State.AGREED, due=DUE
)


class Cast(Struct):
    """The people of a plan: by name, their account in hexadecimal and their id as a person of the audit."""

    accounts: dict[str, str]
    people: dict[str, bytes]


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    storage = opened(tmp_path)
    yield storage
    storage.close()


def cast(storage: Storage) -> Cast:
    """A lead, an owner, a sponsor: each is reached in Telegram."""
    roles = {"lead": LEAD, "owner": OWNER, "sponsor": OWNER}
    with storage.writing() as work:
        people = {
            name: work.people.add(AUDIT, role, "telegram", f"70{number}")
            for number, (name, role) in enumerate(roles.items())
        }
        found = {name: work.people.get(person) for name, person in people.items()}
    return Cast({name: each.account.hex() for name, each in found.items() if each}, people)


def plan(storage: Storage, *actions: Action) -> None:
    with storage.writing() as work:
        for action in actions:
            work.actions.keep(AUDIT, action)


def at(day: date, hour: int = 10, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=LONDON).astimezone(UTC)


def sent(storage: Storage, now: datetime, contacts: Contacts = ENGLAND) -> list[tuple[Due, str]]:
    """What leaves at this moment, with its occasion; every notice that waits is tried."""
    with storage.reading() as work:
        waiting = [each for each in work.notices.waiting() if each.kind != DIGEST]
    left = []
    for each in waiting:
        match noticing.due_message(storage, each.id, now, contacts):
            case Due() as due:
                noticing.mark_sent(storage, each.id)
                left.append((due, each.occasion))
            case Over():
                noticing.drop(storage, each.id)
    return left


def reminded(storage: Storage, now: datetime) -> list[str]:
    """What people read who are reminded at this moment, by who they are."""
    reminding.note_due(storage, now, ENGLAND)
    return sorted(f"{due.person.address}: {due.letter.text}" for due, _ in sent(storage, now))


# A year


def year(storages: Sequence[Storage], who: Cast) -> dict[tuple[str, str, str], datetime]:
    """Everything that was sent in a year, by person, title and occasion; the plan changes on the way."""
    first, *_ = storages
    base = replace(ACTION, owner=who.accounts["owner"], sponsor=who.accounts["sponsor"])
    names = {
        "never": base,
        "done": replace(base, due=date(2026, 12, 28), review=date(2027, 1, 18)),
        "moved": replace(base, due=date(2026, 4, 4)),
        "later": replace(base, due=date(2026, 10, 26)),
        "rejected": replace(base, due=date(2026, 5, 20)),
        "steps": replace(base, due=None, milestones=(Milestone("One", date(2026, 3, 30), id=1),)),
        "leads": replace(base, owner=who.accounts["lead"], due=date(2026, 4, 20)),
    }
    actions = {
        name: replace(each, id=f"{number:032x}", number=number, title=name)
        for number, (name, each) in enumerate(names.items(), 1)
    }
    changes = {
        date(2026, 3, 31): replace(actions["moved"], due=date(2026, 9, 1)),
        date(2026, 5, 7): replace(actions["rejected"], state=State.REJECTED),
        date(2026, 9, 3): replace(actions["moved"], due=date(2026, 9, 1), state=State.CLOSED),
        date(2026, 10, 20): replace(actions["later"], snoozed_until=date(2026, 10, 22)),
        date(2026, 10, 27): replace(actions["later"], state=State.VERIFIED),
        date(2026, 12, 22): replace(actions["done"], state=State.IMPLEMENTED),
    }
    plan(first, *actions.values())
    found: dict[tuple[str, str, str], datetime] = {}
    for step in range(365 * 2):
        now = datetime(2026, 3, 1, 9, 30, tzinfo=UTC) + timedelta(days=step // 2, hours=11 * (step % 2))
        here, morning, is_down = storages[step // 2 % 2], step % 2 == 0, now.day % 10 == 4
        nothing_runs, quiet_evening = 330 < step // 2 < 340, not morning and not is_down
        if nothing_runs or quiet_evening:
            continue
        if morning and now.date() in changes:
            plan(here, changes[now.date()])
        if now.weekday() == 0 and now.day < 8:
            with ThreadPoolExecutor(2) as at_once:
                list(at_once.map(reminding.note_due, storages, repeat(now), repeat(ENGLAND)))
        reminding.note_due(here, now, ENGLAND)
        if morning and is_down:  # nobody is reached until the evening, which is too late
            continue
        for due, occasion in sent(here, now):
            title = due.letter.text.split("“")[1].split("”")[0]
            key = (due.person.address, title, occasion)
            assert key not in found, "each once"
            assert not is_quiet(now, Nation.ENGLAND)
            found[key] = now
    return found


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_in_a_year_with_two_workers_each_reminder_comes_once_to_each_and_none_at_night_or_when_done(
    tmp_path: Path, database: str, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("database_url") if database == "postgresql" else ""
    storages = [opened(tmp_path, url), opened(tmp_path, url)]
    who = cast(storages[0])
    found = year(storages, who)
    for each in storages:
        each.close()
    lead, owner, sponsor = "700", "701", "702"

    def of(reader: str, title: str) -> list[str]:
        theirs = {when: key[2] for key, when in found.items() if key[:2] == (reader, title)}
        return [theirs[when] for when in sorted(theirs)]

    never = [f"due:2026-06-15:{days:+d}" for days in (-14, -7, -1, 0, *range(7, 260, 7))]
    assert set(of(owner, "never")) < set(never)
    assert of(owner, "never")[:4] == never[:4]
    assert of(sponsor, "never") == of(lead, "never") == of(owner, "never")[4:]
    assert of(owner, "done") == ["due:2026-12-28:-14", "due:2026-12-28:-7"]
    assert of(lead, "done") == ["review:2027-01-18:-7", "review:2027-01-18:+0"]
    assert of(owner, "moved") == [
        *(f"due:2026-04-04:{days:+d}" for days in (-14, -7)),
        *(f"due:2026-09-01:{days:+d}" for days in (-14, -7, -1, 0)),
    ]
    about = "2026-10-26"
    days = (f"{about}:-14", f"{about}:-7", "later:2026-10-22", f"{about}:-1", f"{about}:+0")
    assert of(owner, "later") == [f"due:{each}" for each in days]
    assert of(owner, "rejected") == ["due:2026-05-20:-14"]
    assert of(owner, "steps") == ["milestone-1:2026-03-30:-7", "milestone-1:2026-03-30:+0"]
    assert len(of(lead, "leads")) > 40, "whoever owns and leads is told once"
    assert of(owner, "leads") == []


# What they say


def test_the_owner_reads_the_fact_and_can_answer_with_one_tap(storage: Storage) -> None:
    who = cast(storage)
    plan(
        storage,
        replace(ACTION, owner=who.accounts["owner"], milestones=(Milestone("x", DUE - timedelta(6), id=1),)),
    )
    reminding.note_due(storage, at(DUE - timedelta(7)), ENGLAND)
    left = {occasion: due for due, occasion in sent(storage, at(DUE - timedelta(7)))}
    due = left["due:2026-06-15:-7"]
    assert due.letter.text == (
        "“Weekly supervision for night staff” is due in 7 days, on 15 June 2026.\n\n"
        "You can say how far you are, or that it is done. If something is in the way, ask for help."
    )
    assert [words for words, _ in due.letter.ways] == ["Done", "Progress", "Later", "I need help"]
    assert all(len(token.encode()) <= 64 for _, token in due.letter.ways)
    step = left["milestone-1:2026-06-09:-7"].letter.text
    assert step.startswith("Step 1 of “Weekly supervision for night staff” is planned for 9 June 2026.")
    assert "Weekly" not in repr(due)


def test_what_is_late_is_told_to_the_sponsor_and_the_lead_with_what_they_can_do(storage: Storage) -> None:
    who = cast(storage)
    plan(storage, replace(ACTION, owner=who.accounts["owner"], sponsor=who.accounts["sponsor"]))
    late = "“Weekly supervision for night staff” was due on 15 June 2026. That was 7 days ago."
    ask = "You can ask its owner what is in the way, or give it another owner."
    told = reminded(storage, at(DUE + timedelta(7)))
    assert told[0] == f"700: {late}\n\n{ask}"
    assert told[1].startswith(f"701: {late}\n\nYou can say how far you are")
    assert told[2] == f"702: {late}\n\n{ask}"


async def test_a_sponsor_who_owns_nothing_reads_what_is_late_and_asks_for_news_and_changes_nothing(
    storage: Storage,
) -> None:
    who = cast(storage)
    plan(storage, replace(ACTION, owner=who.accounts["owner"], sponsor=who.accounts["sponsor"]))
    day = at(DUE + timedelta(7))
    reminding.note_due(storage, day, ENGLAND)
    letter = next(due.letter for due, _ in sent(storage, day) if due.person.address == "702")
    assert [words for words, _ in letter.ways] == ["Ask for news", "Read it"]
    async with TurnLoop(storage, SetClock(day)) as turns:

        async def tapped(token: str) -> Desk:
            here = Address("telegram", "702")
            found = await turns.hear(Incoming(here, "", "", token, Tap(token)))
            assert isinstance(found, Desk)
            return found

        tokens = dict(letter.ways)
        read = await tapped(tokens["Read it"])
        assert read.text[0].startswith(
            "A1 · Weekly supervision for night staff\nwas due 15 June 2026, 7 days ago"
        )
        assert [words for words, _ in read.ways] == ["Ask for news"]
        asked = (await tapped(tokens["Ask for news"])).text[0]
        assert asked.startswith("I ask owner ") and asked.endswith("A1 · Weekly supervision for night staff")
        listed = await tapped("desk:actions")
        assert "You stand behind these. Tap one to read it, or to ask its owner for news." in listed.text
        for refused in ("done", "later", "change", "verify"):
            token = tokens["Read it"].replace("action", refused)
            with pytest.raises((NotTakenError, RoleMissingError)):
                await tapped(token)
    action, sponsor = bytes.fromhex(ACTION.id), bytes.fromhex(who.accounts["sponsor"])
    found = planning.action(storage, AUDIT, action, sponsor, SetClock(day))
    assert (found.may_read, found.may_want_news, found.ways) == (True, True, ())
    assert not planning.action(storage, AUDIT, action, b"\0" * 16, SetClock(day)).may_read
    assert planning.want_news(storage, AUDIT, action, sponsor, SetClock(day)) == (Wanted.BEFORE, ())


def test_what_was_noted_is_decided_on_again_when_its_time_comes(storage: Storage) -> None:
    who = cast(storage)
    action = replace(ACTION, owner=who.accounts["owner"])
    evening, day = at(DUE, 16, 59), DUE + timedelta(1)
    for changed in (
        replace(action, state=State.IMPLEMENTED),
        replace(action, due=DUE + timedelta(90)),
        replace(action, snoozed_until=DUE + timedelta(3)),
        replace(action, owner=who.accounts["sponsor"]),
    ):
        with storage.writing() as work:
            work.notices.add_once(
                who.people["owner"], AUDIT, REMINDER, bytes.fromhex(action.id), "due:2026-06-15:+0"
            )
        plan(storage, changed)
        assert sent(storage, at(day)) == []
        with storage.writing() as work:
            assert not work.notices.waiting(), "it is dropped"
            work.people.remove(who.people["owner"])
            who.people["owner"] = work.people.appoint(
                bytes.fromhex(who.accounts["owner"]), AUDIT, OWNER, "telegram", "701"
            )
    plan(storage, action)
    reminding.note_due(storage, evening, ENGLAND)
    (notice,) = _waiting(storage)
    night = noticing.due_message(storage, notice, at(DUE, 20), ENGLAND)
    assert isinstance(night, Held) and night.until == at(day, 8)
    with storage.writing() as work:
        work.people.remove(who.people["owner"])
    assert sent(storage, at(day)) == [], "their role ended"


def _waiting(storage: Storage) -> list[bytes]:
    with storage.reading() as work:
        return [each.id for each in work.notices.waiting() if each.kind != DIGEST]


def test_the_lead_is_told_once_whom_reminders_do_not_reach_and_again_when_they_were_reached_in_between(
    storage: Storage,
) -> None:
    who = cast(storage)
    plan(
        storage,
        *(
            replace(ACTION, id=f"{number:032x}", number=number, owner=who.accounts["owner"])
            for number in (1, 2)
        ),
    )
    reminding.note_due(storage, at(DUE), ENGLAND)
    for notice in _waiting(storage):
        assert noticing.park(storage, notice, at(DUE))
    assert noticing.parked(storage, AUDIT, (LEAD,)) == (Parked(OWNER, "telegram", REMINDER),) * 2
    assert noticing.parked(storage, AUDIT, (OWNER,)) == noticing.parked(storage, AUDIT, (LEAD,))
    with storage.reading() as work:
        assert [each.kind for each in work.notices.waiting() if each.kind != DIGEST] == [UNREACHED]
    told = (
        "700: Reminders do not reach somebody who has actions in the audit “Rowan House”.\n\n"
        "Please speak to them. Perhaps they have left the chat, or were never in it."
    )
    assert reminded(storage, at(DUE)) == [told]

    def missed(day: date) -> list[str]:
        """A week later, or another: what the lead reads after reminders that nobody got."""
        reminding.note_due(storage, at(day), ENGLAND)
        with storage.reading() as work:
            theirs = [each for each in work.notices.waiting() if each.person == who.people["owner"]]
        for each in theirs:
            noticing.park(storage, each.id, at(day))
        assert theirs
        return [due.letter.text for due, _ in sent(storage, at(day)) if due.letter.text in told]

    def reached(day: date) -> None:
        with storage.writing() as work:
            got = work.notices.add(who.people["owner"], AUDIT, "action_back")
        assert isinstance(noticing.due_message(storage, got, at(day), ENGLAND), Due)
        noticing.mark_sent(storage, got)
        assert noticing.parked(storage, AUDIT, (LEAD,)) == ()

    assert missed(DUE + timedelta(7)) == [], "it stands on the page all the while"
    assert len(noticing.parked(storage, AUDIT, (LEAD,))) == 4
    reached(DUE + timedelta(8))
    assert len(missed(DUE + timedelta(14))) == 1
    reached(DUE + timedelta(15))
    plan(storage, replace(ACTION, number=3, owner=who.accounts["owner"], due=DUE + timedelta(17)))
    assert missed(DUE + timedelta(16)) == [], "once a week at most"
    assert len(missed(DUE + timedelta(21))) == 1, "though the last who heard of it have not"


def test_the_lead_reads_in_the_place_of_an_owner_who_is_gone(storage: Storage) -> None:
    who = cast(storage)
    plan(storage, replace(ACTION, owner="0f" * 16))
    assert [line[:4] for line in reminded(storage, at(DUE))] == ["700:"]
    assert reminded(storage, at(DUE)) == []
    assert who.accounts


def test_a_digest_that_nobody_could_note_on_its_day_comes_on_the_next_and_never_in_another_week(
    storage: Storage,
) -> None:
    cast(storage)
    wednesday = date(2026, 5, 20)
    late = replace(an_audit(), id="ash", name="Ash", opened_on=wednesday - timedelta(1))
    auditing.open_audit(storage, late, [concern()])
    with storage.writing() as work:
        work.people.add("ash", LEAD, "telegram", "800")

    def noted() -> list[tuple[str, str, bytes]]:
        with storage.reading() as work:
            return sorted((each.audit, each.occasion, each.id) for each in work.notices.waiting())

    reminding.note_due(storage, at(wednesday), ENGLAND)
    reminding.note_due(storage, at(wednesday + timedelta(1)), ENGLAND)
    ((audit, occasion, notice),) = noted()
    assert (audit, occasion) == (AUDIT, "2026-W21"), "an audit of this week has its first in the next"
    assert isinstance(noticing.due_message(storage, notice, at(wednesday + timedelta(2)), ENGLAND), Due)
    monday = at(date(2026, 6, 1))
    reminding.note_due(storage, monday, ENGLAND)
    held = {occasion: noticing.due_message(storage, each, monday, ENGLAND) for _, occasion, each in noted()}
    assert {occasion: type(each) for occasion, each in held.items()} == {"2026-W21": Over, "2026-W23": Due}


def test_leads_have_a_digest_noted_once_a_week_on_its_first_working_day_and_are_told_when_to_look_again(
    storage: Storage,
) -> None:
    cast(storage)
    auditing.open_audit(
        storage,
        replace(an_audit(), id="elm", name="Elm", status="closed", closed_on=date(2026, 4, 1)),
        [concern()],
    )
    with storage.writing() as work:
        work.people.add("elm", LEAD, "telegram", "800")
    weeks = []
    for hours in range(24 * 14):
        reminding.note_due(storage, at(date(2026, 5, 4), 0) + timedelta(hours=hours), ENGLAND)
        with storage.reading() as work:
            weeks.append(sum(each.kind == DIGEST for each in work.notices.waiting()))
    # Monday 4 May is a bank holiday: Tuesday at nine, and then Monday at nine, in each of two audits.
    assert [hour for hour in range(1, len(weeks)) if weeks[hour] > weeks[hour - 1]] == [33, 7 * 24 + 9]
    assert weeks[-1] == 4
    told = (
        "800: The audit “Elm” should be looked at again by 30 September 2026.\n\n"
        "A re-audit asks the same questions again. It shows what has changed, and what lasts."
    )
    assert reminded(storage, at(date(2026, 9, 2))) == [told]
    with storage.reading() as work:
        assert LOOK_AGAIN not in {each.kind for each in work.notices.waiting()}


async def test_in_the_hour_after_midnight_of_a_summer_night_chat_page_digest_and_calendar_say_one_day(
    storage: Storage,
) -> None:
    who = cast(storage)
    plan(storage, replace(ACTION, owner=who.accounts["owner"], sponsor=who.accounts["sponsor"]))
    night = SetClock(at(DUE + timedelta(1), 0, 30))
    assert night.now().date() == DUE, "in UTC it is not late yet"
    async with TurnLoop(storage, night) as turns:
        lead = Incoming(Address("telegram", "700"), "", "", "1", Words("/plan"))
        found = await turns.hear(lead)
    assert isinstance(found, Desk)
    assert "was due 15 June 2026, 1 day ago" in found.text[1]
    page = planning.plan(storage, AUDIT, night)
    assert (page.day, [each.late for each in page.actions]) == (DUE + timedelta(1), [1])
    told = digesting.digest(storage, AUDIT, night)
    assert told is not None and "1 action is late:" in told.text
    assert b"DTSTAMP:20260616T000000Z" in calendars.of_plan(storage, AUDIT, night.now())
    for code in (Path(bot.__file__).parent).rglob("*.py"):
        assert not re.search(r"now(\(\))?\.date\(\)", code.read_text(encoding="utf-8")), (
            f"{code}: see local_day"
        )
