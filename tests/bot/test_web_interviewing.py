"""Auditors' interviews in the browser: begun, left, gone on with in a chat, handed over, handed in, downloaded."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.messages import ACCOUNT, Address, Incoming
from bot.services import access, appointing, auditing, interviewing
from dialogues.moves import Answer
from storage.slips import AUDITOR, DEPUTY, LEAD
from tests.bot import asking
from tests.bot.asking import PHOTO, account_of
from tests.bot.signing import Colleague, signed_in
from tests.bot.test_web_upload import Uploader
from tests.bot.website import AUDIT, Browser, Page, Site, site

ROOM = f"/lead/audits/{AUDIT}/interviews"
BEGIN = "Talk with staff"
LAST_TIME = "Tell me about the last time somebody was worried."


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path, demo=False) as running:
        asking.offer(running)
        yield running


@pytest.fixture
async def ann(here: Site) -> Colleague:
    """An auditor who has signed in."""
    return await signed_in(here, AUDITOR, name="Ann Example")


@pytest.fixture
async def ben(here: Site) -> Colleague:
    """The lead, who has signed in too."""
    return await signed_in(here, LEAD, name="Ben Example")


async def begin(colleague: Colleague, form: str = BEGIN) -> Page:
    await colleague.browser.open(ROOM)
    return await colleague.browser.press(form)


def place(page: Page) -> str:
    """Where a page is."""
    return str(page.response.url.path)


def asked(page: Page) -> str:
    """The name of the question that waits."""
    return page.values("question")[0]


async def choose(browser: Browser, file: bytes, button: str = "Continue") -> Page:
    uploader = Uploader(browser.client)
    uploader.page = browser.page
    browser.page = await uploader.choose(file, button)
    return browser.page


async def test_an_interview_from_its_first_question_to_its_transcript(here: Site, ann: Colleague) -> None:
    browser = ann.browser
    page = await begin(ann)
    where = place(page)
    assert "You hold this." in page.text
    await browser.press("Continue", answer="A night nurse")
    page = await browser.press("Continue", answer="neglect")
    assert LAST_TIME in page.text
    assert "For you who ask Give them time. You could ask: Who was told, and what happened then?" in page.text
    told = "I rang the lead at once.\nNobody came before the morning."
    page = await browser.press("Continue", answer=told)
    assert page.values("control") == ["file"]
    page = await choose(browser, PHOTO)
    page = await browser.press("Early signs 2 of 2")
    assert asked(page) == "told", "to be changed, as nothing of it waits"
    assert told in page.values("answer")
    page = await browser.press("The nights 0 of 1")
    assert asked(page) == "rota"

    page = await browser.press("Pause", answer="One nurse for thirty people.")
    assert place(page) == ROOM
    here.clock.move(timedelta(days=5))
    for epoch in tuple(here.storage.epochs.safe.held()):
        here.storage.epochs.safe.destroy(epoch)
    assert place(await browser.open(where)) == "/sign-in", "nobody stays signed in for days"
    ann.browser = browser = (await again(here, ann)).browser
    page = await browser.open(ROOM)
    assert "Talk with staff · A night nurse Begun on 4 May 2026. 5 of 5 answered." in page.text
    page = await browser.press("Go on Talk with staff · A night nurse")
    assert place(page) == where
    assert "One nurse for thirty people." in page.text, "what was typed when they paused"
    page = await browser.press("Hand in my answers")
    assert place(page) == f"{where}/transcript"
    for said in (
        "kept as evidence",
        "A night nurse",
        "Ann Example",
        "4 May 2026",
        "9 May 2026",
        "Early signs",
        *told.splitlines(),
    ):
        assert said in page.text

    photo = next(href for label, href in page.links.items() if label.startswith("rowan-evidence-"))
    file = await browser.client.get(photo)
    assert file.content == asking.prepared()
    assert file.headers["content-type"] == "image/jpeg"
    assert file.headers["content-disposition"].startswith("attachment")
    assert (file.headers["x-content-type-options"], file.headers["cache-control"]) == ("nosniff", "no-store")
    here.clock.move(timedelta(seconds=access.FRESH + 1))
    text = await ann.open(f"{where}/transcript/download")
    assert text.response.headers["content-type"].startswith("text/markdown")
    assert "> Nobody came before the morning." in text.html.splitlines()
    with here.storage.reading() as work:
        assert [entry.action for entry in work.journal.entries()].count("exported") == 1
    assert place(await browser.open(where)) == f"{where}/transcript", "it cannot be changed any more"
    assert "Handed in on 9 May 2026" in (await browser.open(ROOM)).text


async def again(here: Site, colleague: Colleague) -> Colleague:
    """The same person in another browser, signed in with the app that they have."""
    link = appointing.link(here.storage, AUDIT, colleague.person, clock=here.clock)
    new = Colleague(colleague.person, here.browser(), here.clock, colleague.secret)
    await new.browser.open("/sign-in")
    await new.browser.press("Go on", code=link.code)
    await new.confirm()
    return new


async def test_the_rest_is_left_out_and_what_was_being_typed_is_kept(ann: Colleague) -> None:
    await begin(ann)
    page = await ann.browser.press("Leave the rest out", answer="A night nurse")
    assert "You have come to the end." in page.text
    assert "Leave the rest out" not in page.buttons()
    page = await ann.browser.press("Hand in my answers")
    assert "A night nurse" in page.text


async def test_what_was_begun_here_goes_on_in_a_chat_and_the_page_that_is_old_says_so(
    here: Site, ann: Colleague
) -> None:
    browser = ann.browser
    await begin(ann)
    await browser.press("Continue", answer="A night nurse")
    old = await browser.press("Continue", answer="neglect")
    account = account_of(here, AUDIT, ann.person)
    [case] = interviewing.cases(here.storage, AUDIT)
    chat = Incoming(
        Address(ACCOUNT, account.hex()), AUDIT, case.form, "7", Answer("Said in the chat."), case.id
    )
    await here.turns.play(chat)
    page = await browser.press("Continue", old, answer="Said on the page.")
    assert page.status == 409
    assert "belonged to an earlier question" in page.text
    assert (
        "What you just wrote was not kept. Here it is, so that you can copy it: Said on the page."
        in page.text
    )
    assert asked(page) == "photo"
    page = await browser.press("Pause", old, answer="Said on the page, too.")
    assert "copy it: Said on the page, too." in page.text, "it does not pause before that is said"
    page = await browser.press("Read it all")
    assert "Said in the chat." in page.text
    assert "Said on the page" not in page.text


async def test_whatever_leads_away_keeps_what_was_typed(ann: Colleague) -> None:
    browser = ann.browser
    await begin(ann)
    where = place(await browser.press("Continue", answer="A cook"))
    await browser.press("Skip")
    page = await browser.press("Back", answer="Nobody asked.")
    assert asked(page) == "harms", "back from the question that it was typed for"
    page = await browser.press("Early signs 1 of 2")
    assert asked(page) == "photo"
    await browser.press("The nights 0 of 1")
    page = await browser.press("Add an observation", answer="Two on nights.")
    assert place(page) != where
    await browser.press("Continue", answer="The rota has gaps.")
    page = await browser.press("All interviews", answer="LEAD")
    assert place(page) == ROOM
    await browser.press("Go on An observation")
    page = await browser.press("Back to the interview")
    assert place(page) == where
    page = await browser.press("Read it all")
    for said in ("Nobody asked.", "Two on nights.", "Noted during it: An observation", "The rota has gaps."):
        assert said in page.text
    page = await browser.open(ROOM)
    assert "Noted during: Talk with staff · A cook" in page.text


async def test_a_button_that_is_pressed_twice_begins_one_interview(here: Site, ann: Colleague) -> None:
    assert place(await begin(ann)) == place(await begin(ann))
    assert len(interviewing.cases(here.storage, AUDIT)) == 1


async def test_stopping_is_asked_twice_and_erases_it(here: Site, ann: Colleague) -> None:
    await begin(ann)
    await ann.browser.press("Continue", answer="A cook")
    page = await ann.browser.press("Stop")
    assert "Do you want to stop?" in page.text
    page = await ann.browser.press("Yes, erase my answers")
    assert "has been erased" in page.text
    assert interviewing.cases(here.storage, AUDIT) == ()


async def test_it_is_handed_over_and_its_first_holder_only_reads_it(
    here: Site, ann: Colleague, ben: Colleague
) -> None:
    browser = ann.browser
    where = place(await begin(ann))
    old = await browser.press("Continue", answer="A cook")
    page = await browser.press("Hand over")
    assert page.status == 422
    to = account_of(here, AUDIT, ben.person).hex()
    page = await browser.press("Hand over", old, to=to)
    assert "Hand this over to Ben Example, safeguarding lead?" in page.text
    page = await browser.press("Yes, hand it over")
    assert "This is with Ben Example, safeguarding lead now" in page.text
    page = await browser.press("Continue", old, answer="neglect")
    assert page.status == 409
    page = await browser.open(where)
    assert place(page) == f"{where}/transcript"
    assert "Ben Example holds this and goes on with it." in page.text
    assert "Hand over" not in page.buttons()
    assert "With Ben Example." in (await browser.open(ROOM)).text
    assert asked(await ben.browser.open(where)) == "harms"


async def test_a_lead_passes_on_what_somebody_left_behind(here: Site, ann: Colleague, ben: Colleague) -> None:
    where = place(await begin(ann))
    old = await ann.browser.press("Continue", answer="A cook")
    appointing.remove(here.storage, AUDIT, ann.person, here.clock)
    page = await ann.browser.press("Continue", old, answer="neglect")
    assert place(page) == "/sign-in"
    assert interviewing.cases(here.storage, AUDIT)[0].answered == 1
    page = await ben.browser.open(where)
    assert page.values("answer") == []
    await ben.browser.press("Hand over", to=account_of(here, AUDIT, ben.person).hex())
    await ben.browser.press("Yes, hand it over")
    assert asked(await ben.browser.open(where)) == "harms"


async def test_a_case_is_found_in_its_own_audit_and_a_file_in_its_own_case(
    here: Site, ann: Colleague
) -> None:
    case, file = await asking.with_a_photo(here)
    other, photo = await asking.with_a_photo(here)
    page = await ann.browser.open(f"{ROOM}/{case}")
    assert "Cat Example holds this" in page.text
    assert (await ann.browser.client.get(f"{ROOM}/{case}/files/{file}")).status_code == 200
    for wrong in (f"{case}/files/{photo}", f"{other}/files/{file}", f"{case}/files/zz", f"{case}/files/00"):
        assert (await ann.browser.client.get(f"{ROOM}/{wrong}")).status_code == 404
    for wrong in ("00", "zz", file):
        for part in ("", "/transcript", "/transcript/download"):
            assert (await ann.browser.open(f"{ROOM}/{wrong}{part}")).status == 404, (wrong, part)
        page = await ann.browser.open(ROOM)
        assert (
            await ann.browser.send(f"{ROOM}/{wrong}", [*page.forms[-1].fields, ("move", "go")])
        ).status == 404
    elm = asking.another_audit(here)
    cat = await signed_in(here, LEAD, elm)
    for part in ("", "/transcript", f"/files/{file}"):
        response = await cat.browser.client.get(f"/lead/audits/{elm}/interviews/{case}{part}")
        assert response.status_code == 404, "a case of another audit"


async def test_nothing_is_done_for_a_page_that_is_not_ours(
    here: Site, ann: Colleague, ben: Colleague
) -> None:
    where = place(await begin(ann))
    for colleague, address in ((ann, ROOM), (ann, where), (ben, where)):
        fields = [
            ("csrf", "no"),
            ("move", "answer"),
            ("form", "observation"),
            ("answer", "x"),
            ("control", "words"),
        ]
        assert (await colleague.browser.send(address, fields)).status == 403
    [case] = interviewing.cases(here.storage, AUDIT)
    assert case.answered == 0
    page = await ann.browser.open(where)
    stolen = [(name, value) for name, value in page.forms[-1].fields if name != "answer"]
    assert (await ben.browser.send(where, [*stolen, ("answer", "x"), ("move", "answer")])).status == 403


async def test_when_the_audit_is_closed_auditors_begin_go_on_and_hand_in_as_before(
    here: Site, ann: Colleague
) -> None:
    where = place(await begin(ann))
    old = await ann.browser.press("Continue", answer="A cook")
    auditing.close_audit(here.storage, AUDIT, here.clock)
    page = await ann.browser.press("Continue", old, answer="neglect")
    assert (page.status, LAST_TIME in page.text) == (200, True)
    await ann.browser.press("Pause")
    page = await ann.browser.open(ROOM)
    await ann.browser.press("Go on Talk with staff · A cook")
    await ann.browser.press("Add an observation")
    await ann.browser.press("Leave the rest out", answer="The rota has gaps.")
    page = await ann.browser.press("Hand in my answers")
    assert "kept as evidence" in page.text
    await ann.browser.open(where)
    await ann.browser.press("Leave the rest out")
    page = await ann.browser.press("Hand in my answers")
    assert "kept as evidence" in page.text
    assert "The rota has gaps." in page.text
    assert asked(await begin(ann)) == "participant"


async def test_a_lead_who_describes_an_audit_reads_what_comes_next(ann: Colleague, ben: Colleague) -> None:
    assert "A new audit" not in (await ann.browser.open(ROOM)).buttons()
    address = place(await begin(ben, "A new audit"))
    page = await ben.browser.press("Continue", answer="elm")
    assert (await ann.browser.open(address)).status == 403
    assert address not in (await ann.browser.open(ROOM)).response.text
    assert address in (await ben.browser.open(ROOM)).response.text
    page = await ben.browser.open(address)
    while "Hand in my answers" not in page.buttons():
        page = await ben.browser.press("Skip")
    page = await ben.browser.press("Hand in my answers")
    assert "The audit “elm” is open" in page.text
    assert page.links["Choose the passphrase"] == "/lead/audits/elm/passphrase"
    assert (await ben.open("/lead/audits/elm/passphrase")).status == 200


async def test_in_the_example_whoever_comes_asks_as_its_made_up_lead_and_elsewhere_nobody_does(
    tmp_path: Path,
) -> None:
    for demo in (True, False):
        async with site(tmp_path / str(demo), demo=demo) as running:
            asking.offer(running)
            appointing.appoint(running.storage, AUDIT, LEAD, "Somebody else")
            appointing.appoint(running.storage, AUDIT, LEAD, access.EXAMPLE_LEAD)
            browser = running.browser()
            page = await browser.open(ROOM)
            if not demo:
                assert place(page) == "/sign-in"
                continue
            await browser.press(BEGIN)
            await browser.press("Leave the rest out", answer="A night nurse")
            assert "kept as evidence" in (await browser.press("Hand in my answers")).text
            (case,) = interviewing.cases(running.storage, AUDIT)
            assert case.holder_name == "Example lead"


async def test_what_is_missing_is_said_for_each_area(ann: Colleague) -> None:
    page = await ann.browser.open(ROOM)
    assert page.text.count("Nobody has been asked about this yet.") == 6
    await begin(ann, "An observation")
    await ann.browser.press("Continue", answer="The notes of supervision are empty.")
    await ann.browser.press("Skip")
    await ann.browser.press("Continue", answer="LEAD")
    await ann.browser.press("Continue", answer="weakness")
    await ann.browser.press("Hand in my answers")
    page = await ann.browser.open(ROOM)
    assert page.text.count("Nobody has been asked about this yet.") == 4
    assert page.text.count("One kind of source only.") == 2


async def test_pages_for_staff_never_show_a_form_of_auditors(here: Site, ann: Colleague) -> None:
    staff = here.browser()
    for name in ("guided-interview", "observation", "new-audit"):
        assert (await staff.open(f"/a/{AUDIT}/{name}")).status == 404
        assert (await ann.browser.open(f"/a/{AUDIT}/{name}")).status == 404
    assert "Interviews" not in (await (await signed_in(here, DEPUTY)).browser.open("/lead")).text
    assert (await ann.browser.open("/lead")).links["Interviews"] == ROOM
