"""What two people must want: one asks, somebody else agrees, and only then it is done."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.services import access, appointing, approving, auditing, inviting
from bot.services.approving import KFixedError, NotWaitingError
from dialogues import library
from storage.casework import Audit, Entry
from storage.errors import UnsafeThresholdError
from storage.journal import ApprovalAsked, ApprovalRefused, ThresholdChanged
from storage.slips import AUDITOR, DEPUTY, LEAD, RESPONDENT
from tests.bot.signing import Colleague, signed_in
from tests.bot.website import AUDIT, NOW, Site, site

ASH = "ash"
K, WAITS = f"/lead/audits/{ASH}/k", f"/lead/audits/{ASH}/approvals"
ANN, BEN = b"a" * 16, b"b" * 16


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path, demo=False) as running:
        ash = Audit(
            id=ASH,
            name="Ash Court",
            service="Ash Court",
            incident="",
            staff_count=30,
            opened_on=NOW.date(),
            entry=Entry.SLIPS,
        )
        auditing.open_audit(running.storage, ash, [library.shipped("staff-culture")])
        yield running


@pytest.fixture
async def ann(here: Site) -> Colleague:
    return await signed_in(here, LEAD, ASH)


async def asks(colleague: Colleague, k: str) -> str:
    await colleague.open(K)
    return (await colleague.browser.press("Change it", k=k)).text


def k_of(here: Site, audit: str = ASH) -> int:
    return auditing.audit(here.storage, audit).k


def told(here: Site) -> list[tuple[str, object]]:
    """What the journal says of it."""
    with here.storage.reading() as work:
        entries = work.journal.entries()
    kinds = ApprovalAsked | ApprovalRefused | ThresholdChanged
    return [(entry.actor, entry.what) for entry in entries if isinstance(entry.what, kinds)]


async def test_k_is_raised_by_one_lead(here: Site, ann: Colleague) -> None:
    assert "Answers are shown of 12 people or more." in await asks(ann, "12")
    assert k_of(here) == 12
    assert told(here) == [(LEAD, ThresholdChanged(8, 12, 1))]


@pytest.mark.parametrize("role", [LEAD, DEPUTY, AUDITOR])
async def test_k_is_lowered_when_somebody_else_agrees(here: Site, ann: Colleague, role: str) -> None:
    page = await asks(ann, "5")
    assert "Show answers of 5 people or more together, instead of 8." in page
    assert "Somebody else with a part in this audit must agree." in page
    assert "I agree" not in ann.browser.page.buttons()
    assert k_of(here) == 8
    ben = await signed_in(here, role, ASH)
    here.clock.move(timedelta(seconds=access.FRESH + 1))
    assert "Show once more that it is you" in (await ben.browser.open(WAITS)).text
    await ben.confirm()
    assert "Nothing is waiting." in (await ben.browser.press("I agree")).text
    assert k_of(here) == 5
    assert told(here) == [(LEAD, ApprovalAsked("k")), (role, ThresholdChanged(8, 5, 2))]


async def test_nobody_agrees_with_themselves_in_whatever_role(here: Site, ann: Colleague) -> None:
    await asks(ann, "5")
    appointing.appoint(here.storage, ASH, AUDITOR, "", same=f"{ASH}/{ann.person}", clock=here.clock)
    page = await ann.open(WAITS)
    token, id_ = page.values("csrf")[0], page.form("Take it back").buttons["Take it back"][1]
    refused = await ann.browser.send(WAITS, [("csrf", token), ("agree", id_)])
    assert refused.status == 409
    assert "somebody else has to agree" in refused.text
    assert k_of(here) == 8


async def test_what_was_asked_for_can_be_taken_back_or_not_agreed_to(here: Site, ann: Colleague) -> None:
    ben = await signed_in(here, DEPUTY, ASH)
    await asks(ann, "5")
    await ann.browser.press("Take it back")
    assert "Nothing is waiting." in (await ben.open(WAITS)).text
    await asks(ann, "6")
    await ben.open(WAITS)
    await ben.browser.press("I do not agree")
    assert k_of(here) == 8
    assert [what for _, what in told(here)] == 2 * [ApprovalAsked("k"), ApprovalRefused("k")]


async def test_a_new_wish_takes_the_place_of_the_one_before(here: Site, ann: Colleague) -> None:
    await asks(ann, "5")
    assert "of 5 people" not in (page := await asks(ann, "6"))
    assert "of 6 people" in page
    await asks(ann, "12")
    with pytest.raises(NotWaitingError):
        agrees(here, BEN, "")


async def test_who_was_removed_has_asked_for_nothing(here: Site, ann: Colleague) -> None:
    ben = await signed_in(here, AUDITOR, ASH)
    await asks(ann, "5")
    appointing.remove(here.storage, ASH, ann.person, here.clock)
    assert "Nothing is waiting." in (await ben.open(WAITS)).text


async def test_a_wish_of_another_audit_cannot_be_agreed_to_here(here: Site, ann: Colleague) -> None:
    await asks(ann, "5")
    id_ = ann.browser.page.form("Take it back").buttons["Take it back"][1]
    elsewhere = await signed_in(here, LEAD, AUDIT)
    page = await elsewhere.open(f"/lead/audits/{AUDIT}/approvals")
    token = (await elsewhere.browser.open("/lead")).values("csrf")[0]
    assert page.status == 200
    answer = await elsewhere.browser.send(
        f"/lead/audits/{AUDIT}/approvals", [("csrf", token), ("agree", id_)]
    )
    assert answer.status == 409
    assert k_of(here) == 8


@pytest.mark.parametrize("typed", ["4", "21", "-5", "0", "eight", "", "5.5", "٥", "9" * 40])
async def test_a_number_that_does_not_protect_is_asked_again(here: Site, ann: Colleague, typed: str) -> None:
    assert "Please choose a number from 5 to 20." in await asks(ann, typed)
    assert k_of(here) == 8


def change(here: Site, k: int, account: bytes = ANN, audit: str = ASH) -> bool:
    return approving.change_k(here.storage, audit, k, account, LEAD, here.clock)


def agrees(here: Site, account: bytes, id_: str) -> None:
    approving.agree(here.storage, ASH, id_, account, DEPUTY, here.clock)


@pytest.mark.parametrize("k", [5, 12])
async def test_once_a_slip_was_issued_k_stays_as_it_is(here: Site, ann: Colleague, k: int) -> None:
    inviting.slips(here.storage, ASH, 3, LEAD, here.clock)
    change(here, 9)
    (code, *_) = inviting.slips(here.storage, ASH, 3, RESPONDENT, here.clock)
    with pytest.raises(KFixedError):
        change(here, k)
    with here.storage.writing() as work:  # the slip is gone, and what was promised is not
        slip = work.slips.find(code)
        assert slip is not None
        work.slips.spend(slip.hash)
    with pytest.raises(KFixedError):
        change(here, k)
    assert "It cannot be changed any more" in (await ann.open(K)).text
    assert "Change it" not in ann.browser.page.buttons()
    assert k_of(here) == 9


async def test_nobody_agrees_any_more_once_a_slip_was_issued(here: Site, ann: Colleague) -> None:
    await asks(ann, "5")
    ben = await signed_in(here, DEPUTY, ASH)
    await ben.open(WAITS)
    inviting.slips(here.storage, ASH, 1, RESPONDENT, here.clock)
    page = await ben.browser.press("I agree")
    assert page.status == 409
    assert "people were invited in the meantime" in page.text
    assert k_of(here) == 8


async def test_with_an_open_link_k_is_fixed_from_the_first_day(here: Site) -> None:
    with pytest.raises(KFixedError):
        change(here, 12, audit=AUDIT)
    assert k_of(here, AUDIT) == 8


async def test_k_out_of_bounds_is_refused_whoever_asks(here: Site) -> None:
    for k in (-1, 0, 4, 21):
        with pytest.raises(UnsafeThresholdError):
            change(here, k)
