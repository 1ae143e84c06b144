"""An owner of actions on Telegram, from their link to what somebody else has seen: shipped forms, a photo, a notice."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from msgspec.structs import replace

from bot.channels.telegram import screens
from bot.contacts import SHIPPED
from bot.services import auditing, noticing
from bot.services.noticing import Due, Held
from dialogues import library
from reports.findings import Finding
from reports.measures import Better
from reports.plan import Action, State, SuccessMeasure
from storage.notices import ACTION_DONE, ACTION_GIVEN, NEWS_WANTED
from storage.slips import BOARD, LEAD, OWNER
from tests.bot import sent
from tests.bot.channels import forms
from tests.bot.channels.house import AUDIT, House, house, telegram_here
from tests.bot.channels.test_telegram_doors import does
from tests.bot.stories import an_audit
from tests.telegram.people import Person

OFFERED = (forms.work(), forms.concern(), *map(library.shipped, ("progress", "verification", "review")))
NIGHT, DAY = datetime(2026, 5, 5, 3, tzinfo=UTC), datetime(2026, 5, 5, 9, tzinfo=UTC)
FINDING = Finding(id="f1" * 16, number=1, title="Supervision lapsed")
ACTION = Action(
    id="0a" * 16,
    number=1,
    title="Weekly supervision at night",
    findings=(FINDING.id,),
    due=date(2026, 5, 30),
    review=date(2026, 8, 30),
    measure=SuccessMeasure(
        indicator="Supervisions held in time",
        baseline="2 of 11",
        target="10 of 11",
        better=Better.HIGHER,
        source="Supervision records",
        frequency="monthly",
    ),
    evidence_required="Six records of June",
)


def state(here: House) -> State:
    with here.storage.reading() as work:
        (action,) = work.actions.of(AUDIT)
        return action.state


def given(here: House, owner: Person) -> bytes:
    """An action is theirs now: the notice of it."""
    with here.storage.writing() as work:
        (person,) = (each for each in work.people.at("telegram", str(owner.id)) if each.role == OWNER)
        work.findings.keep(AUDIT, FINDING)
        work.actions.keep(AUDIT, replace(ACTION, owner=person.account.hex()))
        noted = work.notices.add_once(person.id, AUDIT, ACTION_GIVEN, bytes.fromhex(ACTION.id), "given")
    assert noted is not None
    return noted


async def test_an_owner_agrees_tells_shows_and_is_done_and_the_lead_hears_and_looks(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram, offered=OFFERED) as here:
            nia, lee = telegram.person(7), telegram.person(8)
            for person, role in ((lee, LEAD), (nia, BOARD), (nia, OWNER)):
                (slip,) = here.slips(role=role)
                await does(here, person, f"/start {slip}")
            menu = telegram.profile.commands({"type": "chat", "chat_id": nia.id}, "")
            assert [each["command"] for each in menu][:3] == ["challenge", "actions", "audits"]
            assert "Others see you as “night team lead”" in await does(here, nia, "/name night team lead")

            notice = given(here, nia)
            assert isinstance(noticing.due_message(here.storage, notice, NIGHT, SHIPPED), Held)
            due = noticing.due_message(here.storage, notice, DAY, SHIPPED)
            assert isinstance(due, Due)
            await here.sender.once(nia.id, screens.notice(due.letter))
            assert nia.last.text.startswith(
                "There is an action for you in the audit “Rowan House”: “Weekly supervision at night”. "
                "It is due on 30 May 2026."
            )
            assert nia.last.labels() == ["I can do this", "Later", "I need help"]
            await does(here, nia, "[I can do this]", "[Yes]", "[Yes]", "[Hand in my answers]")
            assert state(here) is State.AGREED
            gone = noticing.due_message(here.storage, notice, DAY, SHIPPED)
            assert isinstance(gone, Due) and "I can do this" not in dict(gone.letter.ways)

            await does(here, nia, "/actions", "[A1 · Weekly supervision at night]", "[Progress]")
            await does(here, nia, "[Half]", "/skip", "[Hand in my answers]")
            assert state(here) is State.IN_PROGRESS
            await does(here, nia, "/actions", "[A1 · Weekly supervision at night]", "[Done]", "/skip")
            nia.sends_photo(sent.jpeg())
            await here.quiet()
            await does(here, nia, "/skip", "[Hand in my answers]")
            assert state(here) is State.IMPLEMENTED

            with here.storage.reading() as work:
                assert work.files.count(AUDIT) == 1
                (told,) = (each.id for each in work.notices.waiting() if each.kind == ACTION_DONE)
            heard = noticing.due_message(here.storage, told, DAY, SHIPPED)
            assert isinstance(heard, Due) and heard.person.address == str(lee.id)
            await does(here, lee, "/verify", "[A1 · Weekly supervision at night]", "Six records", "In May")
            await does(here, lee, "/skip", "/skip", "[Done as meant]", "[Hand in my answers]")
            assert state(here) is State.VERIFIED


async def test_a_lead_asks_for_news_of_what_is_late_and_looks_through_a_hundred_actions(
    tmp_path: Path,
) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram, offered=OFFERED) as here:
            nia, lee = telegram.person(7), telegram.person(8)
            for person, role in ((lee, LEAD), (nia, OWNER)):
                (slip,) = here.slips(role=role)
                await does(here, person, f"/start {slip}")
            await does(here, nia, "/name night team lead")
            given(here, nia)
            with here.storage.writing() as work:
                _, action = work.actions.get(ACTION.id) or ("", ACTION)
                late = replace(action, state=State.AGREED, due=date(2026, 5, 1))
                work.actions.keep(AUDIT, late)
                for number in range(2, 101):
                    later = replace(action, id=f"{number:032x}", number=number, title=f"Step {number}")
                    work.actions.keep(AUDIT, later)

            said = await does(here, lee, "/plan")
            assert "1 action is late. The oldest: A1, Weekly supervision at night, due 1 May 2026" in said
            assert lee.last.labels() == [
                *("Ask for news", "Show all", "New action", "A1 · Weekly supervision at night")
            ]
            assert "I ask night team lead for news of A1" in await does(here, lee, "[Ask for news]")
            asked = "night team lead was asked today already: A1 · Weekly supervision at night"
            assert asked in await does(here, lee, "[A1 · Weekly supervision at night]", "[Ask for news]")
            with here.storage.reading() as work:
                (notice,) = (each.id for each in work.notices.waiting() if each.kind == NEWS_WANTED)
            assert isinstance(noticing.due_message(here.storage, notice, NIGHT, SHIPPED), Held)
            due = noticing.due_message(here.storage, notice, DAY, SHIPPED)
            assert isinstance(due, Due) and due.person.address == str(nia.id)
            assert due.letter.text.startswith(
                "You are asked for news of “Weekly supervision at night”. It was due on 1 May 2026."
            )
            assert dict(due.letter.ways).keys() == {"Done", "Progress", "Later", "I need help"}

            await does(here, lee, "/plan", "[Show all]")
            shown, messages = lee.last.message_id, len(lee.chat)
            seen = [*lee.last.labels()]
            while seen[-1].startswith("More "):
                await does(here, lee, f"[{seen[-1]}]")
                seen += [each for each in lee.last.labels() if not each.startswith("Earlier ")]
            assert {f"A{number} · Step {number}" for number in range(2, 101)} < set(seen)
            assert (lee.last.message_id, len(lee.chat)) == (shown, messages), (
                "each page in the place of another"
            )
            await does(here, lee, "[Earlier (91 to 100)]", "[Earlier (81 to 90)]", "[A85 · Step 85]")
            assert lee.last.text.startswith("A85 · Step 85")

            auditing.open_audit(here.storage, an_audit("elm"), list(OFFERED))
            (slip,) = here.slips(role=LEAD, audit="elm")
            await does(here, lee, f"/start {slip}")
            done = replace(ACTION, owner="0c" * 16, state=State.IMPLEMENTED, id="c0" * 16, title="Elsewhere")
            with here.storage.writing() as work:
                work.actions.keep("elm", done)
            await does(here, lee, "/verify")
            assert "A1 · Elsewhere" in lee.last.labels(), "only there is something to look at"
            with here.storage.writing() as work:
                work.actions.keep(AUDIT, replace(late, state=State.IMPLEMENTED))
            assert "In which audit?" in await does(here, lee, "/verify")
            await does(here, lee, f"[{AUDIT}]")
            assert "A1 · Weekly supervision at night" in lee.last.labels()
