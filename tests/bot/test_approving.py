"""What two people must want: one asks, somebody else agrees, and only then it is done."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot import listing, quoting
from bot.services import access, appointing, approving, auditing, coding, inviting, reporting
from bot.services import quoting as asking
from bot.services.approving import KFixedError, NotWaitingError
from bot.services.reporting import Format
from dialogues import library
from dialogues.responses import Response
from reports.audit import AuditReport
from reports.audit.views import View
from reports.findings import Finding, refusals
from reports.measures import Better, Measure, Month, Point
from storage.answers import Submission
from storage.casework import Audit, Entry
from storage.errors import UnsafeThresholdError
from storage.journal import ApprovalAsked, ApprovalRefused, QuoteAgreed, ThresholdChanged
from storage.plan import Followed, Publication
from storage.slips import AUDITOR, DEPUTY, LEAD, RESPONDENT
from tests.bot.asking import account_of
from tests.bot.signing import Colleague, signed_in
from tests.bot.stories import RELEASE
from tests.bot.website import AUDIT, NOW, PASSPHRASE, Site, site

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
    kinds = ApprovalAsked | ApprovalRefused | ThresholdChanged | QuoteAgreed
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


# Quotes

QUOTES = f"/lead/audits/{ASH}/quotes"
WROTE = "My manager Anna Novak never rang back. We need a third person at night, always."
KEPT = "[…] We need a third person at night"
SAYS: dict[str, Response] = {
    "yes": {"one_thing_quote": "yes"},
    "no": {"one_thing_quote": "no"},
    "skipped": {},
}


def written(here: Site) -> bytes:
    """Nine people wrote, one of whom lets it be quoted; it is closed and unlocked. Returns that one's tags."""
    form = library.shipped("staff-culture")
    with here.storage.writing() as work:
        work.casework.set_release_key(ASH, RELEASE)
        public = work.casework.keys_of(ASH).public
        for who, may in enumerate(["yes", *["no", "skipped"] * 4]):
            said: Response = {
                "role_group": "care",
                "one_thing": WROTE if may == "yes" else f"CANARY {may} {who}",
            }
            said |= SAYS[may]
            work.answers.submit([Submission(ASH, form.digest, public, said, bytes([who]) * 32)])
    auditing.close_audit(here.storage, ASH, here.clock)
    coding.unlock(here.storage, ASH, PASSPHRASE, here.clock)
    return bytes(32)


