"""`/signin`: a link for who has a role at this moment; for everybody else a command like any that there is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import hearing
from bot.messages import Admitted
from bot.services import appointing
from storage.slips import AUDITOR, DEPUTY, LEAD
from tests.bot.channels.house import AUDIT, House, house, telegram_here
from tests.bot.channels.test_telegram_doors import does
from tests.bot.stories import clock
from tests.telegram.people import Person


def account_of(here: House, said: str) -> bytes | None:
    """Whose account the code in a message leads to."""
    code = next(word for word in said.split() if len(word) == 28)
    with here.storage.writing() as work:
        return work.access.follow(code, int(clock().now().timestamp()))


async def appointed(here: House, person: Person, role: str) -> str:
    (slip,) = here.slips(role=role)
    return await does(here, person, f"/start {slip}")


@pytest.mark.parametrize("role", [LEAD, DEPUTY, AUDITOR])
async def test_who_has_a_role_gets_a_code_of_their_own_account(tmp_path: Path, role: str) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            gita, tom = telegram.person(7), telegram.person(8)
            assert role in (said := await appointed(here, gita, role))
            assert "send /signin" in said
            menu = telegram.profile.commands({"type": "chat", "chat_id": 7}, "")
            assert [each["command"] for each in menu] == [name for name, _ in hearing.menu({role})]
            await appointed(here, tom, LEAD)
            first = await does(here, gita, "/signin")
            assert "It works once, within 15 minutes." in first
            second = await does(here, gita, " /SignIn@candour_test_bot")
            assert account_of(here, first) is None, "another one was made since"
            with here.storage.reading() as work:
                (person,) = work.people.at("telegram", "7")
            assert account_of(here, second) == person.account
            assert account_of(here, second) is None


async def test_everybody_else_learns_nothing_from_it(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            amina, gita = telegram.person(5), telegram.person(7)
            assert await does(here, amina, "/signin") == await does(here, amina, "/nonsense")
            assert here.held(amina) is None
            await does(here, amina, f"/start {AUDIT}")
            assert await does(here, amina, "/signin") == await does(here, amina, "/nonsense")
            await appointed(here, gita, LEAD)
            [person] = appointing.appointees(here.storage, AUDIT)
            appointing.remove(here.storage, AUDIT, person.id, clock())
            assert await does(here, gita, "/signin") == await does(here, gita, "/nonsense")


async def test_it_leaves_an_interview_as_it_is(tmp_path: Path) -> None:
    with telegram_here() as telegram:
        async with house(tmp_path, telegram) as here:
            gita = telegram.person(7)
            await appointed(here, gita, AUDITOR)
            await does(here, gita, f"/start {AUDIT}", "[Yes]")
            before = here.held(gita)
            await does(here, gita, "/signin")
            assert here.held(gita) == before


def test_the_code_is_in_no_repr() -> None:
    assert "CANARY" not in repr(Admitted("CANARY", 15))
