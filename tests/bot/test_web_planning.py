"""Findings and the plan in the browser: a finding from its first question on, an action given, done and seen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.messages import ACCOUNT, Address, Incoming, Said
from bot.services import auditing, interviewing, planning
from dialogues import library
from dialogues.form import Kind
from dialogues.moves import Answer, Begin, Skip, Submit
from dialogues.responses import Response
from reports.plan import State
from storage.answers import Submission
from storage.slips import AUDITOR, BOARD, OWNER
from tests.bot import asking, planned
from tests.bot.asking import account_of
from tests.bot.signing import Colleague, signed_in
from tests.bot.website import AUDIT, Page, Site, site

PAGES = f"/audits/{AUDIT}"
FORMS = ("finding", "action", "progress", "verification", "challenge", "notification")


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path, demo=False) as running:
        asking.offer(running)
        auditing.offer_forms(running.storage, AUDIT, map(library.shipped, FORMS), running.clock)
        yield running


async def heard(here: Site, colleague: Colleague) -> str:
    """An interview that somebody handed in, as evidence names it."""
    account = account_of(here, AUDIT, colleague.person)
    case = interviewing.begin(here.storage, AUDIT, "guided-interview", account, here.clock)
    said: list[Said] = [
        Begin(),
        Answer("A cook"),
        Skip(),
        Answer("Nobody asked."),
        Skip(),
        Answer("Two at night."),
        Submit(),
    ]
    for number, each in enumerate(said):
        spot = Address(ACCOUNT, account.hex())
        await here.turns.play(Incoming(spot, AUDIT, "guided-interview", str(number), each, case.id))
    return f"case.{case.id.hex()}"


async def without_a_name(here: Site, words: str) -> None:
    """Somebody hands in what they wrote without a name."""
    form = library.shipped("staff-culture")
    with here.storage.writing() as work:
        public = work.casework.keys_of(AUDIT).public
        said: Response = {
            path: words for path, each in form.questions.items() if each.kind is Kind.TEXT and "/" not in path
        }
        work.answers.submit([Submission(AUDIT, form.digest, public, said, bytes(32))])


async def answer(colleague: Colleague, page: Page, **answers: str) -> Page:
    """Answer by the names of questions, skip the rest, and hand in; up to the first page that asks again."""
    browser = colleague.browser
    for _ in range(60):
        if page.status != 200 or "/interviews/" not in page.response.url.path:
            return page
        if not page.values("question"):
            page = await browser.press("Hand in my answers")
            continue
        name = page.values("question")[0].rpartition("/")[2]
        if name not in answers:
            page = await browser.press("Skip", page)
        elif page.values("control") == ["date"]:
            year, month, day = answers[name].split("-")
            page = await browser.press("Continue", day=day, month=month, year=year)
        else:
            page = await browser.press("Continue", answer=answers[name])
    raise AssertionError(page.text)


FOUND = {
    "nature": "concern",
    "title": "Nobody asks at night",
    "themes": "SUP",
    "criteria": "Somebody asks every night.",
    "condition": "Nobody asked.",
    "lens": "people",
    "cause": "The nurse was careless.",
    "causes[+]": "no",
    "consequence": "Worries stay untold.",
    "visibility": "not_escalated",
    "impact": "4",
    "likelihood": "4",
    "against": "none_found",
    "recommendation": "Ask every night.",
}
GIVEN = {
    "title": "Somebody asks every night",
    "kind": "leadership",
    "due": "2026-06-01",
    "what": "The rota names who asks",
    "by": "2026-05-20",
    "milestones[+]": "no",
    "indicator": "Nights on which somebody asked",
    "baseline": "0 of 7",
    "target": "7 of 7",
    "better": "higher",
    "source": "The night log",
    "frequency": "weekly",
    "evidence_required": "The night log",
    "review": "2026-07-01",
}


async def test_a_finding_is_refused_for_blame_then_answered_by_an_action_that_somebody_else_sees_done(
    here: Site,
) -> None:
    ann = await signed_in(here, AUDITOR, name="Ann Example")
    evidence = await heard(here, ann)
    await ann.browser.open(f"{PAGES}/findings")
    page = await answer(ann, await ann.browser.press("New finding"), supporting=evidence, **FOUND)
    assert page.status == 422
    assert "It names somebody" in page.text or "careless" in page.text
    assert "Ask every night." in page.text, "nothing else is lost"
    page = await ann.browser.press("Continue", answer="Nobody on the shift is asked to go round.")
    page = await answer(ann, page)
    assert "F1 · Nobody asks at night" in page.text
    assert "Nobody on the shift is asked to go round." in page.text
    assert "Talk with staff · A cook" in page.text
    page = await ann.browser.open(
        page.links["Read it where it was said: Talk with staff · A cook · 4 May 2026"]
    )
    assert "Two at night." in page.text

    oli = await signed_in(here, OWNER, name="Oli Example")
    await ann.browser.open(f"{PAGES}/findings")
    await ann.browser.open(ann.browser.page.links["F1 · Nobody asks at night"])
    page = await ann.browser.press("New action for this finding")
    page = await answer(ann, page, owner=account_of(here, AUDIT, oli.person).hex(), **GIVEN)
    action = page.response.url.path
    assert "Proposed" in page.text
    assert "F1 · Nobody asks at night" in page.links

    await oli.browser.open("/lead")
    await oli.browser.open(oli.browser.page.links["Your actions"])
    page = await oli.browser.open(oli.browser.page.links["A1 · Somebody asks every night"])
    assert "F1 · Nobody asks at night" in page.text
    assert "F1 · Nobody asks at night" not in page.links, "findings are not theirs to read"
    page = await answer(oli, await oli.browser.press("I can do this A1"), has_time="yes", has_authority="yes")
    assert (page.response.url.path, "Agreed" in page.text) == (action, True)
    page = await answer(oli, await oli.browser.press("Done A1"), news="Ben goes round.")
    assert "Ben goes round." in page.text

    await ann.browser.open(action)
    begun = await ann.browser.press("See whether it is done A1")
    await ann.browser.open(action)
    again = await ann.browser.press("See whether it is done A1")
    assert again.response.url.path == begun.response.url.path, "a button is pressed twice"
    page = await answer(ann, again, looked_at="The night log", verdict="met")
    assert (page.response.url.path, "Seen to be done" in page.text) == (action, True)
    assert planning.plan(here.storage, AUDIT, here.clock).actions[0].action.state is State.VERIFIED
    page = await oli.browser.send(
        f"{PAGES}/plan", [("csrf", page.values("csrf")[0]), ("what", "done"), ("subject", action[-32:])]
    )
    assert page.status == 403, "a page that was made for somebody else"


async def test_each_sees_what_is_theirs_and_nobody_the_words_of_who_wrote_without_a_name(here: Site) -> None:
    canary = "CANARY laughed at me on the night shift"
    await without_a_name(here, canary)
    planned.fill(here.storage, AUDIT)
    ann, oli = await signed_in(here, AUDITOR), await signed_in(here, OWNER)
    bea = await signed_in(here, BOARD)
    pages = (
        "findings",
        f"findings/{planned.FINDINGS[0]}",
        "plan",
        f"actions/{planned.ACTIONS[0]}",
        "accountability",
    )
    for path in pages:
        page = await ann.browser.open(f"{PAGES}/{path}")
        assert (page.status, canary in page.html) == (200, False), path
        for other in (oli, bea):
            seen = await other.browser.open(f"{PAGES}/{path}")
            assert seen.status == (200 if (other, path) == (bea, "accountability") else 403), path
    assert "3 days after" in page.text
    late = await ann.browser.open(f"{PAGES}/plan?late=yes")
    assert "A1 · Supervision within night shifts" in late.links
    assert "14 days late" in late.text
    assert "A2 · A handover sheet" not in " ".join(late.links)
    assert "1 action of the plan is late." in (await ann.browser.open("/lead")).text
    assert "of the plan" not in (await oli.browser.open("/lead")).text
    assert "You have no actions now." in (await oli.browser.open(f"{PAGES}/actions")).text
    account = account_of(here, AUDIT, oli.person)
    with here.storage.writing() as work:
        _, action = work.actions.get(planned.ACTIONS[0]) or ("", None)
        assert action is not None
        work.actions.keep(AUDIT, replace(action, sponsor=account.hex()))
    page = await oli.browser.open(f"{PAGES}/actions")
    page = await oli.browser.open(page.links["A1 · Supervision within night shifts"])
    assert "What you can do now" in page.text
    assert "I ask Night team lead for news of A1" not in page.text
    page = await oli.browser.press("Ask for news A1")
    assert "I cannot reach Night team lead in a chat." in page.text, "nothing but pages reaches them"

    page = await bea.browser.open(f"{PAGES}/accountability")
    assert "By the rota of each week." in page.text
    assert "Supervision lapsed at night." not in page.text, "who was told reaches the board in its report"
    await answer(bea, await bea.browser.press("Ask a question"), question="Who looks at nights?")
    page = await bea.browser.open(f"{PAGES}/accountability")
    assert "Who looks at nights?" in page.text