async def test_words_are_quoted_when_their_writer_and_two_people_want_it_and_not_before(
    here: Site, ann: Colleague, tmp_path: Path
) -> None:
    tags = written(here)
    with here.storage.reading() as work:
        counted = work.answers.tally(ASH, library.shipped("staff-culture")).counts
    assert set(counted) == {"role_group"}, "whether somebody consents is never counted"
    page = await ann.open(QUOTES)
    assert WROTE in page.text
    assert "CANARY" not in page.text, "who said no, or nothing, is not quoted"
    await ann.browser.open(page.links["Choose words of this"])
    for words, why in (
        ("Anna Novak never rang back.", "This may show who somebody is: “Anna Novak”."),
        ("We need a fourth person at night.", "These are not the words that were written."),
        ("We need a third person always.", "Put what you change or leave out in […]."),
        ("[…]", "These are not the words that were written."),
        ("  ", "Please leave some of the words."),
    ):
        refused = await ann.browser.press("Ask a second person", words=words)
        assert (refused.status, why in refused.text) == (422, True), (words, refused.text)
    page = await ann.browser.press("Ask a second person", words=KEPT)
    assert KEPT in page.text
    assert "I agree" not in page.buttons()
    token, id_ = page.values("csrf")[0], page.form("Take it back").buttons["Take it back"][1]
    assert (await ann.browser.send(WAITS, [("csrf", token), ("agree", id_)])).status == 409
    with here.storage.reading() as work:
        assert quoting.agreed(work, ASH) == {}
    for file in (tmp_path / "data").iterdir():
        assert b"third person" not in file.read_bytes(), "what waits is locked, too"
    ben = await signed_in(here, AUDITOR, ASH)
    page = await ben.open(WAITS)
    assert KEPT in page.text
    assert "What is one thing that would make people safer here?" in page.text
    assert "always" not in page.text
    assert "manager" not in page.text, "the second person sees what would be read, and nothing else"
    await ben.browser.press("I agree")
    with here.storage.reading() as work:
        (reference,) = quoting.agreed(work, ASH)
        labels = listing.evidence(work, ASH)
        assert "Anna" not in repr(work.journal.entries())
    assert labels[reference].endswith(
        " · written without a name, on “What is one thing that would make people safer here?”"
    ), "which a chat may show: it has no word of theirs"
    page = await ben.open(QUOTES)
    assert (KEPT in page.text, "always" in page.text) == (True, False), "auditors see what was agreed to"
    assert [what for _, what in told(here)] == [ApprovalAsked("quote"), QuoteAgreed()]
    finding = Finding(id="01" * 16, number=1, title="Nights", themes=("CAP",), condition="Nights are short.")
    only = replace(finding, supporting=(reference,), consequence="People wait.", searched=True)
    refusal = next(each for each in refusals(only, [reference]) if each.question == "supporting")
    assert "choose something beside it" in refusal.message
    with here.storage.writing() as work:
        work.measures.keep(
            Followed(id="0a" * 16, audit=ASH, measure=Measure("Falls", Better.LOWER), points=POINTS)
        )
        work.findings.keep(ASH, replace(only, supporting=(f"measure.{'0a' * 16}", reference)))
    assert quoted_in(here) == {View.FULL, View.BOARD, View.COMMISSIONER, View.CQC}
    await ann.open(QUOTES)
    staff = reporting.publish(here.storage, ASH, View.STAFF, here.clock)
    with here.storage.reading() as work:
        assert [each.standing for each in work.quotes.of(ASH)] == ["agreed"], "staff are shown nobody's words"
    assert isinstance(staff, Publication)
    assert b"third person" not in staff.content
    published = reporting.publish(here.storage, ASH, View.BOARD, here.clock)
    with here.storage.writing() as work:
        assert work.answers.withdraw(ASH, tags, work.casework.keys_of(ASH), work.forms.get)
    assert reporting.publish(here.storage, ASH, View.BOARD, here.clock) == published, (
        "a report keeps what it has"
    )
    assert quoted_in(here)
    page = await ann.open(QUOTES)
    assert ("It is in a published report." in page.text, "always" in page.text) == (True, False)


POINTS = tuple(Point(Month(2026, month), month) for month in range(1, 5))


def quoted_in(here: Site) -> set[View]:
    """The views of the report that have the words."""
    made = reporting.found(here.storage, ASH, here.clock)
    assert isinstance(made, AuditReport), made
    found = {view: reporting.written(made, view, Format.JSON).decode() for view in View}
    assert not any("CANARY" in each or "Anna" in each for each in found.values())
    return {view for view, each in found.items() if KEPT in each}


async def test_words_that_wait_go_with_the_answer_and_with_whoever_asked(here: Site, ann: Colleague) -> None:
    tags = written(here)
    ben = await signed_in(here, LEAD, ASH)
    (answer,) = asking.answers(here.storage, ASH)
    for account in (ANN, account_of(here, ASH, ben.person)):
        refused = asking.ask(
            here.storage, ASH, answer.id, "We need a third person", account, LEAD, here.clock
        )
        assert refused is None
    with here.storage.reading() as work:
        assert len(work.quotes.of(ASH)) == 2
    appointing.remove(here.storage, ASH, ben.person, here.clock)
    page = await ann.open(WAITS)
    assert page.text.count("We need a third person") == 1
    with here.storage.writing() as work:
        assert work.answers.withdraw(ASH, tags, work.casework.keys_of(ASH), work.forms.get)
        assert work.quotes.of(ASH) == ()
    answer_page = await ann.browser.press("I agree", page)
    assert answer_page.status == 409
    assert "Nothing is waiting." in (await ann.open(WAITS)).text
