"""Whole conversations at the chattiest log level: no word, address or token anywhere but in encrypted columns."""

from __future__ import annotations

import gc
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import msgspec

from bot.channels.telegram import updates
from bot.channels.telegram.screens import Key, Post, Refresh, Settle, Toast
from bot.messages import Address, Attached, Enter, Incoming, Reply, Tap, Words
from bot.services import inviting
from storage.slips import LEAD as LEADER
from storage.slips import RESPONDENT
from tests.bot import sent
from tests.bot.channels import forms
from tests.bot.channels.house import AUDIT, House, house, storage_in, telegram_here
from tests.contacts import checked
from tests.epochs import epoch_settings
from tests.telegram.people import Person
from tests.telegram.server import TelegramServer

CANDOUR = Path(sys.executable).with_name("candour")
AMINA, LEAD, STRANGER = 7310558291, 7310558292, 7310558293
STORY, CONCERN, SHIFT, STRAY = (
    "zebrawords-story",
    "zebrawords-concern",
    "zebrawords-shift",
    "zebrawords-stray",
)
FORM = forms.small(
    "{type: text, name: shift, label: Which shift?}",
    "{type: image, name: photo, label: Can you show me the rota?}",
    "{type: text, name: story, label: What happened?}",
    name="rota",
)


def canaries(telegram: TelegramServer, slips: Iterable[str]) -> list[bytes]:
    """What must be found nowhere."""
    words = [
        STORY,
        CONCERN,
        SHIFT,
        STRAY,
        sent.SECRET,
        "the-caption",
        telegram.token,
        telegram.token.partition(":")[2],
    ]
    people = [telegram.person(number).identity for number in (AMINA, LEAD, STRANGER)]
    words += [name for who in people for name in (str(who.id), who.first_name, who.last_name, who.username)]
    return [word.encode() for word in [*words, *slips]]


def converse(telegram: TelegramServer, slip: str, leading: str) -> None:
    """A lead is appointed; somebody answers, sends a photo, tells a concern, hands in; a stranger strays in."""
    amina, lead, stranger = (telegram.person(number) for number in (AMINA, LEAD, STRANGER))
    _does(telegram, lead, f"/start {leading}")
    _does(telegram, stranger, STRAY, "/start nowhere", "/risk")
    _does(telegram, amina, f"/start {slip}", SHIFT)
    amina.sends_photo(sent.jpeg(), "the-caption")
    telegram.waits_until_all_is_acknowledged(10)
    _does(telegram, amina, f"{STORY}, write to me@example.org", "[Keep it]", "/edit 1", f"{SHIFT} at night")
    amina.sends_sticker()
    amina.shares_contact()
    amina.edits(amina.writes("/help"), STRAY)
    _does(telegram, amina, "/risk", "[Tell the safeguarding lead]", CONCERN, "[Hand in my answers]")
    telegram.fails(chat=AMINA, method="sendMessage")
    _does(telegram, amina, "/review", "[Hand in my answers]")
    stranger.blocks()
    lead.waits_for("concern", 15)


def _taps(person: Person, label: str) -> None:
    """As soon as the button is there: whoever writes so fast is answered once a second."""
    person.waits_for(lambda shown: any(label in key[0] for row in shown.buttons for key in row), 30.0)
    person.taps(label)


def _does(telegram: TelegramServer, person: Person, *lines: str) -> None:
    for line in lines:
        _taps(person, line[1:-1]) if line.startswith("[") else person.writes(line)
        telegram.waits_until_all_is_acknowledged(15)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@contextmanager
