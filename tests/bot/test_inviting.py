"""A lead invites people, on the page and in a chat, and ends their parts; on both databases where it is stored."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot import buttons
from bot.channels.memory import CHANNEL, Person
from bot.clock import SetClock
from bot.errors import NowhereError, RoleMissingError, UnknownInvitationError
from bot.messages import Admitted, Appointed, Desk, Invited
from bot.services import appointing, auditing, inviting
from bot.turns import TurnLoop
from reports.plan import Action
from storage.receipts import QUICK
from storage.slips import AUDITOR, DEPUTY, LEAD, OWNER, RESPONDENT
from storage.unit_of_work import Storage
from tests.bot.signing import signed_in
from tests.bot.stories import AUDIT as HOUSE
from tests.bot.stories import an_audit, clock, concern, culture
from tests.bot.website import AUDIT, Page, site
from tests.epochs import epochs_in
from tests.storage.conftest import url

__all__ = ["url"]

PEOPLE = f"/lead/audits/{AUDIT}/people"


def code_on(page: Page) -> str:
    """The code of the invitation that a page shows."""
    found = re.search(r"/sign-in#([0-9A-Z]{28})", page.html)
    assert found is not None, page.text
    return found[1]


async def test_a_lead_invites_people_takes_back_and_ends_parts_on_the_page(tmp_path: Path) -> None:
    async with site(tmp_path, demo=False) as here:
        lead = await signed_in(here, LEAD)
        page = await lead.browser.open(f"/lead/audits/{AUDIT}")
        page = await lead.browser.open(page.links["People: who has which part, and inviting more"])
        assert "The lead (you)" in page.text
        assert "End this part" not in page.text, "the last lead stays"
        page = await lead.browser.press("Make an invitation")
        assert "Choose what they are to be." in page.text
        page = await lead.browser.press("Make an invitation", role=OWNER, name="night team lead")
        assert "within 7 days" in page.text
        assert code_on(page) not in (await lead.browser.open(PEOPLE)).html, "it is shown once"
        assert "Not come yet. The link holds until 11 May 2026." in lead.browser.page.text
        page = await lead.browser.press("New link night team lead")
        renewed = code_on(page)
        owner = here.browser()
        await owner.open("/sign-in")
        assert (await owner.press("Go on", code=renewed)).response.url.path == "/sign-in/confirm"
        page = await lead.browser.press("Make an invitation", role=DEPUTY, name="")
        assert "within 24 hours" in page.text
        assert not page.values("role"), "there is one deputy"
        forged = [(name, value) for name, value in page.form("Make an invitation").fields if name != "name"]
        for role in (DEPUTY, LEAD, "respondent"):
            said = await lead.browser.send(PEOPLE, [*forged, ("role", role), ("do", "invite")])
            assert "Nobody can be invited to this part here." in said.text
        page = await lead.browser.open(PEOPLE)
        page = await lead.browser.press("Take back Invited")
        assert "Invited" not in page.text

        auditor, other, _deputy = [await signed_in(here, each) for each in (AUDITOR, LEAD, DEPUTY)]
        [actor] = [each for each in appointing.appointees(here.storage, AUDIT) if each.id == other.person]
        with here.storage.writing() as work:
            work.actions.keep(
                AUDIT, Action(id="a1" * 16, number=1, title="Check the rota", owner=actor.account.hex())
            )
        page = await lead.open(PEOPLE)
        assert "End this part The deputy" not in page.links
        page = await lead.browser.open(page.links["End this part The auditor"])
        assert "They have no actions that are not done." in page.text
        await lead.browser.press("Yes, end it")
        assert (await auditor.browser.open("/lead")).response.url.path == "/sign-in"
        page = await lead.browser.open(f"{PEOPLE}/{other.person}")
        assert "1 action of theirs is not done." in page.text
        assert "A1 · Check the rota" in page.text
        await other.open(f"{PEOPLE}/{lead.person}")
        await lead.browser.press("Yes, end it")
        here.clock.move(timedelta(seconds=1))
        page = await lead.browser.open(f"{PEOPLE}/{lead.person}")
        assert "An audit needs a lead." in page.text
        with here.storage.reading() as work:
            told = [type(each.what).__name__ for each in work.journal.entries() if each.actor == LEAD]
        assert (told.count("RoleGiven"), told.count("RoleRemoved")) == (2, 3)


async def test_somebody_of_a_partner_agency_answers_their_own_form_by_their_own_link(tmp_path: Path) -> None:
    async with site(tmp_path) as here:
        lead, partner, colleague = here.browser(), here.browser(), here.browser()
        await lead.open(PEOPLE)
        page = await lead.press("Make a link for a partner")
        assert "1 link for partners was not used yet." in page.text
        found = re.search(r"http://localhost/s#(\w{24}__partner-view)", page.html)
        assert found is not None
        code = found[1]
        (staff,) = inviting.slips(here.storage, AUDIT, 1, RESPONDENT)
        for answered in ((code[:24], "staff-culture"), (staff, "partner-view")):
            await colleague.open("/s")
            page = await colleague.press("Continue", code="__".join(answered))
            assert page.status in {404, 422}, "each slip is for its own form"
        assert (await colleague.open(f"/a/{AUDIT}/partner-view")).status == 403

        await partner.open("/s")
        page = await partner.press("Continue", code=code)
        assert "This is not anonymous." in page.text
        await partner.press("Start")
        await partner.press("Continue", answer="yes")
        await partner.press("Continue", answer="community nurse")
        await partner.press("Continue", answer="nursing")
        await partner.press("Continue", answer="role_only")
        page = await partner.press("Continue", answer="We heard of it in March. Nobody had told us before.")
        while "Skip" in page.buttons():
            page = await partner.press("Skip")
        page = await partner.press("Hand in my answers")
        assert "Your answers are in." in page.text
        page = await lead.open(f"/lead/audits/{AUDIT}/interviews")
        assert "Your agency's view · community nurse" in page.text
        await colleague.open("/s")
        assert (await colleague.press("Continue", code=code)).status == 422, "it works once"
        with here.storage.reading() as work:
            said = [each.text for each in work.excerpts.of(AUDIT)]
            last = work.journal.entries()[-1]
        assert " ".join(sorted(said)) == "Nobody had told us before. We heard of it in March."
        assert (last.actor, last.action) == ("partner", "evidence handed in")


@pytest.fixture
def storage(tmp_path: Path, url: str) -> Iterator[Storage]:
    storage = Storage.open(
        tmp_path / "data", tmp_path / "candour.key", url, cost=QUICK, epochs=epochs_in(tmp_path)
    )
    for name in (HOUSE, "elm-house"):
        auditing.open_audit(storage, an_audit(name), [culture(), concern()])
    yield storage
    storage.close()


async def test_a_lead_invites_in_a_chat_and_whoever_comes_stays_who_they_are(storage: Storage) -> None:
    async with TurnLoop(storage, clock()) as turns:
        lee, nia, bo = (Person(turns, name) for name in ("lee", "nia", "bo"))
        with pytest.raises(NowhereError):
            await nia.says("/invite")
        for audit in (HOUSE, "elm-house"):
            await lee.comes(*inviting.slips(storage, audit, 1, LEAD))
        await lee.says("/invite")
        assert lee.last.labels == ["elm-house", HOUSE]
        await lee.taps(HOUSE)
        assert lee.last.labels == ["owner of actions", "board member"]
        assert lee.last.text[1] == (
            "Auditors and a deputy can read what people say. Invite them on the web page: send /signin."
        )
        await lee.taps_on(buttons.to_desk("invite", buttons.short(HOUSE), AUDITOR))
        assert isinstance(lee.outcome, Desk), "not to what reads answers"
        await lee.taps("owner of actions")
        assert isinstance(lee.outcome, Invited)
        first = lee.outcome
        await nia.comes(first.code)
        assert isinstance(nia.outcome, Appointed)
        assert nia.outcome.roles == {OWNER}
        with pytest.raises(UnknownInvitationError):
            await bo.comes(first.code)
        with pytest.raises(RoleMissingError):
            await nia.taps_on(buttons.to_desk("invite", buttons.short(HOUSE), OWNER))

        link = appointing.invite(storage, "elm-house", OWNER, "night team lead", clock())
        (invited,) = [each for each in appointing.appointees(storage, "elm-house") if each.role == OWNER]
        with storage.writing() as work:
            action = Action(id="a1" * 16, number=1, title="Check", owner=invited.account.hex())
            work.actions.keep("elm-house", action)
        await nia.comes(link.code)
        (she,) = [each for each in appointing.appointees(storage, "elm-house") if each.role == OWNER]
        (there,) = [each for each in appointing.appointees(storage, HOUSE) if each.role == OWNER]
        assert (she.account, she.name, she.channel) == (there.account, "night team lead", CHANNEL)
        with storage.reading() as work:
            assert work.actions.owned(she.account)[0][1].owner == she.account.hex()
            assert work.access.name(invited.account) == "", "one person has one account"

        later = await _link_to_sign_in(nia)
        with pytest.raises(UnknownInvitationError):
            await bo.comes(later)  # the link of who has come opens no other chat
        late = appointing.invite(storage, HOUSE, AUDITOR, "", clock())
        storage_clock = SetClock(clock().now() + timedelta(seconds=late.lasts))
    async with TurnLoop(storage, storage_clock) as turns:
        with pytest.raises(UnknownInvitationError):
            await Person(turns, "bo").comes(late.code)


async def _link_to_sign_in(person: Person) -> str:
    await person.says("/signin")
    assert isinstance(person.outcome, Admitted)
    return person.outcome.code
