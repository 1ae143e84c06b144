"""Where somebody is in a chat: links, slips, forms that are put aside and come back; in memory, on a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.channels.memory import Person
from bot.channels.telegram import screens
from bot.errors import NowhereError, SlipSpentError, UnknownInvitationError
from bot.messages import Appointed, Attached, Doors, Reply
from bot.services import auditing, inviting
from bot.turns import TurnLoop
from dialogues.interview import State
from storage.errors import AuditClosedError
from storage.slips import LEAD, RESPONDENT
from storage.unit_of_work import Storage
from tests.bot.channels import forms
from tests.bot.channels.house import AUDIT, held, pool, storage_in
from tests.bot.stories import an_audit, clock, close

ONE, TWO = (
    forms.small("{type: text, name: a, label: What happened?}", name=name, title=name)
    for name in ("one", "two")
)


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    storage = storage_in(tmp_path, [ONE, forms.concern()])
    auditing.open_audit(storage, an_audit("elm-court"), [ONE, TWO, forms.concern()])
    yield storage
    storage.close()


@pytest.fixture
async def turns(storage: Storage) -> AsyncIterator[TurnLoop]:
    async with TurnLoop(storage, clock()) as turns:
        yield turns


def slip(storage: Storage, audit: str = AUDIT, role: str = RESPONDENT) -> str:
    (code,) = inviting.slips(storage, audit, 1, role)
    return code


async def test_who_brings_no_link_is_nowhere_and_leaves_no_trace(turns: TurnLoop, storage: Storage) -> None:
    with pytest.raises(NowhereError):
        await Person(turns, "ann").says("hello")
    with pytest.raises(UnknownInvitationError):
        await Person(turns, "ann").comes("nowhere")
    assert held(storage, "memory", "ann") is None


async def test_whose_draft_died_is_told_how_long_drafts_live_and_comes_again_by_the_same_link(
    turns: TurnLoop, storage: Storage
) -> None:
    ann, code = Person(turns, "ann"), slip(storage)
    await ann.comes(code)
    for epoch in tuple(storage.epochs.safe.held()):
        storage.epochs.safe.destroy(epoch)
    with pytest.raises(NowhereError) as nowhere:
        await ann.says("hello")
    assert nowhere.value.days == 3
    (said,) = screens.refusal(nowhere.value)
    assert isinstance(said, screens.Post)
    assert "Did you begin before? What is not sent within 3 days is erased." in said.html
    await ann.comes(code)
    assert isinstance(ann.outcome, Reply)


async def test_a_link_to_one_of_several_forms_leads_there_at_once(turns: TurnLoop) -> None:
    ann = Person(turns, "ann")
    await ann.comes("elm-court__two")
    assert isinstance(ann.outcome, Reply)
    assert ann.outcome.form.id == "two"
    await ann.comes("elm-court")
    assert isinstance(ann.outcome, Doors)
    await ann.taps("one")
    assert isinstance(ann.outcome, Reply)
    assert ann.outcome.form.id == "one"


async def test_a_slip_goes_through_the_door_that_was_chosen_and_is_spent_behind_it(
    turns: TurnLoop, storage: Storage
) -> None:
    code = slip(storage, "elm-court")
    ann, bob = Person(turns, "ann"), Person(turns, "bob")
    for person in (ann, bob):
        await person.comes(code)
        await person.taps("two")
        await person.says(f"I am {person is ann}")
    await ann.taps("Hand in my answers")
    with pytest.raises(SlipSpentError):
        await bob.taps("Hand in my answers")
    assert pool(storage, "elm-court") == [{"a": "I am True"}]
    conversation = held(storage, "memory", "bob")
    assert conversation is not None
    assert conversation.interview.state is State.REVIEWING  # with another slip they can still hand in
    await bob.comes(slip(storage, "elm-court") + "__two")
    await bob.taps("Hand in my answers")
    assert len(pool(storage, "elm-court")) == 2


async def test_a_slip_is_not_spent_by_looking_in_nor_by_stopping(turns: TurnLoop, storage: Storage) -> None:
    code = slip(storage)
    ann, bob = Person(turns, "ann"), Person(turns, "bob")
    await ann.comes(code)
    await ann.says("/stop yes")
    await bob.comes(code)
    await bob.says("fine")
    await bob.taps("Hand in my answers")
    assert len(pool(storage)) == 1


async def test_a_lead_is_appointed_once_however_often_the_link_is_opened(
    turns: TurnLoop, storage: Storage
) -> None:
    ann = Person(turns, "ann")
    for code in (slip(storage, role=LEAD), slip(storage, role=LEAD)):
        await ann.comes(code)
        assert ann.outcome == Appointed(AUDIT, LEAD, frozenset({LEAD}))
        with pytest.raises(UnknownInvitationError):
            await Person(turns, "bob").comes(code)
    with storage.reading() as work:
        assert len(work.people.of(AUDIT, LEAD)) == 1


async def test_what_was_put_aside_comes_back_where_it_was(turns: TurnLoop, storage: Storage) -> None:
    ann = Person(turns, "ann")
    await ann.comes(AUDIT)
    await ann.says("/risk")
    await ann.taps("Tell the safeguarding lead")
    await ann.says("Bed 4")
    await ann.taps("Hand in my answers")
    assert isinstance(ann.outcome, Reply)
    assert ann.outcome.then is not None
    assert ann.last.text == ("What happened?",)
    await ann.says("Nobody came.")
    await ann.taps("Hand in my answers")
    assert pool(storage) == [{"a": "Nobody came."}]
    assert [concern.response for concern in auditing.concerns(storage, AUDIT)] == [{"what": "Bed 4"}]


async def test_a_second_concern_can_be_told_after_the_first(turns: TurnLoop, storage: Storage) -> None:
    ann = Person(turns, "ann")
    await ann.comes(AUDIT)
    for number in range(1, 4):
        await ann.says("/risk")
        await ann.taps("Tell the safeguarding lead")
        await ann.says(f"Bed {number}")
        await ann.taps("Hand in my answers")
        assert len(auditing.concerns(storage, AUDIT)) == number


async def test_a_closed_audit_lets_nobody_in_but_to_tell_that_someone_is_at_risk(
    turns: TurnLoop, storage: Storage
) -> None:
    ann, bob = Person(turns, "ann"), Person(turns, "bob")
    await ann.comes(AUDIT)
    close(storage)
    with pytest.raises(AuditClosedError):
        await bob.comes(AUDIT)
    await ann.says("too late")
    assert isinstance(ann.outcome, Reply)
    assert ann.outcome.interview.state is State.EXPIRED
    await ann.says("/risk")
    await ann.taps("Tell the safeguarding lead")
    await ann.says("Bed 4")
    await ann.taps("Hand in my answers")
    assert len(auditing.concerns(storage, AUDIT)) == 1
    assert pool(storage) == []


async def test_no_repr_of_a_chat_tells_what_was_said(turns: TurnLoop) -> None:
    ann = Person(turns, "ann")
    await ann.comes(AUDIT)
    await ann.says("canary")
    for value in (ann, ann.last, ann.outcome, Attached(b"canary", "jpg")):
        assert "canary" not in repr(value)
