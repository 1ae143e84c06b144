"""Entering by slip: on the web page, in a chat, wherever; and what no slip opens."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.errors import SlipNeededError, SlipSpentError, UnknownInvitationError
from bot.messages import Address, Enter, Incoming
from bot.services import auditing, inviting
from dialogues.moves import Answer, Begin, Move, Speak, Submit
from storage.casework import Entry
from storage.interviews import Conversation
from storage.slips import LEAD, RESPONDENT
from tests.bot.channels import forms
from tests.bot.channels.house import held, pool
from tests.bot.stories import an_audit
from tests.bot.website import Browser, Page, Site, site

ELM, TWO = "elm-court", "oak-court"  # the one with one form, the other with two; both by slip
UNKNOWN = "I do not know this code. It was used before, or the questions are closed."
ONE = forms.small("{type: text, name: a, label: What happened?}", name="one", title="One")
OTHER = forms.small("{type: text, name: b, label: What else happened?}", name="other", title="Other")


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path) as found:
        for name, offered in ((ELM, [ONE, forms.concern()]), (TWO, [ONE, OTHER, forms.concern()])):
            auditing.open_audit(found.storage, replace(an_audit(name), entry=Entry.SLIPS), offered)
        yield found


@pytest.fixture
async def ann(here: Site) -> AsyncIterator[Browser]:
    browser = here.browser()
    async with browser.client:
        yield browser


@pytest.fixture
async def bob(here: Site) -> AsyncIterator[Browser]:
    browser = here.browser()
    async with browser.client:
        yield browser


def slip(here: Site, audit: str = ELM, role: str = RESPONDENT) -> str:
    (code,) = inviting.slips(here.storage, audit, 1, role)
    return code


def left(here: Site, audit: str = ELM) -> int:
    with here.storage.reading() as work:
        return work.slips.left(audit, RESPONDENT)


async def enters(browser: Browser, code: str) -> Page:
    await browser.open("/s")
    return await browser.press("Continue", code=code)


async def answers(browser: Browser, words: str) -> Page:
    await browser.press("Start")
    await browser.press("Continue", answer=words)
    return browser.page


@pytest.mark.parametrize(
    "written",
    [
        str,
        str.lower,
        lambda code: " ".join(code[start : start + 4] for start in range(0, 24, 4)),
        lambda code: f"  {code[:8]}-{code[8:]}\t",
        lambda code: code.replace("0", "O").replace("1", "l"),
        lambda code: f"{code}__one",
    ],
)
async def test_a_slip_leads_to_its_questions_and_is_spent_when_they_are_handed_in(
    here: Site, ann: Browser, written: Callable[[str], str]
) -> None:
    code = slip(here)
    page = await enters(ann, written(code))
    assert page.response.url.path == f"/a/{ELM}/one"
    await answers(ann, "The bell did not ring.")
    assert (left(here), pool(here.storage, ELM)) == (1, [])
    assert "Your answers are in." in (await ann.press("Hand in my answers")).text
    assert (left(here), pool(here.storage, ELM)) == (0, [{"a": "The bell did not ring."}])


async def test_what_is_unknown_mistyped_used_or_for_a_lead_is_told_in_the_same_words(
    here: Site, ann: Browser, bob: Browser
) -> None:
    used, for_lead = slip(here), slip(here, role=LEAD)
    await enters(ann, used)
    await answers(ann, "x")
    await ann.press("Hand in my answers")
    said = set()
    for code in ("", " ", "0" * 24, used, used[:-1], for_lead, ELM, "ü" * 24, "x" * 10_000, f"{used}__nope"):
        page = await enters(bob, code)
        assert page.status == 422
        assert page.response.url.path == "/s"
        said.add(page.text)
    (text,) = said
    assert UNKNOWN in text
    assert "Someone is at risk" in bob.page.links
    assert left(here) == 0


async def test_a_form_that_the_audit_does_not_have_is_not_there(here: Site, ann: Browser) -> None:
    assert (await enters(ann, f"{slip(here)}__nope")).status == 404


async def test_of_two_browsers_with_one_slip_the_second_is_told_kindly_and_loses_nothing(
    here: Site, ann: Browser, bob: Browser
) -> None:
    code = slip(here)
    for browser, words in ((ann, "It was cold."), (bob, "It was wet.")):
        await enters(browser, code)
        await answers(browser, words)
    await ann.press("Hand in my answers")
    page = await bob.press("Hand in my answers")
    assert page.status == 409
    assert "They sent their answers first." in page.text
    assert pool(here.storage, ELM) == [{"a": "It was cold."}]
    assert "It was wet." in (await bob.open(bob.page.links["See my answers"])).text
    await enters(bob, slip(here))
    await bob.open(f"/a/{ELM}/one")
    assert "Your answers are in." in (await bob.press("Hand in my answers")).text
    assert sorted(str(each["a"]) for each in pool(here.storage, ELM)) == ["It was cold.", "It was wet."]


async def test_nobody_begins_with_a_slip_that_was_spent_since(here: Site, ann: Browser, bob: Browser) -> None:
    code = slip(here)
    await enters(bob, code)
    await enters(ann, code)
    await answers(ann, "It was cold.")
    await ann.press("Hand in my answers")
    assert "This code was used by someone else" in (await bob.press("Start")).text


async def test_who_enters_another_slip_where_somebody_is_answering_sees_nothing_of_theirs(
    here: Site, ann: Browser
) -> None:
    await enters(ann, slip(here))
    await answers(ann, "It was cold.")
    cookie = ann.client.cookies["candour"]
    page = await enters(ann, slip(here))
    assert ann.client.cookies["candour"] != cookie
    assert "You have started already" not in page.text
    assert "It was cold." not in (await answers(ann, "It was wet.")).text
    await ann.press("Hand in my answers")
    assert pool(here.storage, ELM) == [{"a": "It was wet."}]
    assert left(here) == 1


async def test_one_browser_can_be_used_by_the_next_person_with_the_next_slip(
    here: Site, ann: Browser
) -> None:
    for number in (1, 2):
        assert "Start" in (await enters(ann, slip(here))).buttons()
        await answers(ann, f"It was {number}.")
        await ann.press("Hand in my answers")
        assert len(pool(here.storage, ELM)) == number


async def test_a_slip_for_several_forms_counts_for_the_one_that_is_handed_in_first(
    here: Site, ann: Browser
) -> None:
    page = await enters(ann, slip(here, TWO))
    assert page.response.url.path == f"/a/{TWO}"
    await ann.open(page.links["Other"])
    await answers(ann, "Much.")
    await ann.press("Hand in my answers")
    assert (left(here, TWO), pool(here.storage, TWO)) == (0, [{"b": "Much."}])
    await ann.open(f"/a/{TWO}/one")
    assert (await ann.press("Start")).status == 409


async def test_without_a_slip_nothing_begins_on_the_page_but_telling_that_someone_is_at_risk(
    here: Site, ann: Browser
) -> None:
    page = await ann.open(f"/a/{ELM}")
    assert page.status == 403
    assert page.links["Enter my code"] == "/s"
    csrf = (await ann.open("/s")).values("csrf")[0]
    page = await ann.send(f"/a/{ELM}/one", [("csrf", csrf), ("move", "begin")])
    assert (page.status, page.links["Enter my code"]) == (403, "/s")
    await ann.open(f"/a/{ELM}/concern")
    await ann.press("Start")
    await ann.press("Continue", answer="Bed 4 has no bell.")
    await ann.press("Hand in my answers")
    assert len(auditing.concerns(here.storage, ELM)) == 1


async def test_an_audit_by_open_link_says_so_before_the_first_question_and_to_its_lead(
    here: Site, ann: Browser
) -> None:
    assert "Anyone who has this link can answer." in (await ann.open("/a/rowan")).text
    await enters(ann, slip(here))
    assert "Anyone who has this link can answer." not in ann.page.text
    assert "This is weaker than slips" in (await ann.open("/lead/audits/rowan")).text
    assert "Whoever has a slip, once." in (await ann.open(f"/lead/audits/{ELM}")).text


async def test_a_code_from_a_page_that_is_not_ours_is_not_taken(here: Site, ann: Browser) -> None:
    code = slip(here)
    await ann.open("/s")
    assert (await ann.send("/s", [("code", code)])).status == 403
    ann.client.headers["sec-fetch-site"] = "cross-site"
    assert (await enters(ann, code)).status == 403


# Below the pages


def incoming(move: Move | Enter, audit: str = ELM, form: str = "one") -> Incoming:
    return Incoming(Address("web", "ann"), audit, form, "", move)


@pytest.mark.parametrize("move", [Begin(), Speak("en")])
async def test_the_turn_loop_itself_lets_nobody_begin_without_a_slip(here: Site, move: Move) -> None:
    with pytest.raises(SlipNeededError):
        await here.turns.play(incoming(move))
    assert held(here.storage, "web", "ann", ELM, "one") is None


async def test_what_began_without_a_slip_by_whatever_means_cannot_be_handed_in(here: Site) -> None:
    """As if a form had been begun before the audit wanted slips."""
    await here.turns.play(incoming(Enter(slip(here))))
    await here.turns.play(incoming(Begin()))
    conversation = held(here.storage, "web", "ann", ELM, "one")
    assert conversation is not None
    keep(here, replace(conversation, slip=b""))
    with pytest.raises(SlipNeededError):
        await finish(here)
    assert (left(here), pool(here.storage, ELM)) == (1, [])


def keep(here: Site, conversation: Conversation) -> None:
    with here.storage.writing() as work:
        work.interviews.save({here.storage.keys.ref("web", "ann", ELM, "one"): conversation})


async def finish(here: Site) -> None:
    await here.turns.play(incoming(Answer("x")))
    await here.turns.play(incoming(Submit()))


async def test_a_slip_of_another_audit_opens_nothing_here(here: Site) -> None:
    with pytest.raises(UnknownInvitationError):
        await here.turns.play(incoming(Enter(slip(here, TWO))))


async def test_a_spent_slip_is_not_spent_twice(here: Site) -> None:
    await here.turns.play(incoming(Enter(slip(here))))
    await here.turns.play(incoming(Begin()))
    conversation = held(here.storage, "web", "ann", ELM, "one")
    assert conversation is not None
    with here.storage.writing() as work:
        assert work.slips.spend(conversation.slip)
    with pytest.raises(SlipSpentError):
        await finish(here)
    assert pool(here.storage, ELM) == []


# The link that is open to all


async def test_a_group_of_the_link_is_chosen_already_but_is_no_answer_before_the_person_goes_on(
    here: Site, ann: Browser
) -> None:
    def answered() -> dict[str, str]:
        conversation = held(here.storage, "web", ann.client.cookies["candour"], "rowan", "staff-culture")
        return conversation.interview.answers if conversation else {}

    page = await ann.begin("/a/rowan/staff-culture?group=nursing")
    assert page.values("answer") == ["nursing"]
    assert answered() == {"consent": "yes"}
    await ann.press("Continue", answer="care")
    assert answered() == {"consent": "yes", "role_group": "care"}


@pytest.mark.parametrize("group", ["", "nobody", "<script>", "x" * 500, "%00"])
async def test_a_group_that_there_is_not_is_not_chosen(ann: Browser, group: str) -> None:
    page = await ann.begin(f"/a/rowan/staff-culture?group={group}")
    assert page.status == 200
    assert page.values("answer") == []


async def test_a_link_with_a_group_opens_nothing_where_slips_are_needed(ann: Browser) -> None:
    assert (await ann.open(f"/a/{ELM}/one?group=nursing")).status == 403
