"""What goes wrong between Telegram and us: nothing that was said is lost, and nobody waits for somebody else."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from bot.channels.telegram.receiving import is_ours
from bot.channels.telegram.sending import Limits
from bot.errors import TooBusyError
from bot.serving import Server, listen
from bot.web.webhook import MOST_BYTES, PATH, route
from dialogues.interview import State
from tests.bot.channels.house import AUDIT, House, house, telegram_here
from tests.telegram.people import Person
from tests.telegram.settings import Settings

SECRET = "a-secret-that-only-telegram-knows"


def answers(here: House, person: Person) -> dict[str, str]:
    held = here.held(person)
    assert held is not None
    return held.interview.answers


async def begun(here: House, *numbers: int) -> list[Person]:
    people = [here.telegram.person(number) for number in numbers]
    for person in people:
        person.start(AUDIT)
    await here.quiet()
    for person in people:
        person.taps("Yes")
    await here.quiet()
    return people


# Sending


async def test_a_pause_of_one_chat_holds_up_no_other(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            amina, tom = await begun(here, 5, 6)
            telegram.refuses(chat=amina.id, method="sendMessage", retry_after=2)
            amina.writes("nurse")
            tom.writes("nurse")
            await tom.sees("Whom did you tell?")
            assert "Whom did you tell?" not in amina.transcript()
            await amina.sees("Whom did you tell?")
            assert answers(here, amina)["role"] == "nurse"
            assert b"candour_too_many_requests_total 1.0" in here.metrics.render()


async def test_what_was_cut_off_after_it_was_sent_is_sent_again(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            (amina,) = await begun(here, 5)
            telegram.hangs_up(chat=amina.id, method="sendMessage")
            amina.writes("nurse")
            await here.quiet()
            await asyncio.to_thread(
                telegram.waits_until,
                lambda: sum("Whom did you tell?" in each.text for each in amina.replies) == 2,
            )
            amina.taps("My manager")
            await here.quiet()
            assert "✓ My manager" in amina.last.labels()


@pytest.mark.parametrize("code", [500, 502])
async def test_when_telegram_breaks_it_is_tried_again(code: int, tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            (amina,) = await begun(here, 5)
            telegram.fails(code, chat=amina.id, method="sendMessage")
            amina.writes("nurse")
            await amina.sees("Whom did you tell?")


async def test_while_telegram_is_down_nothing_is_lost(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            amina, tom = await begun(here, 5, 6)
            with telegram.being_down():
                amina.writes("nurse")
                tom.writes("care assistant")
                await asyncio.sleep(0.3)
            await amina.sees("Whom did you tell?", 15)
            await tom.sees("Whom did you tell?", 15)
            await here.quiet()
            assert (answers(here, amina)["role"], answers(here, tom)["role"]) == ("nurse", "care")


async def test_who_blocked_the_bot_is_heard_and_holds_up_nobody(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            amina, tom = await begun(here, 5, 6)
            amina.writes("nurse")
            amina.blocks()
            tom.writes("nurse")
            await here.quiet()
            await tom.sees("Whom did you tell?")
            assert answers(here, amina)["role"] == "nurse"
            amina.start()
            await amina.sees("Whom did you tell?")


async def test_who_deleted_their_account_holds_up_nobody(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            amina, tom = await begun(here, 5, 6)
            amina.writes("nurse")
            amina.leaves_telegram()
            tom.writes("nurse")
            await here.quiet()
            assert answers(here, amina)["role"] == answers(here, tom)["role"] == "nurse"


async def test_a_chat_that_is_not_found_is_given_up_at_once(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            body = {
                "update_id": 1,
                "message": {"message_id": 1, "chat": {"id": 4711, "type": "private"}, "text": "hi"},
            }
            await here.reception.deliver(json.dumps(body).encode())
            assert len(telegram.calls_of("sendMessage")) == 1


async def test_many_people_at_once_are_all_answered_within_telegrams_limits(tmp_path: Path) -> None:
    with telegram_here(Settings()) as telegram:
        async with house(tmp_path, telegram, limits=Limits()) as here:
            people = [telegram.person(number) for number in range(20, 45)]
            for person in people:
                person.writes("hello")
            await here.quiet()
            for person in people:
                assert "To begin, open the link" in person.last.text
            assert telegram.refused == []


# Polling


async def test_what_was_not_acknowledged_comes_again_and_counts_once(tmp_path: Path) -> None:
    """A crash between the commit and the acknowledgement."""
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            (amina,) = await begun(here, 5)
        amina.writes("nurse")
        async with house(tmp_path, telegram, polls=False) as here:
            for update in await here.client.updates(None, limit=10, seconds=0):
                heard = here.reception._hear(update)
                assert heard is not None
                await here.reception.settle(heard)
            assert telegram.pending != []
        async with house(tmp_path, telegram) as here:
            await here.quiet()
            held = here.held(amina)
            assert held is not None
            assert (held.interview.answers["role"], held.interview.turn) == ("nurse", 3)
            assert sum("Whom did you tell?" in each.text for each in amina.replies) == 2


async def test_it_is_acknowledged_only_when_it_is_on_the_disk(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            (amina,) = await begun(here, 5)
            with here.storage.writing():  # nobody else can write
                amina.writes("nurse")
                await asyncio.sleep(0.3)
                assert len(telegram.pending) == 1
                assert "Whom did you tell?" not in amina.transcript()
            await amina.sees("Whom did you tell?")
            await here.quiet()
            assert answers(here, amina)["role"] == "nurse"


async def test_a_second_poller_is_outlived(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            (amina,) = await begun(here, 5)
            async with httpx.AsyncClient() as client:
                other = await client.post(
                    f"{telegram.url}/bot{telegram.token}/getUpdates", json={"timeout": 0, "offset": 0}
                )
                assert other.json()["ok"]
                waiting = asyncio.create_task(
                    client.post(
                        f"{telegram.url}/bot{telegram.token}/getUpdates", json={"timeout": 1, "offset": 0}
                    )
                )
                await waiting
            amina.writes("nurse")
            await amina.sees("Whom did you tell?", 15)
            await here.quiet()


async def test_after_a_quiet_week_the_numbers_go_on_anywhere(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            chance = random.Random(7)
            (amina,) = await begun(here, 5)
            for words, asked in (
                ("nurse", "Whom did you tell?"),
                ("A colleague", "How safe is it?"),
                ("3", "How many months?"),
            ):
                telegram.has_a_quiet_week(chance)
                polls = len(telegram.calls_of("getUpdates"))
                amina.writes(words)
                await amina.sees(asked)
                await here.quiet()
                assert len(telegram.calls_of("getUpdates")) > polls


async def test_when_told_to_stop_what_was_taken_is_acknowledged(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            (amina,) = await begun(here, 5)
            amina.writes("nurse")
            await amina.sees("Whom did you tell?")
        assert telegram.pending == []


async def test_while_too_many_wait_nothing_is_lost(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram, waiting=2) as here:
            people = [telegram.person(number) for number in range(20, 32)]
            for person in people:
                person.start(AUDIT)
            await here.quiet()
            for person in people:
                assert "May we ask you?" in person.last.text


# Webhook


@asynccontextmanager
async def behind_a_webhook(here: House, secret: str = SECRET) -> AsyncIterator[str]:
    """Telegram calls us; the address."""
    app = Starlette(routes=[route(here.reception.deliver, lambda given: is_ours(SECRET, given))])
    with listen("127.0.0.1", 0) as listening:
        server = Server(app)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        address = f"http://127.0.0.1:{listening.getsockname()[1]}{PATH}"
        await here.client.call("setWebhook", {"url": address, "secret_token": secret})
        try:
            yield address
        finally:
            await here.client.call("deleteWebhook")
            server.stop()
            await serving


async def test_an_interview_is_held_behind_a_webhook(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram, polls=False) as here, behind_a_webhook(here):
            (amina,) = await begun(here, 5)
            amina.writes("nurse")
            await here.quiet()
            assert answers(here, amina) == {"consent": "yes", "role": "nurse"}
            assert all(not each.trouble for each in telegram.deliveries)


async def test_behind_the_webhook_a_yes_comes_only_after_the_commit(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram, polls=False) as here, behind_a_webhook(here):
            (amina,) = await begun(here, 5)
            with here.storage.writing():
                amina.writes("nurse")
                await asyncio.sleep(0.3)
                assert len(telegram.pending) == 1
            await here.quiet()
            assert answers(here, amina)["role"] == "nurse"


async def test_whoever_does_not_know_the_secret_is_turned_away(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram, polls=False) as here, behind_a_webhook(here) as address:
            amina = telegram.person(5)
            body = {
                "update_id": 1,
                "message": {"message_id": 1, "chat": {"id": 5, "type": "private"}, "text": "hi"},
            }
            async with httpx.AsyncClient() as client:
                for headers in (
                    {},
                    {"X-Telegram-Bot-Api-Secret-Token": "wrong"},
                    {"X-Telegram-Bot-Api-Secret-Token": ""},
                ):
                    assert (await client.post(address, json=body, headers=headers)).status_code == 403
                right = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
                assert (await client.get(address, headers=right)).status_code == 405
                assert (
                    await client.post(address, content=b"x" * (MOST_BYTES + 1), headers=right)
                ).status_code == 413
                for odd in (b"", b"{", b"null", b"[]", b'{"update_id": "x"}', b"\xff\xfe", b'{"a":' * 5000):
                    assert (await client.post(address, content=odd, headers=right)).status_code == 200
                unknown = {"update_id": 2, "message": {"message_id": "x", "chat": 7}, "poll": {}}
                assert (await client.post(address, json=unknown, headers=right)).status_code == 200
            assert amina.chat == []
            assert telegram.calls_of("sendMessage") == []


async def test_when_too_many_wait_the_webhook_says_so_and_it_comes_again(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram, polls=False, waiting=1) as here, behind_a_webhook(here):
            people = [telegram.person(number) for number in range(20, 40)]
            with here.storage.writing():
                for person in people:
                    person.start(AUDIT)
                await asyncio.to_thread(
                    telegram.waits_until, lambda: any(each.trouble for each in telegram.deliveries)
                )
            await here.quiet()
            assert any("503" in each.trouble for each in telegram.deliveries)
            for person in people:
                assert "May we ask you?" in person.last.text
            with pytest.raises(TooBusyError):
                await _fill(here)


async def _fill(here: House) -> None:
    """More at once than may wait."""
    body = {"update_id": 1, "message": {"message_id": 1, "chat": {"id": 5, "type": "private"}, "text": "hi"}}
    await asyncio.gather(
        *(here.reception.deliver(json.dumps(body | {"update_id": number}).encode()) for number in range(5))
    )


async def test_what_breaks_three_times_is_set_aside_and_the_next_is_heard(tmp_path: Path) -> None:
    """Here the draft was spoiled on the disk."""
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            amina, tom = await begun(here, 5, 6)
            ref = here.storage.epochs.ring().newest.ref(here.storage.keys.ref("telegram", "5", "", ""))
            with here.storage.database.writing() as connection:
                connection.exec_driver_sql("UPDATE drafts SET blob = x'00' WHERE ref = ?", (ref,))
            amina.writes("nurse")
            tom.writes("nurse")
            await here.quiet()
            assert "Something went wrong on our side" in amina.last.text
            assert answers(here, tom)["role"] == "nurse"
            assert b"candour_updates_set_aside_total 1.0" in here.metrics.render()


async def test_what_was_withdrawn_stays_so_when_everything_comes_again(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram, polls=False) as here:
            amina = telegram.person(5)
            for line in (f"/start {AUDIT}", "yes", "nurse", "/stop yes"):
                amina.writes(line)
            updates = await here.client.updates(None, limit=10, seconds=0)
            for _ in range(3):
                for update in updates:
                    heard = here.reception._hear(update)
                    assert heard is not None
                    await here.reception.settle(heard)
            held = here.held(amina)
            assert held is not None
            assert (held.interview.state, held.interview.answers) == (State.WITHDRAWN, {})