def serving(environ: dict[str, str], said: Path) -> Iterator[None]:
    """`candour serve` in a process of its own, which is told to stop at the end of the block."""
    with said.open("wb") as output:
        process = subprocess.Popen(
            [str(CANDOUR), "serve"], env=os.environ | environ, stdout=output, stderr=output
        )
    try:
        yield
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0, said.read_text()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def test_no_word_no_address_no_token_is_left_in_the_open(tmp_path: Path) -> None:
    storage = storage_in(tmp_path, [FORM, forms.concern()])
    codes = [inviting.slips(storage, AUDIT, 1, role)[0] for role in (RESPONDENT, LEADER)]
    storage.close()
    with telegram_here() as telegram:
        metrics = free_port()
        environ = {
            "CANDOUR_DATA": str(tmp_path / "data"),
            "CANDOUR_KEY": str(tmp_path / "candour.key"),
            **epoch_settings(tmp_path),
            "CANDOUR_CONTACTS": str(checked(tmp_path)),
            "CANDOUR_PORT": str(free_port()),
            "CANDOUR_METRICS_PORT": str(metrics),
            "CANDOUR_TELEGRAM_TOKEN": telegram.token,
            "CANDOUR_TELEGRAM_API": telegram.url,
            "CANDOUR_LOG_LEVEL": "debug",
        }
        said = tmp_path / "said.txt"
        with serving(environ, said):
            telegram.waits_until(lambda: bool(telegram.calls_of("getUpdates")), 30)
            converse(telegram, *codes)
            measured = httpx.get(f"http://127.0.0.1:{metrics}/metrics").content
            left = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
        after = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
        assert said in after
        assert b"candour_updates_total" in measured
        for canary in canaries(telegram, codes):
            assert canary not in measured
            for content in (left, after):
                assert [str(path) for path, there in content.items() if canary in there] == [], canary
            assert [str(path) for path in after if canary.decode() in str(path.relative_to(tmp_path))] == []


def test_no_repr_of_anything_that_is_handed_on_tells_what_was_said() -> None:
    said: dict[str, object] = {
        "message_id": 2,
        "from": {"id": AMINA, "first_name": "Zebra", "username": "zebra"},
        "chat": {"id": AMINA, "type": "private", "first_name": "Zebra"},
        "text": STORY,
        "contact": {"phone_number": "+447700900123"},
    }
    update = updates.decode(msgspec.json.encode({"update_id": 1, "message": said}))
    file = {"file_id": STORY, "file_size": 3}
    document = updates.heard(
        updates.decode(
            msgspec.json.encode({"update_id": 3, "message": said | {"text": "", "document": file}})
        )
    )
    heard = updates.heard(update)
    assert heard is not None
    address = Address("telegram", str(AMINA))
    values = [
        *(update, update.message, heard, document, heard.content, address),
        Incoming(address, AUDIT, "rota", "u1", Words(STORY)),
        *(Words(STORY), Tap(STORY), Enter(STORY), Attached(STORY.encode(), "jpg")),
        *(
            Post(STORY, ((Key(STORY, STORY),),), (STORY,)),
            Settle(1, STORY),
            Refresh(1, ((Key(STORY, STORY),),)),
        ),
        *(Toast("1", STORY), Key(STORY, STORY)),
    ]
    for value in values:
        for shown in (repr(value), str(value), f"{value!r:.500}"):
            assert STORY not in shown, shown
            assert str(AMINA) not in shown
            assert "ebra" not in shown.replace("zebrawords", "")


async def test_what_lives_in_memory_has_no_name_and_its_repr_no_word(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram, offered=[FORM, forms.concern()]) as here:
            amina = telegram.person(AMINA)
            amina.start(AUDIT)
            await here.quiet()
            amina.writes(SHIFT)
            await here.quiet()
            _reprs_are_silent(here, telegram)


def _reprs_are_silent(here: House, telegram: TelegramServer) -> None:
    parts = (
        here.client,
        here.sender,
        here.reception,
        here.turns,
        here.storage,
        here.storage.keys,
        here.metrics,
    )
    kept = [
        each
        for each in gc.get_objects()
        if type(each) in (updates.Heard, updates.Update, Incoming, Reply, Words)
    ]
    for value in [*parts, *kept]:
        shown = repr(value)
        assert not any(word in shown for word in (SHIFT, str(AMINA), telegram.token)), type(value)
