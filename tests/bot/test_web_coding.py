"""Auditors tie words to themes on the web: one press for each excerpt, and what may go wrong around it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import worktable
from bot.services import auditing, coding, theming
from reports import codebook
from reports.coding import Coded, Decision, Direction
from storage.coding import Coding, Excerpt
from storage.journal import CodebookRevised, Exported
from storage.slips import AUDITOR, LEAD
from tests.bot import coded
from tests.bot.coded import SAID
from tests.bot.signing import Colleague, signed_in
from tests.bot.website import AUDIT, PASSPHRASE, Page, Site, site

CODING = f"/lead/audits/{AUDIT}/coding"
NOTHING = "Nothing fits"


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Site]:
    """A closed audit in which eight people wrote something that is still locked."""
    async with site(tmp_path, demo=False) as running:
        coded.write(running.storage)
        auditing.close_audit(running.storage, AUDIT, running.clock)
        yield running


@pytest.fixture
async def auditor(here: Site) -> AsyncIterator[Colleague]:
    """Somebody at their first excerpt, after the lead has unlocked what people wrote."""
    lead = await signed_in(here, LEAD)
    await unlock(lead)
    await lead.browser.client.aclose()
    colleague = await signed_in(here, AUDITOR, name="Anna")
    await colleague.open(CODING)
    yield colleague
    await colleague.browser.client.aclose()


async def unlock(lead: Colleague, passphrase: str = PASSPHRASE) -> Page:
    await lead.open(f"{CODING}/unlock")
    return await lead.browser.press("Unlock", passphrase=passphrase)


def excerpts(here: Site) -> dict[bytes, Excerpt]:
    with here.storage.reading() as work:
        return {each.id: each for each in work.excerpts.of(AUDIT)}


def codings(here: Site) -> tuple[Coding, ...]:
    with here.storage.reading() as work:
        return work.codings.of(AUDIT)


async def test_only_the_lead_unlocks_and_only_with_the_passphrase(here: Site) -> None:
    lead = await signed_in(here, LEAD)
    assert "still locked" in (await lead.open(CODING)).text
    refused = await unlock(lead, "not the right one at all")
    assert refused.status == 422
    assert "That is not the passphrase of this audit." in refused.text
    assert not excerpts(here)
    page = await unlock(lead)
    assert "0 % looked at" in page.text
    assert any(each.text in page.text for each in excerpts(here).values())
    assert "nothing to unlock" in (await lead.open(f"{CODING}/unlock")).text
    await lead.browser.client.aclose()


async def test_one_press_codes_an_excerpt_and_shows_the_next(here: Site, auditor: Colleague) -> None:
    browser, total = auditor.browser, len(excerpts(here))
    for number in range(1, total + 1):
        assert f"{100 * (number - 1) // total // 5 * 5} % looked at" in browser.page.text
        await browser.press("Use this theme", chosen="CAP", direction="weakness")
    assert "Everything is coded." in browser.page.text
    weak = (Coded("CAP", Direction.WEAKNESS),)
    assert {each.excerpt: each.decision.codes for each in codings(here)} == dict.fromkeys(
        excerpts(here), weak
    )


async def test_a_wrong_direction_is_a_second_press_and_undo_brings_the_excerpt_back(
    here: Site, auditor: Colleague
) -> None:
    browser = auditor.browser
    await browser.press("Use this theme", chosen="CAP", direction="weakness")
    await browser.press("a strength")
    (coding,) = codings(here)
    assert coding.decision.codes == (Coded("CAP", Direction.STRENGTH),)
    assert "5 % looked at" in browser.page.text, "the next one stays before them"
    await browser.press("Undo")
    assert not codings(here), "the direction was turned in the same decision"
    await browser.press("Use this theme", chosen="COM", direction="mixed", memo="Both at once.")
    await browser.open(browser.page.links["Add a theme or a note"])
    assert "Both at once." in browser.page.html
    await browser.press("Use this theme", chosen="SUP", direction="weakness", memo="Both at once.")
    (coding,) = codings(here)
    assert [each.code for each in coding.decision.codes] == ["COM", "SUP"]
    assert coding.decision.memo == "Both at once."
    await auditor.open(f"{CODING}?excerpt={coding.excerpt.hex()}")
    assert "What you press now takes its place." in browser.page.text
    await browser.press("Use this theme", chosen="TRN", direction="weakness")
    assert [each.decision.codes for each in codings(here)] == [(Coded("TRN", Direction.WEAKNESS),)]
    await auditor.open(f"{CODING}?excerpt={coding.excerpt.hex()}")
    await browser.press("Undo")
    assert [each.code for each in codings(here)[0].decision.codes] == ["COM", "SUP"]


async def test_nothing_fits_is_a_decision_too(here: Site, auditor: Colleague) -> None:
    await auditor.browser.press(NOTHING, memo="About the garden.")
    (coding,) = codings(here)
    assert (coding.decision.codes, coding.decision.memo) == ((), "About the garden.")
    assert NOTHING in auditor.browser.page.text


async def test_an_excerpt_is_split_at_the_word_that_is_pressed(here: Site, auditor: Colleague) -> None:
    whole = next(each for each in excerpts(here).values() if each.text.startswith("Handover"))
    await auditor.open(f"{CODING}?excerpt={whole.id.hex()}")
    page = await auditor.browser.press("so", at="9" * 5000)
    assert "That one stays whole" in page.text
    await auditor.browser.press("so")
    assert {each.text for each in excerpts(here).values()} >= {"Handover is rushed,", "so things get lost."}
    assert "Handover is rushed," in auditor.browser.page.text


async def test_what_was_taken_back_meanwhile_is_said_and_nothing_is_kept(
    here: Site, auditor: Colleague
) -> None:
    shown = auditor.browser.page
    with here.storage.writing() as work:
        for who in range(len(SAID)):
            work.answers.withdraw(AUDIT, coded.tags(who), work.casework.keys_of(AUDIT), work.forms.get)
    page = await auditor.browser.press(NOTHING, shown)
    assert "not there any more" in page.text
    assert not codings(here)


async def test_a_code_that_is_none_is_not_taken(here: Site, auditor: Colleague) -> None:
    page = await auditor.browser.press("Use this theme", chosen="", direction="weakness")
    assert "Pick one from the list." in page.text
    assert not codings(here)


async def test_a_second_auditor_looks_blind_and_sees_neither_suggestion_nor_decision(
    here: Site, auditor: Colleague
) -> None:
    ben = await signed_in(here, AUDITOR, name="Ben")
    second = f"{CODING}/second"
    assert "nothing left for a second look" in (await ben.open(second)).text
    total = len(excerpts(here))
    for coded_by_anna in range(total):
        if coded_by_anna == total - 1:
            await ben.open(second)
            (own,) = excerpts(here).keys() - {each.excerpt for each in codings(here)}
            page = await ben.browser.press("Use this theme", excerpt=own.hex(), chosen="COM")
            assert "not for a second look" in page.text, "nobody else has coded it: it is coded openly"
        await auditor.browser.press("Use this theme", chosen="CAP", direction="weakness", memo="Anna's note")
    page = await ben.open(second)
    assert "0 % looked at" in page.text, "all of them: there are fewer than thirty"
    assert "Staffing and skill mix: a weakness" not in page.text
    assert "Anna's note" not in page.html
    assert "Staffing and skill mix" not in page.buttons()
    await ben.browser.press("Use this theme", chosen="COM", direction="weakness")
    assert f"{100 // total // 5 * 5} % looked at" in ben.browser.page.text
    blind = [each.decision for each in codings(here) if each.decision.blind]
    version = codebook.shipped().version
    assert blind == [Decision((Coded("COM", Direction.WEAKNESS),), codebook=version, blind=True)]
    assert "nothing left for a second look" in (await auditor.open(second)).text
    await ben.browser.client.aclose()


def settled(here: Site) -> list[tuple[Coded, ...]]:
    return [each.decision.codes for each in codings(here) if each.coder == worktable.SETTLED]


async def test_disagreements_stand_side_by_side_and_what_is_settled_counts(
    here: Site, auditor: Colleague
) -> None:
    ben = await signed_in(here, AUDITOR, name="Ben")
    total = len(excerpts(here))
    for number in range(total):
        await auditor.browser.press("Use this theme", chosen="CAP" if number else "SUP", direction="weakness")
    await ben.open(f"{CODING}/second")
    for _ in range(total):
        await ben.browser.press("Use this theme", chosen="CAP", direction="weakness")
    page = await ben.open(f"{CODING}/agreement")
    assert f"{total} excerpts were coded twice." in page.text
    assert "Anna Supervision: a weakness" in page.text
    assert "Ben Staffing and skill mix: a weakness" in page.text
    page = await ben.browser.press("Ben Staffing and skill mix: a weakness")
    assert "Settled: Staffing and skill mix: a weakness" in page.text
    theming.publish(here.storage, AUDIT, here.clock)
    found = theming.found(here.storage, AUDIT)
    (pool,) = next(each for each in found.results.themes if each.theme == "SUP").unnamed
    assert pool.spoke is None
    assert settled(here) == [(Coded("CAP", Direction.WEAKNESS),)]
    page = await ben.browser.press("Undo")
    assert not settled(here)
    (dispute,) = coding.agreement(here.storage, AUDIT).disputes
    await auditor.open(f"{CODING}?excerpt={dispute.excerpt.id.hex()}")
    await auditor.browser.press("Use this theme", chosen="COM", direction="weakness")
    page = await ben.browser.press("Ben Staffing and skill mix: a weakness", page)
    assert "It has changed since you saw it" in page.text
    assert not settled(here)
    await ben.browser.press("Anna Communication: a weakness")
    assert settled(here) == [(Coded("COM", Direction.WEAKNESS),)]
    await auditor.open(f"{CODING}?excerpt={dispute.excerpt.id.hex()}")
    await auditor.browser.press("Undo")
    assert not settled(here), "a coder has decided about it again"
    await ben.browser.client.aclose()


async def test_themes_and_files_show_no_anonymous_words(here: Site, auditor: Colleague) -> None:
    for _ in range(len(excerpts(here))):
        await auditor.browser.press("Use this theme", chosen="CAP", direction="weakness")
    page = await auditor.open(f"/lead/audits/{AUDIT}/themes")
    assert "shown here once the lead publishes it." in page.text
    assert "write about it" not in page.text
    lead = await signed_in(here, LEAD)
    page = await lead.open(f"/lead/audits/{AUDIT}/themes")
    assert "shown here once you publish it." in page.text
    await lead.open(page.links["Publish what people wrote"])
    page = await lead.browser.press("Yes, publish it")
    assert "nearly all or all write about it" in page.text
    again = await lead.open(f"/lead/audits/{AUDIT}/themes/publish")
    assert "Yes, publish it" not in again.buttons(), "it is done once"
    await lead.browser.client.aclose()
    page = await auditor.open(f"/lead/audits/{AUDIT}/themes")
    assert "nearly all or all write about it; nearly all or all as a weakness" in page.text
    assert "No interview or record" in (await auditor.open(f"/lead/audits/{AUDIT}/themes/matrix")).text
    for name in theming.Format:
        await auditor.open(f"/lead/audits/{AUDIT}/export/{name}")
        response = auditor.browser.page.response
        assert response.status_code == 200
        assert "attachment" in response.headers["content-disposition"]
        assert not any(each.text.encode() in response.content for each in excerpts(here).values())
    assert (await auditor.open(f"/lead/audits/{AUDIT}/export/docx")).status == 404
    with here.storage.reading() as work:
        formats = [each.what for each in work.journal.entries() if isinstance(each.what, Exported)]
    assert [each.format for each in formats] == list(theming.Format)


async def test_what_fits_nothing_is_put_together_and_the_codebook_revised_with_a_reason(
    here: Site, auditor: Colleague
) -> None:
    for _ in range(len(excerpts(here))):
        await auditor.browser.press(NOTHING)
    page = await auditor.open(f"{CODING}/codebook")
    assert "Read these together." in page.text
    assert "Please write nobody’s words into a name, a meaning or a reason." in page.text
    assert "I like the garden." in page.links
    refused = await auditor.browser.press(
        "Add a code", code="SUP.venue", name="Where it happens", definition="x"
    )
    assert refused.status == 422
    assert "Say why" in refused.text
    page = await auditor.browser.press(
        "Add a code",
        code="SUP.venue",
        name="Where it happens",
        definition="The room in which supervision takes place.",
        words="garden, quiet room",
        reason="Several spoke of it.",
    )
    assert page.status == 200
    assert "Add a code: SUP.venue" in page.text
    page = await auditor.open(page.links["I like the garden."])
    assert "Where it happens: a weakness" in " ".join(page.buttons())
    await auditor.browser.press(next(each for each in page.buttons() if each.startswith("Where it happens")))
    assert any(each.code == "SUP.venue" for coding in codings(here) for each in coding.decision.codes)
    await auditor.open(f"{CODING}/codebook")
    await auditor.browser.press("Retire a code", old="SUP.venue", reason="It was a mistake.")
    assert "They were tied to a code that was divided or retired." in auditor.browser.page.text
    with here.storage.reading() as work:
        kinds = [each.what for each in work.journal.entries() if isinstance(each.what, CodebookRevised)]
    assert [each.change for each in kinds] == ["add", "retire"]
