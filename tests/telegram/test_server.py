"""The Bot API server for our tests keeps Telegram's rules, as two independent clients see them."""

from __future__ import annotations

import asyncio
import io
import random
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from aiohttp import web
from PIL import Image

from tests.telegram.clients import CLIENTS, Client, Trouble, connected
from tests.telegram.clock import MovableClock
from tests.telegram.receiver import Receiver, receiving
from tests.telegram.server import TelegramServer
from tests.telegram.settings import Limits, Redelivery, Settings

AMINA = 5
YES_NO = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}, {"text": "No", "callback_data": "n"}]]}


@pytest.fixture(autouse=True)
def durations(monkeypatch: pytest.MonkeyPatch) -> None:
    """python-telegram-bot warns of its next version unless it may speak of durations."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def server(clock: MovableClock) -> Iterator[TelegramServer]:
    with TelegramServer(now=clock) as server:
        yield server


@pytest.fixture(params=CLIENTS)
async def bot(request: pytest.FixtureRequest, server: TelegramServer) -> AsyncIterator[Client]:
    async with connected(request.param, server) as client:
        yield client


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


async def trouble(bot: Client, method: str, **parameters: Any) -> Trouble:
    """What a call that must be refused is refused with."""
    with pytest.raises(Trouble) as refused:
        await bot.call(method, **parameters)
    return refused.value


async def until_acknowledged(server: TelegramServer) -> None:
    await asyncio.to_thread(server.waits_until_all_is_acknowledged)


def polls(server: TelegramServer) -> int:
    return len(server.calls_of("getUpdates"))


async def begun_poll(bot: Client, server: TelegramServer, **parameters: Any) -> asyncio.Task[Any]:
    """A getUpdates that has arrived and waits."""
    before = polls(server)
    poll = asyncio.create_task(bot.call("get_updates", timeout=5, **parameters))
    await asyncio.to_thread(server.waits_until, lambda: polls(server) > before)
    return poll


def jpeg(width: int, height: int) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(written, "JPEG")
    return written.getvalue()


# Addresses, tokens and the shape of a call


@pytest.mark.parametrize("name", CLIENTS)
async def test_a_wrong_token_is_unauthorized(name: str, server: TelegramServer) -> None:
    async with connected(name, server, token="1:AAnot-the-token-of-anybody-here-00000") as bot:
        assert (await trouble(bot, "get_me")).words == "unauthorized"


async def test_methods_come_in_any_case_and_parameters_in_four_shapes(server: TelegramServer) -> None:
    server.person(AMINA).start()
    address = f"{server.url}/bot{server.token}/sendmessage"
    given: dict[str, Any] = {"chat_id": AMINA, "text": "Hello"}
    async with httpx.AsyncClient() as client:
        answers = [
            await client.get(address, params=given),
            await client.post(address, data=given),
            await client.post(address, files={key: (None, str(value)) for key, value in given.items()}),
            await client.post(address.replace("sendmessage", "SENDMESSAGE"), json=given),
        ]
        assert [answer.json()["result"]["text"] for answer in answers] == ["Hello"] * 4
        unknown = await client.get(f"{server.url}/bot{server.token}/sendMassage")
        nowhere = await client.get(f"{server.url}/hello")
    assert unknown.json() == {"ok": False, "error_code": 404, "description": "Not Found: method not found"}
    assert nowhere.json()["error_code"] == unknown.status_code == nowhere.status_code == 404
    assert [call.method for call in server.calls] == ["sendMessage"] * 4


async def test_the_bot_knows_itself_and_whom_it_talks_to(bot: Client, server: TelegramServer) -> None:
    server.person(AMINA)
    assert (await bot.call("get_me")).username == "candour_test_bot"
    assert (await bot.call("get_chat", chat_id=AMINA)).first_name == "Amina"


# getUpdates


async def test_an_offset_confirms_what_is_below_it(bot: Client, server: TelegramServer) -> None:
    for text in ("one", "two", "three"):
        server.person(AMINA).writes(text)
    first, second, third = [update.update_id for update in await bot.call("get_updates")]
    assert second == first + 1
    assert [update.update_id for update in await bot.call("get_updates", limit=2)] == [first, second]
    assert server.acknowledged == []
    rest = await bot.call("get_updates", offset=third)
    assert [update.message.text for update in rest] == ["three"]
    assert (server.acknowledged, server.pending) == ([first, second], [third])


async def test_a_negative_offset_counts_from_the_end_and_forgets_the_rest(
    bot: Client, server: TelegramServer
) -> None:
    for text in ("one", "two", "three"):
        server.person(AMINA).writes(text)
    assert [update.message.text for update in await bot.call("get_updates", offset=-1)] == ["three"]
    assert len(server.pending) == 1


async def test_a_long_poll_ends_when_somebody_writes(bot: Client, server: TelegramServer) -> None:
    poll = await begun_poll(bot, server)
    server.person(AMINA).start("slip-7")
    (update,) = await poll
    assert update.message.text == "/start slip-7"
    assert [(entity.offset, entity.length) for entity in update.message.entities] == [(0, 6)]


async def test_of_two_pollers_the_older_is_told_of_the_other(bot: Client, server: TelegramServer) -> None:
    older = await begun_poll(bot, server)
    newer = await begun_poll(bot, server)
    with pytest.raises(Trouble) as refused:
        await older
    assert "conflict" in refused.value.kind.lower()
    assert refused.value.words == (
        "conflict: terminated by other getupdates request; make sure that only one bot instance is running"
    )
    server.person(AMINA).writes("Is it you?")
    assert len(await newer) == 1


async def test_only_the_kinds_that_are_wanted_are_kept(bot: Client, server: TelegramServer) -> None:
    await bot.call("get_updates", allowed_updates=["callback_query"])
    amina = server.person(AMINA)
    amina.writes("not wanted")
    amina.taps_on(1, "wanted")
    (update,) = await bot.call("get_updates")
    assert update.callback_query.data == "wanted"


async def test_a_poller_that_was_killed_confirms_nothing_and_stands_in_nobodys_way(
    bot: Client, server: TelegramServer
) -> None:
    poll = await begun_poll(bot, server)
    poll.cancel()
    await asyncio.gather(poll, return_exceptions=True)
    server.person(AMINA).writes("Still there?")
    assert len(await bot.call("get_updates", timeout=5)) == 1


async def test_after_a_quiet_week_ids_go_on_anywhere_and_an_old_offset_confirms_nothing(
    bot: Client, server: TelegramServer
) -> None:
    amina = server.person(AMINA)
    amina.writes("before")
    (before,) = await bot.call("get_updates")
    await bot.call("get_updates", offset=before.update_id + 1)
    chance = random.Random(1)
    while server.has_a_quiet_week(chance) >= before.update_id:
        pass
    amina.writes("after")
    (after,) = await bot.call("get_updates", offset=before.update_id + 1)
    assert after.update_id < before.update_id
    assert after.message.text == "after"


# Taps


async def test_a_tap_waits_150_seconds_and_a_message_a_day(
    bot: Client, server: TelegramServer, clock: MovableClock
) -> None:
    amina = server.person(AMINA)
    amina.start()
    await bot.call("send_message", chat_id=AMINA, text="Shall we begin?", reply_markup=YES_NO)
    tap = amina.taps("Yes")
    clock.let_pass(149)
    assert len(await bot.call("get_updates")) == 2
    clock.let_pass(2)
    assert [update.message.text for update in await bot.call("get_updates")] == ["/start"]
    assert server.dropped == [tap.update_id]
    clock.let_pass(24 * 3600)
    assert list(await bot.call("get_updates")) == []


async def test_a_tap_is_answered_while_it_is_young(
    bot: Client, server: TelegramServer, clock: MovableClock
) -> None:
    amina = server.person(AMINA)
    amina.start()
    await bot.call("send_message", chat_id=AMINA, text="Shall we begin?", reply_markup=YES_NO)
    first, second = amina.taps("Yes"), amina.taps(lambda _, data: data == "n")
    assert (
        await trouble(bot, "answer_callback_query", callback_query_id=first.id, text="x" * 201)
    ).words == ("message_too_long")
    await bot.call("answer_callback_query", callback_query_id=first.id, text="Noted")
    assert (amina.notices, amina.unanswered_taps) == (["Noted"], [second])
    clock.let_pass(60)
    too_old = "query is too old and response timeout expired or query id is invalid"
    assert (await trouble(bot, "answer_callback_query", callback_query_id=second.id)).words == too_old
    assert (await trouble(bot, "answer_callback_query", callback_query_id="17")).words == too_old


async def test_the_same_tap_can_come_under_two_update_ids(bot: Client, server: TelegramServer) -> None:
    amina = server.person(AMINA)
    amina.start()
    await bot.call("send_message", chat_id=AMINA, text="Shall we begin?", reply_markup=YES_NO)
    tap = amina.taps("Yes")
    amina.taps_again(tap)
    amina.taps_again(tap, same_query=True)
    taps = [update.callback_query for update in await bot.call("get_updates") if update.callback_query]
    assert [(tapped.data, tapped.message.message_id) for tapped in taps] == [("y", 2)] * 3
    assert taps[0].id == taps[2].id != taps[1].id


async def test_a_tap_on_a_deleted_message_says_only_which_it_was(bot: Client, server: TelegramServer) -> None:
    amina = server.person(AMINA)
    amina.start()
    sent = await bot.call("send_message", chat_id=AMINA, text="Shall we begin?", reply_markup=YES_NO)
    await bot.call("delete_message", chat_id=AMINA, message_id=sent.message_id)
    amina.taps_on(sent.message_id, "y")
    update = (await bot.call("get_updates"))[-1]
    assert update.callback_query.message.message_id == sent.message_id
    assert not getattr(update.callback_query.message, "text", None)
    assert [shown.text for shown in amina.chat] == ["/start"]


# Sending


async def test_a_message_is_shown_as_it_was_sent(bot: Client, server: TelegramServer) -> None:
    amina = server.person(AMINA)
    amina.start()
    html = "  <b>Hello</b> &amp; 😀 <i>welcome</i>\n"
    sent = await bot.call(
        "send_message",
        chat_id=AMINA,
        text=html,
        parse_mode="HTML",
        reply_markup=YES_NO,
        disable_notification=True,
        link_preview_options={"is_disabled": True},
    )
    assert sent.text == amina.last.text == "Hello & 😀 welcome"
    assert [(entity.type, entity.offset, entity.length) for entity in sent.entities] == [
        ("bold", 0, 5),
        ("italic", 11, 7),
    ]
    assert amina.last.html == html
    assert amina.last.buttons == ((("Yes", "y"), ("No", "n")),)
    assert sent.reply_markup.inline_keyboard[0][1].callback_data == "n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (" \n", "message text is empty"),
        ("x" * 4097, "message is too long"),
        ("😀" * 2049, "message is too long"),
        ("<b>x", "can't parse entities: can't find end tag corresponding to start tag \"b\""),
        ("1 < 2", 'can\'t parse entities: unsupported start tag "" at byte offset 2'),
    ],
)
async def test_a_text_that_cannot_be_sent_is_refused(
    bot: Client, server: TelegramServer, text: str, words: str
) -> None:
    server.person(AMINA).start()
    refused = await trouble(bot, "send_message", chat_id=AMINA, text=text, parse_mode="HTML")
    assert refused.words == words


async def test_only_html_is_understood(bot: Client, server: TelegramServer) -> None:
    server.person(AMINA).start()
    refused = await trouble(bot, "send_message", chat_id=AMINA, text="*Hello*", parse_mode="MarkdownV2")
    assert refused.words == "unsupported parse_mode"


async def test_a_message_can_answer_another(bot: Client, server: TelegramServer) -> None:
    first = server.person(AMINA).start()
    sent = await bot.call("send_message", chat_id=AMINA, text="Yes?", reply_to_message_id=first)
    assert sent.reply_to_message.message_id == first
    gone = await trouble(bot, "send_message", chat_id=AMINA, text="Yes?", reply_to_message_id=99)
    assert gone.words == "message to be replied not found"


async def test_4096_units_are_sent_however_long_their_source(bot: Client, server: TelegramServer) -> None:
    server.person(AMINA).start()
    text = "<b>" + "&lt;" * 4096 + "</b>"
    sent = await bot.call("send_message", chat_id=AMINA, text=text, parse_mode="HTML")
    assert len(sent.text) == 4096


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([[{"text": "Yes", "callback_data": "x" * 65}]], "button_data_invalid"),
        ([[{"text": "Yes", "callback_data": "é" * 33}]], "button_data_invalid"),
        ([[{"text": "Yes", "callback_data": "y"}] * 4] * 26, "reply markup is too long"),
        ([[{"text": " ", "callback_data": "y"}]], "inline keyboard button text must be non-empty"),
    ],
)
async def test_buttons_that_cannot_be_are_refused(
    bot: Client, server: TelegramServer, rows: list[Any], words: str
) -> None:
    server.person(AMINA).start()
    markup = {"inline_keyboard": rows}
    refused = await trouble(bot, "send_message", chat_id=AMINA, text="?", reply_markup=markup)
    assert refused.words == words


async def test_a_keyboard_comes_in_place_of_the_letters_and_goes(bot: Client, server: TelegramServer) -> None:
    amina = server.person(AMINA)
    amina.start()
    markup = {"keyboard": [[{"text": "Send my number"}], [{"text": "No"}]]}
    sent = await bot.call("send_message", chat_id=AMINA, text="?", reply_markup=markup)
    assert amina.keyboard == (("Send my number",), ("No",))
    assert sent.reply_markup is None
    await bot.call("send_message", chat_id=AMINA, text="!", reply_markup={"remove_keyboard": True})
    assert not amina.keyboard


async def test_whom_a_bot_cannot_write_to(bot: Client, server: TelegramServer) -> None:
    amina, stranger = server.person(AMINA), server.person(6)
    amina.start()
    assert (await trouble(bot, "send_message", chat_id=99, text="?")).words == "chat not found"
    unmet = await trouble(bot, "send_message", chat_id=stranger.id, text="?")
    assert unmet.words == "forbidden: bot can't initiate conversation with a user"
    amina.blocks()
    blocked = await trouble(bot, "send_message", chat_id=AMINA, text="?")
    assert (blocked.kind.endswith(("Forbidden", "ForbiddenError")), blocked.words) == (
        True,
        "forbidden: bot was blocked by the user",
    )
    amina.start()
    await bot.call("send_message", chat_id=AMINA, text="Welcome back")
    members = [update.my_chat_member for update in await bot.call("get_updates") if update.my_chat_member]
    assert [member.new_chat_member.status for member in members] == ["kicked", "member"]
    amina.leaves_telegram()
    assert (await trouble(bot, "send_message", chat_id=AMINA, text="?")).words == (
        "forbidden: user is deactivated"
    )


async def test_a_chat_action_leaves_nothing(bot: Client, server: TelegramServer) -> None:
    amina = server.person(AMINA)
    amina.start()
    await bot.call("send_chat_action", chat_id=AMINA, action="typing")
    assert amina.replies == []
    refused = await trouble(bot, "send_chat_action", chat_id=AMINA, action="thinking")
    assert refused.words == "wrong parameter action in request"


# Editing and deleting


async def test_a_message_is_edited_in_its_place(bot: Client, server: TelegramServer) -> None:
    amina = server.person(AMINA)
    amina.start()
    sent = await bot.call("send_message", chat_id=AMINA, text="Begin?", reply_markup=YES_NO)
    message = {"chat_id": AMINA, "message_id": sent.message_id}
    same = (
        "message is not modified: specified new message content and reply markup are exactly the same as a "
    )
    same += "current content and reply markup of the message"
    refused = await trouble(bot, "edit_message_text", text="Begin?", reply_markup=YES_NO, **message)
    assert refused.words == same
    await bot.call("edit_message_text", text="Begin? Yes.", **message)
    shown = amina.waits_for_news()
    assert (shown.text, shown.buttons, shown.edited) == ("Begin? Yes.", (), True)
    assert (await trouble(bot, "edit_message_reply_markup", **message)).words == same
    await bot.call("edit_message_reply_markup", reply_markup=YES_NO, **message)
    assert amina.last.labels() == ["Yes", "No"]
    assert len(amina.replies) == 1


async def test_only_messages_that_are_there_are_edited_or_deleted(
    bot: Client, server: TelegramServer, clock: MovableClock
) -> None:
    theirs = server.person(AMINA).start()
    sent = await bot.call("send_message", chat_id=AMINA, text="Begin?")
    nowhere = {"chat_id": AMINA, "message_id": 999}
    assert (await trouble(bot, "edit_message_text", text="?", **nowhere)).words == "message to edit not found"
    own = await trouble(bot, "edit_message_text", text="?", chat_id=AMINA, message_id=theirs)
    assert own.words == "message can't be edited"
    assert (await trouble(bot, "delete_message", **nowhere)).words == "message to delete not found"
    clock.let_pass(49 * 3600)
    late = await trouble(bot, "delete_message", chat_id=AMINA, message_id=sent.message_id)
    assert late.words == "message can't be deleted for everyone"


# Files


async def test_a_photo_comes_in_several_sizes_and_can_be_fetched(bot: Client, server: TelegramServer) -> None:
    server.person(AMINA).sends_photo(jpeg(1600, 1000), caption="The rota")
    (update,) = await bot.call("get_updates")
    assert [(size.width, size.height) for size in update.message.photo] == [
        (90, 56),
        (320, 200),
        (800, 500),
        (1280, 800),
    ]
    content = await bot.download(update.message.photo[-1].file_id)
    assert Image.open(io.BytesIO(content)).size == (1280, 800)
    assert len(content) == update.message.photo[-1].file_size


async def test_a_document_is_fetched_as_it_was_up_to_20_megabytes(
    bot: Client, server: TelegramServer
) -> None:
    amina = server.person(AMINA)
    amina.sends_document("rota.pdf", b"%PDF-1.7", "application/pdf")
    amina.sends_document("film.mp4", b"", "video/mp4", claimed_size=20 * 1024 * 1024 + 1)
    small, large = [update.message.document for update in await bot.call("get_updates")]
    assert (small.file_name, small.mime_type, small.file_size) == ("rota.pdf", "application/pdf", 8)
    assert await bot.download(small.file_id) == b"%PDF-1.7"
    assert (await trouble(bot, "get_file", file_id=large.file_id)).words == "file is too big"
    assert (await trouble(bot, "get_file", file_id="nothing")).words == "invalid file_id"


async def test_the_bot_sends_files_too(bot: Client, server: TelegramServer) -> None:
    amina = server.person(AMINA)
    amina.start()
    report = bot.file("report.pdf", b"%PDF-1.7")
    sent = await bot.call(
        "send_document",
        chat_id=AMINA,
        document=report,
        caption="<b>For the board</b>",
        parse_mode="HTML",
        reply_markup=YES_NO,
    )
    await bot.call("send_document", chat_id=AMINA, document=sent.document.file_id)
    await bot.call("send_photo", chat_id=AMINA, photo=bot.file("chart.jpg", jpeg(300, 200)))
    assert [shown.attachment for shown in amina.replies] == ["document", "document", "photo"]
    assert (amina.replies[0].text, amina.replies[0].labels()) == ("For the board", ["Yes", "No"])
    assert await bot.download(sent.document.file_id) == b"%PDF-1.7"
    long = await trouble(
        bot, "send_photo", chat_id=AMINA, photo=bot.file("c.jpg", jpeg(9, 9)), caption="x" * 1025
    )
    assert long.words == "message caption is too long"
    no_photo = await trouble(bot, "send_photo", chat_id=AMINA, photo=bot.file("c.jpg", b"no photo"))
    assert no_photo.words == "image_process_failed"


async def test_files_are_given_to_the_bot_only(server: TelegramServer) -> None:
    async with httpx.AsyncClient(base_url=f"{server.url}/file") as client:
        nothing = await client.get(f"/bot{server.token}/documents/file_9.pdf")
        stranger = await client.get("/bot1:AA/documents/file_9.pdf")
    assert [nothing.json()["error_code"], stranger.json()["error_code"]] == [404, 401]


# What else people send


async def test_everything_else_people_send_comes_with_all_that_telegram_tells_of_them(
    bot: Client, server: TelegramServer
) -> None:
    amina = server.person(AMINA, language_code="pl")
    first = amina.writes("helo")
    amina.edits(first, "hello")
    amina.forwards("Somebody said so", of="Priya Shah")
    amina.sends_sticker()
    amina.sends_voice()
    amina.sends_audio()
    amina.shares_contact()
    amina.shares_location()
    server.group().says(amina, "hello all")
    server.supergroup().says(amina, "hello more")
    server.channel().posts("news")
    updates = await bot.call("get_updates")
    messages = [update.message or update.edited_message or update.channel_post for update in updates]
    assert updates[1].edited_message.text == "hello"
    assert messages[2].forward_origin.sender_user_name == "Priya Shah"
    assert [bool(messages[3].sticker), bool(messages[4].voice), bool(messages[5].audio)] == [True] * 3
    assert (messages[6].contact.phone_number, messages[7].location.latitude) == ("+447700900123", 51.5)
    assert [message.chat.type for message in messages[8:]] == ["group", "supergroup", "channel"]
    sender = messages[0].from_user
    assert (sender.first_name, sender.username, sender.language_code) == ("Amina", "amina_5", "pl")


# What people see of the bot


async def test_commands_and_descriptions_are_kept_by_language_and_scope(
    bot: Client, server: TelegramServer
) -> None:
    english, polish = bot.command("help", "Help"), bot.command("help", "Pomoc")
    await bot.call("set_my_commands", commands=[english])
    await bot.call("set_my_commands", commands=[polish], language_code="pl", scope=bot.private_chats())
    assert [each.description for each in await bot.call("get_my_commands")] == ["Help"]
    pomoc = [{"command": "help", "description": "Pomoc"}]
    assert server.profile.commands({"type": "all_private_chats"}, "pl") == pomoc
    await bot.call("delete_my_commands")
    assert list(await bot.call("get_my_commands")) == []
    await bot.call("set_my_description", description="Słucham.", language_code="pl")
    await bot.call("set_my_short_description", short_description="Listens.")
    assert (await bot.call("get_my_description", language_code="pl")).description == "Słucham."
    assert (await bot.call("get_my_description")).description == ""
    assert (await bot.call("get_my_short_description")).short_description == "Listens."
    await bot.call("set_my_name", name="Candour of Rowan House")
    assert (await bot.call("get_my_name")).name == "Candour of Rowan House"
    await bot.call("set_chat_menu_button")
    assert (await bot.call("get_chat_menu_button")).type == "commands"


@pytest.mark.parametrize(
    ("commands", "words"),
    [
        ([("Help", "Help")], "bot_command_invalid"),
        ([("x" * 33, "Help")], "bot_command_invalid"),
        ([("help", " ")], "command description must be non-empty"),
        ([("help", "x" * 257)], "command description length must not exceed 256"),
        ([(f"help_{number}", "Help") for number in range(101)], "bot_commands_too_much"),
    ],
)
async def test_commands_that_cannot_be_are_refused(
    server: TelegramServer, commands: list[tuple[str, str]], words: str
) -> None:
    async with connected("aiogram", server) as bot:
        given = [{"command": command, "description": description} for command, description in commands]
        assert (await trouble(bot, "set_my_commands", commands=given)).words == words


async def test_descriptions_have_their_lengths(bot: Client) -> None:
    long = await trouble(bot, "set_my_description", description="x" * 513)
    short = await trouble(bot, "set_my_short_description", short_description="x" * 121)
    language = await trouble(bot, "set_my_description", description="x", language_code="english")
    assert [long.words, short.words, language.words] == [
        "bot description is too long",
        "bot short description is too long",
        "invalid language code specified",
    ]


# Webhooks


async def test_a_webhook_gets_each_update_once_with_its_secret(
    bot: Client, server: TelegramServer, receiver: Receiver
) -> None:
    poll = await begun_poll(bot, server)
    await bot.call(
        "set_webhook",
        url=receiver.url,
        secret_token="s3cret",
        max_connections=3,
        allowed_updates=["message", "callback_query"],
    )
    with pytest.raises(Trouble, match="terminated by setwebhook request"):
        await poll
    amina = server.person(AMINA)
    amina.start()
    amina.writes("hello")
    await until_acknowledged(server)
    assert receiver.ids == server.acknowledged
    assert receiver.secrets == ["s3cret", "s3cret"]
    info = await bot.call("get_webhook_info")
    assert (info.url, info.max_connections, info.pending_update_count) == (receiver.url, 3, 0)
    assert list(info.allowed_updates) == ["message", "callback_query"]
    conflict = await trouble(bot, "get_updates")
    assert conflict.words.startswith("conflict: can't use getupdates method while webhook is active")
    await bot.call("delete_webhook")
    amina.writes("again")
    assert [update.message.text for update in await bot.call("get_updates")] == ["again"]


async def test_what_was_not_answered_with_200_comes_again_before_what_follows(
    bot: Client, server: TelegramServer, receiver: Receiver
) -> None:
    receiver.answers.extend(
        [web.Response(status=503, headers={"Retry-After": "60"}), web.Response(status=404)]
    )
    await bot.call("set_webhook", url=receiver.url)
    amina = server.person(AMINA)
    amina.writes("one")
    amina.writes("two")
    await until_acknowledged(server)
    first, second = server.acknowledged
    assert receiver.ids == [first, first, first, second]
    info = await bot.call("get_webhook_info")
    assert info.last_error_message == "Wrong response from the webhook: 404 Not Found"
    assert [bool(attempt.trouble) for attempt in server.deliveries] == [True, True, False, False]


async def test_messages_of_a_chat_are_one_queue_and_taps_of_a_person_another(
    bot: Client, server: TelegramServer, receiver: Receiver
) -> None:
    await bot.call("set_webhook", url=receiver.url)
    amina, tom = server.person(AMINA), server.person(6)
    receiver.free.clear()
    amina.writes("one")
    amina.writes("two")
    amina.taps_on(1, "tap")
    tom.writes("three")
    await receiver.has_come(3)
    assert receiver.at_once == 3
    assert "two" not in str(receiver.updates)
    receiver.free.set()
    await until_acknowledged(server)
    assert receiver.updates[-1]["message"]["text"] == "two"


async def test_no_more_connections_than_were_asked_for(
    bot: Client, server: TelegramServer, receiver: Receiver
) -> None:
    await bot.call("set_webhook", url=receiver.url, max_connections=2)
    for number in range(1, 13):
        server.person(number).start()
    await until_acknowledged(server)
    assert receiver.most_at_once <= 2
    assert sorted(receiver.ids) == sorted(server.acknowledged)


@pytest.mark.parametrize("name", CLIENTS)
async def test_a_webhook_that_is_away_or_silent_loses_nothing(name: str, receiver: Receiver) -> None:
    patience = Settings(redelivery=Redelivery(first=0.02, longest=0.1, patience=0.2))
    with TelegramServer(patience) as server:
        async with connected(name, server) as bot:
            await bot.call("set_webhook", url="http://127.0.0.1:1/hook")
            server.person(AMINA).start()
            await asyncio.to_thread(server.waits_until, lambda: len(server.deliveries) >= 2)
            info = await bot.call("get_webhook_info")
            assert (info.last_error_message, info.pending_update_count) == ("Connection refused", 1)
            receiver.free.clear()
            await bot.call("set_webhook", url=receiver.url)
            await asyncio.to_thread(
                server.waits_until, lambda: server.deliveries[-1].trouble == "Read timeout expired"
            )
            receiver.free.set()
            await until_acknowledged(server)


async def test_a_retry_after_is_followed_only_if_a_test_wants_it(receiver: Receiver) -> None:
    obedient = Settings(redelivery=Redelivery(first=0.02, longest_retry_after=3600))
    receiver.answers.append(web.Response(status=503, headers={"Retry-After": "3600"}))
    with TelegramServer(obedient) as server:
        async with connected("aiogram", server) as bot:
            await bot.call("set_webhook", url=receiver.url)
            amina, tom = server.person(AMINA), server.person(6)
            amina.start()
            await asyncio.to_thread(server.waits_until, lambda: len(server.deliveries) == 1)
            tom.start()
            await asyncio.to_thread(server.waits_until, lambda: len(server.acknowledged) == 1)
            assert len(server.pending) == 1


async def test_a_call_in_the_answer_to_a_webhook_is_carried_out(
    bot: Client, server: TelegramServer, receiver: Receiver
) -> None:
    await bot.call("set_webhook", url=receiver.url)
    amina = server.person(AMINA)
    receiver.answers.append(
        web.json_response({"method": "sendMessage", "chat_id": AMINA, "text": "?", "reply_markup": YES_NO})
    )
    receiver.answers.append(web.json_response({"method": "deleteWebhook"}))
    amina.start()
    assert (await amina.sees("?")).labels() == ["Yes", "No"]
    amina.writes("go away")
    await until_acknowledged(server)
    assert (await bot.call("get_webhook_info")).url == receiver.url


async def test_a_webhook_must_be_https_or_this_machine(bot: Client, server: TelegramServer) -> None:
    server.person(AMINA).start()
    plain = await trouble(bot, "set_webhook", url="http://bot.example/hook")
    secret = await trouble(bot, "set_webhook", url="https://bot.example/hook", secret_token="a b")
    assert plain.words == "bad webhook: an https url must be provided for webhook"
    assert secret.words == "secret token contains unallowed characters"
    await bot.call("delete_webhook", drop_pending_updates=True)
    assert server.pending == []


# Limits and trouble


async def test_a_chat_takes_a_burst_and_then_one_a_second(
    bot: Client, server: TelegramServer, clock: MovableClock
) -> None:
    for number in (AMINA, 6):
        server.person(number).start()
    for _ in range(20):
        await bot.call("send_message", chat_id=AMINA, text="Are you there?")
    refused = await trouble(bot, "send_message", chat_id=AMINA, text="Are you there?")
    assert refused.retry_after == 1
    await bot.call("send_message", chat_id=6, text="And you?")
    clock.let_pass(1)
    await bot.call("send_message", chat_id=AMINA, text="Are you there?")
    assert [passage.chat for passage in server.refused] == [AMINA]
    assert len(server.sent) == 22


@pytest.mark.parametrize("name", CLIENTS)
async def test_thirty_a_second_in_all_and_twenty_a_minute_to_a_group(name: str) -> None:
    stopped = 1_800_000_000.0
    with TelegramServer(Settings(Limits(overall=3, group_per_minute=2)), now=lambda: stopped) as server:
        async with connected(name, server) as bot:
            for number in range(1, 5):
                server.person(number).start()
            group = server.group()
            for _ in range(2):
                await bot.call("send_message", chat_id=group.id, text="Hello")
            to_group = await trouble(bot, "send_message", chat_id=group.id, text="Hello")
            await bot.call("send_message", chat_id=1, text="Hello")
            overall = await trouble(bot, "send_message", chat_id=2, text="Hello")
    assert (to_group.retry_after, overall.retry_after) == (60, 1)


async def test_trouble_comes_as_planned(bot: Client, server: TelegramServer) -> None:
    amina, tom = server.person(AMINA), server.person(6)
    amina.start()
    tom.start()
    server.refuses(chat=AMINA, retry_after=17)
    server.fails(502, method="sendMessage", chat=AMINA)
    server.fails(500, chat=AMINA)
    await bot.call("send_message", chat_id=6, text="Hello")
    assert (await trouble(bot, "send_message", chat_id=AMINA, text="Hello")).retry_after == 17
    assert (await trouble(bot, "send_message", chat_id=AMINA, text="Hello")).words == "bad gateway"
    assert (await trouble(bot, "send_message", chat_id=AMINA, text="Hello")).words == "internal server error"
    assert (len(amina.replies), len(tom.replies)) == (0, 1)


async def test_a_connection_can_break_after_the_message_was_taken(
    bot: Client, server: TelegramServer
) -> None:
    amina = server.person(AMINA)
    amina.start()
    server.hangs_up(method="sendMessage")
    assert "NetworkError" in (await trouble(bot, "send_message", chat_id=AMINA, text="Hello")).kind
    assert amina.last.text == "Hello"


async def test_telegram_can_be_down_for_a_while_and_people_write_all_the_same(
    bot: Client, server: TelegramServer
) -> None:
    poll = await begun_poll(bot, server)
    with server.being_down():
        with pytest.raises(Trouble):
            await poll
        server.person(AMINA).start()
        assert "NetworkError" in (await trouble(bot, "get_me")).kind
    assert len(await bot.call("get_updates")) == 1


# The people, and the server on its own


async def test_many_people_can_write_at_once(bot: Client, server: TelegramServer) -> None:
    def write(number: int) -> None:
        for count in range(10):
            server.person(number).writes(str(count))

    writing = asyncio.gather(*(asyncio.to_thread(write, number) for number in range(1, 9)))
    said: dict[int, list[str]] = {}
    offset = 0
    async with asyncio.timeout(10):
        while sum(map(len, said.values())) < 80:
            for update in await bot.call("get_updates", offset=offset, timeout=2):
                said.setdefault(update.message.chat.id, []).append(update.message.text)
                offset = update.update_id + 1
    await writing
    assert said == {number: [str(count) for count in range(10)] for number in range(1, 9)}


async def test_who_waits_in_vain_is_shown_the_chat(bot: Client, server: TelegramServer) -> None:
    amina = server.person(AMINA)
    amina.start()
    await bot.call("send_message", chat_id=AMINA, text="Shall we begin?", reply_markup=YES_NO)
    with pytest.raises(AssertionError, match=r"→ 1 /start\n← 2 Shall we begin\?\n    \[Yes\] \[No\]"):
        amina.waits_for("Thank you", timeout=0.01)
    with pytest.raises(AssertionError, match="No button 'Maybe'"):
        amina.taps("Maybe")


def test_it_serves_from_a_process_of_its_own() -> None:
    command = [
        sys.executable,
        "-m",
        "tests.telegram.server",
        "--token",
        "42:AAa-token-on-the-command-line-0000000",
    ]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write("7 /start\n7 ?\n")
            process.stdin.flush()
            url, shown = process.stdout.readline().strip(), process.stdout.readline().strip()
            answer = httpx.get(f"{url}/bot{command[-1]}/getUpdates")
        finally:
            process.terminate()
            process.wait(5)
    assert shown == "→ 1 /start"
    assert answer.json()["result"][0]["message"]["chat"]["id"] == 7
