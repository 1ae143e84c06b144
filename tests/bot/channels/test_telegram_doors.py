"""How people come in, by which links, where they turn to, and what every command says wherever they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot import hearing, promises, wording
from bot.channels.telegram import menu
from bot.services import auditing
from dialogues.interview import State
from storage.slips import LEAD
from tests.bot import sent
from tests.bot.channels import forms
from tests.bot.channels.house import AUDIT, House, house, telegram_here
from tests.bot.stories import an_audit, close
from tests.telegram.people import Person
from tests.telegram.rules.profile import LONGEST, LONGEST_COMMAND_DESCRIPTION

UNKNOWN = "I do not know this invitation. It was used before, or the questions are closed."
SPENT = "Someone else used the same link"
WHO_I_AM = "To begin, open the link or scan the code that you were given."

ROTA = forms.small(
    "{type: text, name: shift, label: Which shift?}",
    "{type: image, name: photo, label: Can you show me the rota?}",
    "{type: text, name: after, label: What then?}",
    name="rota",
    title="The rota",
)


async def does(here: House, person: Person, *lines: str) -> str:
    """Write each line, or tap it when it stands in brackets; what the bot said after the last."""
    seen = ""
    for line in lines:
        before = len(person.replies)
        if line.startswith("["):
            person.taps(line.strip("[]"))
        else:
            person.writes(line)
        await here.quiet()
        seen = "\n".join(shown.text for shown in person.replies[before:])
    return seen


def state(here: House, person: Person) -> State:
    held = here.held(person)
    assert held is not None
    return held.interview.state


SHORT = ("[Yes]", *["/skip"] * 5, "rota", "[No]", "/skip")


# Links


@pytest.mark.parametrize("line", ["/start", "hello", "/back", "/stop", "/help", "/language cy", "7"])
async def test_whoever_comes_without_a_link_is_told_how_to_come_and_leaves_no_trace(
    line: str, tmp_path: Path
) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            amina = telegram.person(5)
            said = await does(here, amina, line)
            assert WHO_I_AM in said
            assert "999" in said
            assert here.held(amina) is None


@pytest.mark.parametrize(
    "line", ["/risk", "Someone is at risk", "someone is AT RISK", "Mae rhywun mewn perygl"]
)
async def test_the_way_to_help_is_open_to_whoever_has_no_link(line: str, tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            amina = telegram.person(5)
            said = await does(here, amina, line)
            assert ("Ffoniwch 999 yn gyntaf." if line.startswith("Mae") else "Call 999 first.") in said
            assert "03000 616161" in said
            assert AUDIT not in said
            assert here.held(amina) is None


async def test_whoever_has_no_link_can_tell_the_lead_of_the_only_audit_which_is_not_named(
    tmp_path: Path,
) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            amina = telegram.person(5)
            await does(here, amina, "/risk")
            assert amina.last.labels() == ["Tell the safeguarding lead"]
            said = await does(here, amina, "[Tell the safeguarding lead]", "Bed 4 has no bell.")
            said += await does(here, amina, "[Hand in my answers]")
            assert "Your message is in." in said
            assert len(auditing.concerns(here.storage, AUDIT)) == 1
            for hidden in (AUDIT, an_audit().name, an_audit().service):
                assert hidden not in amina.transcript()


async def test_with_several_audits_whoever_has_no_link_is_only_told_whom_to_call(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            auditing.open_audit(here.storage, an_audit("another"), [forms.work(), forms.concern()])
            amina = telegram.person(5)
            for line in ("/risk", "Tell the safeguarding lead"):
                assert "Call 999 first." in await does(here, amina, line)
                assert amina.last.labels() == []
            assert here.held(amina) is None
            assert AUDIT not in amina.transcript()


async def test_what_cannot_be_taken_is_refused_with_the_way_to_help(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            for line in ("hello", "/start nowhere"):
                assert "Call 999. Send /risk" in await does(here, telegram.person(5), line)
            close(here.storage)
            assert "Call 999. Send /risk" in await does(here, telegram.person(5), f"/start {AUDIT}")


@pytest.mark.parametrize(("lines", "language"), [((), "en"), ((f"/start {AUDIT}", "[Cymraeg]"), "cy")])
async def test_what_is_kept_is_told_in_the_chat_in_the_words_of_the_page(
    lines: tuple[str, ...], language: str, tmp_path: Path
) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            amina = telegram.person(5)
            await does(here, amina, *lines)
            said = await does(here, amina, "/privacy")
            for section in promises.sections(language):
                assert all(line in said for line in (section.heading, *section.lines))


@pytest.mark.parametrize(
    "code", ["nowhere", "A" * 24, "0" * 24, "x" * 64, "rowan", "rowan-house-2", "__", "-", "../etc"]
)
async def test_an_unknown_code_is_refused_kindly(code: str, tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            amina = telegram.person(5)
            assert UNKNOWN in await does(here, amina, f"/start {code}")
            assert here.held(amina) is None


async def test_a_slip_is_spent_when_its_answers_are_handed_in_and_opens_nothing_after_that(
    tmp_path: Path,
) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            amina, tom = telegram.person(5), telegram.person(6)
            (slip,) = here.slips()
            await does(here, amina, f"/start {slip}", *SHORT)
            assert here.waiting() == 0
            assert "Your answers are in." in await does(here, amina, "[Hand in my answers]")
            assert here.waiting() == 1
            assert UNKNOWN in await does(here, tom, f"/start {slip}")
            assert UNKNOWN in await does(here, amina, f"/start {slip}")
            assert here.waiting() == 1


@pytest.mark.parametrize("written", [str.lower, lambda code: "-".join((code[:8], code[8:16], code[16:]))])
async def test_a_slip_is_known_however_it_was_copied(written: Callable[[str], str], tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            (slip,) = here.slips()
            assert "May we ask you?" in await does(here, telegram.person(5), f"/start {written(slip)}")


async def test_of_two_people_with_one_slip_the_second_to_hand_in_is_told_and_nothing_of_theirs_is_kept(
    tmp_path: Path,
) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            people = [telegram.person(number) for number in (5, 6)]
            (slip,) = here.slips()
            for person in people:
                await does(here, person, f"/start {slip}", *SHORT[:-1], f"I am number {person.id}.")
            for person in people:
                person.taps("Hand in my answers")
            await here.quiet()
            said = [[shown.text for shown in person.replies][-1] for person in people]
            assert sorted(SPENT in text for text in said) == [False, True], said
            (response,) = here.pool()
            winner = next(person for person, text in zip(people, said, strict=True) if SPENT not in text)
            assert response["story"] == f"I am number {winner.id}."
            assert {state(here, person) for person in people} == {State.SUBMITTED, State.REVIEWING}


async def test_the_slip_of_a_lead_appoints_once_and_they_are_not_interviewed(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            (slip,) = here.slips(role=LEAD)
            lead, other = telegram.person(7), telegram.person(8)
            assert "You are now known here as a safeguarding lead" in await does(here, lead, f"/start {slip}")
            assert here.held(lead) is None
            assert UNKNOWN in await does(here, other, f"/start {slip}")
            with here.storage.reading() as work:
                (person,) = work.people.of(AUDIT, LEAD)
            assert (person.channel, person.address) == ("telegram", "7")


async def test_of_a_closed_audit_the_link_is_told_that_it_is_closed_and_a_slip_is_gone(
    tmp_path: Path,
) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            (slip,) = here.slips()
            close(here.storage)
            assert "These questions are closed" in await does(here, telegram.person(5), f"/start {AUDIT}")
            assert UNKNOWN in await does(here, telegram.person(5), f"/start {slip}")  # it was deleted
            assert "Call 999 first." in await does(here, telegram.person(5), "/risk")


async def test_an_audit_of_several_forms_shows_its_doors_and_keeps_what_is_behind_each(
    tmp_path: Path,
) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram, offered=[forms.work(), ROTA, forms.concern()]) as here:
            amina = telegram.person(5)
            said = await does(here, amina, f"/start {AUDIT}")
            assert "What would you like to answer?" in said
            assert sorted(amina.last.labels()) == ["The rota", "Work here"]
            await does(here, amina, "[The rota]", "night")
            assert "May we ask you?" in await does(here, amina, f"/start {AUDIT}__work")
            await does(here, amina, "[Yes]", "nurse")
            assert "Can you show me the rota?" in await does(here, amina, f"/start {AUDIT}__rota")
            assert "Whom did you tell?" in await does(here, amina, f"/start {AUDIT}__work")
            await does(here, amina, *["/skip"] * 4, "rota", "[No]", "/skip")
            said = await does(here, amina, "[Hand in my answers]")
            assert "Your answers are in." in said
            assert "Can you show me the rota?" in said
            assert here.waiting() == 1


async def test_a_slip_for_several_forms_counts_for_the_door_that_is_chosen(tmp_path: Path) -> None:
    """The slip must follow whoever chose a door: else an invitation is never used up."""
    with telegram_here() as telegram:
        async with house(tmp_path, telegram, offered=[forms.work(), ROTA, forms.concern()]) as here:
            amina = telegram.person(5)
            (slip,) = here.slips()
            await does(here, amina, f"/start {slip}", "[The rota]", "/skip", "/skip", "/skip")
            assert "Your answers are in." in await does(here, amina, "[Hand in my answers]")
            assert UNKNOWN in await does(here, telegram.person(6), f"/start {slip}")


async def test_a_link_opened_again_in_the_middle_shows_the_question_and_loses_nothing(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            amina = telegram.person(5)
            await does(here, amina, f"/start {AUDIT}", "[Yes]", "nurse")
            for line in ("/start", f"/start {AUDIT}", "/START", "/start@candour_test_bot"):
                assert "Whom did you tell?" in await does(here, amina, line)
            held = here.held(amina)
            assert held is not None
            assert held.interview.answers == {"consent": "yes", "role": "nurse"}


async def test_handing_in_without_a_slip_is_for_once_and_a_concern_for_as_often_as_there_is_one(
    tmp_path: Path,
) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            amina = telegram.person(5)
            await does(here, amina, f"/start {AUDIT}", *SHORT, "[Hand in my answers]")
            assert "Your answers are in." in await does(here, amina, f"/start {AUDIT}")
            for number in (1, 2):
                await does(
                    here, amina, "/risk", "[Tell the safeguarding lead]", "Bed 4", "[Hand in my answers]"
                )
                assert len(auditing.concerns(here.storage, AUDIT)) == number
            assert here.waiting() == 1


# Someone is at risk


async def test_a_concern_told_from_inside_an_interview_leads_back_to_it(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            amina = telegram.person(5)
            await does(here, amina, f"/start {AUDIT}", "[Yes]", "nurse")
            said = await does(here, amina, "Someone is at risk")
            assert "Call 999 first." in said
            assert "What are you worried about?" in await does(here, amina, "[Tell the safeguarding lead]")
            await does(here, amina, "Bed 4 has no bell.")
            said = await does(here, amina, "[Hand in my answers]")
            assert "Your message is in." in said
            assert "Whom did you tell?" in said
            (concern,) = auditing.concerns(here.storage, AUDIT)
            assert concern.response == {"what": "Bed 4 has no bell."}
            await does(here, amina, "[My manager]", "[Done]")
            held = here.held(amina)
            assert held is not None
            assert held.interview.answers == {"consent": "yes", "role": "nurse", "told": "manager"}


async def test_a_concern_that_is_given_up_leads_back_too(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            amina = telegram.person(5)
            await does(
                here, amina, f"/start {AUDIT}", "[Yes]", "nurse", "/risk", "[Tell the safeguarding lead]"
            )
            said = await does(here, amina, "/stop", "[Yes, erase my answers]")
            assert "Whom did you tell?" in said
            assert auditing.concerns(here.storage, AUDIT) == ()


async def test_the_way_to_help_stays_below_the_chat(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            amina = telegram.person(5)
            await does(here, amina, f"/start {AUDIT}")
            assert amina.keyboard == (("Someone is at risk",),)
            await does(here, amina, "[Cymraeg]")
            assert amina.keyboard == (("Mae rhywun mewn perygl",),)
            assert "999" in await does(here, amina, "Mae rhywun mewn perygl")


# Commands


STATES: dict[str, tuple[str, ...]] = {
    "consenting": (),
    "asking": ("[Yes]", "nurse"),
    "one more": ("[Yes]", *["/skip"] * 5, "rota"),
    "confirming": ("[Yes]", *["/skip"] * 5, "rota", "[No]", "me@example.org"),
    "reviewing": ("[Yes]", *["/skip"] * 5, "rota", "[No]", "/skip"),
    "editing": ("[Yes]", "nurse", "/back"),
    "paused": ("[Yes]", "/pause"),
    "submitted": ("[Yes]", *["/skip"] * 5, "rota", "[No]", "/skip", "[Hand in my answers]"),
    "declined": ("[No]",),
    "withdrawn": ("[Yes]", "/stop yes"),
}
COMMANDS = [f"/{name}" for name in hearing.COMMANDS] + [
    "/edit 1", "/edit 99", "/edit nowhere", "/language cy", "/language xx", "/submit", "/done", "/keep", "/resume",
    "/nothing", "/", "/stop yes", "/BACK", "/help@candour_test_bot", "//", "/edit -1", "/start x",
]  # fmt: skip


@pytest.mark.parametrize("where", STATES)
async def test_every_command_says_something_sensible_wherever_it_comes(where: str, tmp_path: Path) -> None:
    """Each by a person of their own, who is in this state."""
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            people = {command: telegram.person(100 + number) for number, command in enumerate(COMMANDS)}
            for line in (f"/start {AUDIT}", *STATES[where]):
                for person in people.values():
                    person.taps(line[1:-1]) if line.startswith("[") else person.writes(line)
                await here.quiet()
            before = {command: len(person.replies) for command, person in people.items()}
            for command, person in people.items():
                person.writes(command)
            await here.quiet()
            for command, person in people.items():
                said = person.replies[before[command] :]
                assert said, f"{command}: {person.transcript()}"
                assert all(shown.text.strip() for shown in said)
                assert not any("went wrong" in shown.text for shown in said)
                if command == "/risk":
                    assert "Call 999 first." in said[0].text
            assert b"candour_updates_set_aside_total 0.0" in here.metrics.render()


async def test_commands_and_descriptions_are_set_in_each_language_and_fit(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram, polls=False) as here:
            await menu.set_up(here.client)
            for language in wording.languages():
                code = "" if language == wording.SOURCE else language
                commands = telegram.profile.commands(None, code)
                assert [each["command"] for each in commands] == list(hearing.COMMANDS)
                assert all(0 < len(each["description"]) <= LONGEST_COMMAND_DESCRIPTION for each in commands)
                for kind in ("description", "short_description"):
                    text = telegram.profile.text(kind, code)
                    assert 0 < len(text) <= LONGEST[kind]
                    assert "999" in text


# What is no words


@pytest.mark.parametrize(
    "where", [(), (f"/start {AUDIT}",), (f"/start {AUDIT}", "[Yes]"), (f"/start {AUDIT}", "[No]")]
)
async def test_what_cannot_be_taken_is_answered_kindly_and_not_kept(
    where: tuple[str, ...], tmp_path: Path
) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            amina = telegram.person(5)
            await does(here, amina, *where)
            held = here.held(amina)
            acts: tuple[Callable[[], object], ...] = (
                amina.sends_sticker,
                amina.sends_voice,
                amina.sends_audio,
                amina.shares_contact,
                amina.shares_location,
                lambda: amina.sends_photo(sent.jpeg(), "look at this"),
                lambda: amina.sends_document("x.pdf", sent.pdf(), "application/pdf"),
            )
            for act in acts:
                before = len(amina.replies)
                act()
                await here.quiet()
                assert len(amina.replies) > before
                if where:
                    assert "kept nothing of it" in amina.replies[before].text
            after = here.held(amina)
            assert (after and after.interview) == (held and held.interview)
            assert b"candour_updates_set_aside_total 0.0" in here.metrics.render()


async def test_an_edited_message_changes_nothing_and_says_how_to_change_it(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            amina = telegram.person(5)
            await does(here, amina, f"/start {AUDIT}", "[Yes]")
            message = amina.writes("nurse")
            await here.quiet()
            before = len(amina.replies)
            amina.edits(message, "care assistant")
            await here.quiet()
            assert "/edit" in amina.replies[before].text
            held = here.held(amina)
            assert held is not None
            assert held.interview.answers["role"] == "nurse"


async def test_in_groups_and_channels_there_is_silence_but_for_commands(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            amina = telegram.person(5)
            group, large, channel = telegram.group(), telegram.supergroup(), telegram.channel()
            group.says(amina, "Has anybody seen the rota?")
            large.says(amina, "hello")
            channel.posts(f"/start {AUDIT}")
            await here.quiet()
            assert not telegram.calls_of("sendMessage")
            group.says(amina, f"/start {AUDIT}")  # a link that somebody pasted
            group.says(amina, "/help")
            await here.quiet()
            assert "I only talk to one person at a time." in group.chat[-1].text
            assert here.held(amina) is None
            with here.storage.database.reading() as connection:
                assert connection.exec_driver_sql("SELECT count(*) FROM drafts").scalar() == 0


async def test_what_is_forwarded_is_taken_as_words_without_whose_they_were(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            amina = telegram.person(5)
            await does(here, amina, f"/start {AUDIT}", *SHORT[:-1])
            amina.forwards("Nobody came.", of="Priya Shah")
            await here.quiet()
            held = here.held(amina)
            assert held is not None
            assert held.interview.answers["story"] == "Nobody came."
            assert "Priya" not in repr(held.interview.answers)


# Files


async def test_a_photo_answers_a_question_for_one_and_is_kept_without_its_secrets(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram, offered=[ROTA, forms.concern()]) as here:
            amina = telegram.person(5)
            await does(here, amina, f"/start {AUDIT}", "night")
            amina.sends_photo(sent.jpeg(), "this is the caption")
            await here.quiet()
            assert "What then?" in amina.last.text
            held = here.held(amina)
            assert held is not None
            name = held.interview.answers["photo"]
            assert name.endswith(".jpg")
            with here.storage.reading() as work:
                assert work.files.count(AUDIT) == 1
                pair = work.casework.keys_of(AUDIT)
                content = work.files.read(bytes.fromhex(name.partition(".")[0]), pair)
            assert content.startswith(b"\xff\xd8")
            assert sent.SECRET.encode() not in content
            assert "A file is here." in await does(here, amina, "/review")
            await does(here, amina, "/stop yes")
            with here.storage.reading() as work:
                assert work.files.count(AUDIT) == 0


async def test_a_photo_sent_as_a_file_is_taken_too(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram, offered=[ROTA, forms.concern()]) as here:
            amina = telegram.person(5)
            await does(here, amina, f"/start {AUDIT}", "night")
            amina.sends_document("Anna Prosser.png", sent.png(), "image/png")
            await here.quiet()
            held = here.held(amina)
            assert held is not None
            assert held.interview.answers["photo"].endswith(".png")


async def test_files_that_cannot_be_taken_are_said_to_be_so_and_not_kept(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram, offered=[ROTA, forms.concern()]) as here:
            amina = telegram.person(5)
            await does(here, amina, f"/start {AUDIT}", "night")
            tries: tuple[tuple[Callable[[], object], str], ...] = (
                (
                    lambda: amina.sends_document("x.exe", b"MZ\0\1\2" * 100, "image/jpeg"),
                    "I cannot take a file of that kind",
                ),
                (
                    lambda: amina.sends_document("x.pdf", sent.pdf(), "application/pdf"),
                    "I cannot take a file of that kind",
                ),
                (
                    lambda: amina.sends_document(
                        "b.jpg", b"\xff\xd8", "image/jpeg", claimed_size=30 * 1024 * 1024
                    ),
                    "That file is too big for me.",
                ),
                (
                    lambda: amina.sends_document("b.jpg", b"x" * (11 * 1024 * 1024), "image/jpeg"),
                    "That file is too big for me.",
                ),
            )
            for act, answer in tries:
                act()
                await here.quiet()
                assert answer in amina.last.text
                assert "Can you show me the rota?" in amina.last.text
            assert "I need a photo" in await does(here, amina, "a" * 64 + ".jpg")
            with here.storage.reading() as work:
                assert work.files.count(AUDIT) == 0


async def test_a_file_that_telegram_does_not_hand_out_is_asked_for_again(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram, offered=[ROTA, forms.concern()]) as here:
            amina = telegram.person(5)
            await does(here, amina, f"/start {AUDIT}", "night")
            telegram.fails(method="getFile", times=10)
            amina.sends_photo(sent.jpeg())
            await here.quiet()
            assert "I could not get that from Telegram. Please send it again." in amina.last.text


async def test_an_album_answers_with_its_first_photo_and_the_others_are_not_kept(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram, offered=[ROTA, forms.concern()]) as here:
            amina = telegram.person(5)
            await does(here, amina, f"/start {AUDIT}", "night")
            for _ in range(3):
                amina.sends_photo(sent.jpeg())
            await here.quiet()
            with here.storage.reading() as work:
                assert work.files.count(AUDIT) == 1
            assert "kept nothing of it" in amina.last.text


async def test_another_audit_in_the_same_chat_is_another_interview(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            auditing.open_audit(here.storage, an_audit("elm-court"), [forms.work(), forms.concern()])
            amina = telegram.person(5)
            await does(here, amina, f"/start {AUDIT}", "[Yes]", "nurse")
            assert "May we ask you?" in await does(here, amina, "/start elm-court")
            assert "Whom did you tell?" in await does(here, amina, f"/start {AUDIT}")
            held = here.held(amina)
            assert held is not None
            assert (held.audit, held.interview.answers) == (AUDIT, {"consent": "yes", "role": "nurse"})
