"""The conversation on web pages: what a person sees, taps and types, on the real loop and a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import promises, wording
from bot.web import guard
from bot.web.guard import is_local
from tests.bot.website import AUDIT, STAFF, Browser, Page, Site, site, spoil

MOST_QUESTIONS = 60


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path) as running:
        yield running


@pytest.fixture
async def anna(here: Site) -> AsyncIterator[Browser]:
    browser = here.browser()
    yield browser
    await browser.client.aclose()


async def until(browser: Browser, control: str) -> Page:
    """Skip on until a question has this control."""
    for _ in range(MOST_QUESTIONS):
        if control in browser.page.values("control"):
            return browser.page
        await browser.press("Skip")
    raise AssertionError(f"no question is answered with {control}")


async def test_the_first_page_has_two_doors_and_says_that_all_is_made_up(anna: Browser) -> None:
    page = await anna.open("/")
    assert page.links["Answer as a member of staff"] == f"/a/{AUDIT}"
    assert page.links["Read as the safeguarding lead"] == "/lead"
    assert "every person and answer in it is made up" in page.text


async def test_someone_starts_in_welsh_and_is_asked_in_welsh(anna: Browser) -> None:
    await anna.open(f"/a/{AUDIT}")
    page = await anna.press("Start", language="cy")
    assert "Ydych chi am gymryd rhan?" in page.text
    assert 'lang="cy"' in page.html
    assert "Parhau" in page.buttons()


async def test_what_is_kept_is_said_before_the_first_question_and_is_where_reading_starts(
    anna: Browser,
) -> None:
    await anna.open(f"/a/{AUDIT}")
    page = await anna.press("Start")
    assert page.html.index('id="question"') < page.html.index("anonymous to your organisation")
    assert page.html.index("anonymous to your organisation") < page.html.index("Do you want to take part?")


async def test_a_move_leads_to_a_page_that_can_be_loaded_again(anna: Browser) -> None:
    page = await anna.begin()
    [first, *_] = page.response.history
    assert (first.status_code, first.headers["location"]) == (303, f"{STAFF}#question")
    again = await anna.open(STAFF)
    assert again.values("question") == page.values("question")


async def test_answers_stand_above_the_question_with_a_way_to_change_each(anna: Browser) -> None:
    await anna.begin()
    await anna.press("Continue", answer="care")
    page = await anna.press("Continue", answer="often")
    assert 'role="log"' in page.html
    assert "Often" in page.text
    assert "Change Which of these is closest to your job?" in page.buttons()
    changed = await anna.press("Change Which of these is closest to your job?")
    assert "role_group" in changed.values("question")
    assert changed.values("answer") == ["care"]
    assert "Keep my answer" in changed.buttons()


async def test_progress_is_honest(anna: Browser) -> None:
    page = await anna.begin()
    assert "1 of 38 answered" in page.text
    assert '<progress id="progress" value="1" max="38">' in page.html


async def test_choices_outside_the_scale_stand_apart(anna: Browser) -> None:
    await anna.begin()
    page = await anna.press("Skip")
    assert page.html.count("govuk-radios__divider") == 1
    assert (
        page.html.index("Always")
        < page.html.index("govuk-radios__divider")
        < page.html.index("I don&#39;t know")
    )


async def test_continuing_without_an_answer_is_told_kindly_beside_the_question(anna: Browser) -> None:
    await anna.begin()
    page = await anna.press("Continue")
    assert page.status == 422
    assert "govuk-error-summary" in page.html
    assert 'id="answer-error"' in page.html
    assert "Please pick one of the answers." in page.text
    assert page.html.index("<title>Look again:") > 0


async def test_a_number_in_words_that_cannot_be_read_stays_in_the_box(anna: Browser) -> None:
    await anna.begin()
    for _ in range(MOST_QUESTIONS):
        if "sup_had" in anna.page.values("question"):
            break
        await anna.press("Skip")
    await anna.press("Continue", answer="yes")
    page = await anna.press("Continue", answer="ages ago")
    assert page.status == 422
    assert "I need a number, like 3." in page.text
    assert page.values("answer") == ["ages ago"]


async def test_after_three_tries_help_is_offered(anna: Browser) -> None:
    await anna.begin()
    for _ in range(3):
        await anna.press("Continue", answer="nonsense")
    assert "Help" in anna.page.buttons()
    assert "you can leave it out" in anna.page.text
    page = await anna.press("Help")
    assert "Skip leaves a question out." in page.text


async def test_a_double_click_counts_once(anna: Browser) -> None:
    page = await anna.begin()
    await anna.press("Continue", page, answer="care")
    after = await anna.press("Continue", page, answer="care")
    assert "2 of 38 answered" in after.text
    assert "cap_enough_staff" in after.values("question")


async def test_another_answer_on_an_old_page_is_told_and_changes_nothing(anna: Browser) -> None:
    page = await anna.begin()
    await anna.press("Continue", page, answer="care")
    stale = await anna.press("Continue", page, answer="managers")
    assert stale.status == 409
    assert "belonged to an earlier question" in stale.text
    assert "cap_enough_staff" in stale.values("question")
    assert "Care staff" in stale.text


async def test_pausing_keeps_what_was_typed_and_shows_nothing_of_it(anna: Browser) -> None:
    await anna.begin()
    await until(anna, "words")
    page = await anna.press("Pause", answer="The lift was broken again")
    assert "Your answers so far wait here" in page.text
    assert "lift" not in page.text
    assert "The lift was broken again" in (await anna.press("Go on")).text


async def test_a_text_that_may_name_someone_can_be_changed_without_typing_it_again(anna: Browser) -> None:
    await anna.begin()
    await until(anna, "words")
    page = await anna.press("Continue", answer="Call me on 07700 900123 about the rota")
    assert "may show who someone is" in page.text
    changing = await anna.press("Change it")
    assert changing.values("answer") == ["Call me on 07700 900123 about the rota"]


async def test_stopping_is_asked_back_and_then_erases_everything(anna: Browser) -> None:
    await anna.begin()
    await anna.press("Continue", answer="care")
    page = await anna.press("Stop")
    assert "All your answers here will be erased" in page.text
    assert "Which of these" not in page.text
    assert "2 of 38 answered" in (await anna.press("No, go on")).text
    await anna.press("Stop")
    assert "has been erased" in (await anna.press("Yes, erase my answers")).text
    assert "Start" in (await anna.open(f"/a/{AUDIT}")).buttons()


async def test_saying_no_ends_it_and_one_may_change_ones_mind(anna: Browser) -> None:
    await anna.open(STAFF)
    await anna.press("Start")
    page = await anna.press("Continue", answer="no")
    assert "nothing was kept" in page.text
    await anna.open(page.links["Back to the first page"])
    assert "Do you want to take part?" in (await anna.press("Start")).text


async def test_another_language_can_be_chosen_at_any_question(anna: Browser) -> None:
    await anna.begin()
    await anna.press("Continue", answer="care")
    page = await anna.press("Cymraeg")
    assert "Pa mor aml" in page.text
    assert "2 o 38 wedi’u hateb" in page.text
    assert "Mae rhywun mewn perygl" in (await anna.open("/risk")).text


async def test_elsewhere_the_language_leads_back_to_the_same_page(anna: Browser) -> None:
    await anna.open("/privacy")
    page = await anna.press("Cymraeg")
    assert page.response.url.path == "/privacy"
    assert "Beth sy’n cael ei gadw amdanoch" in page.text


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", "/\t/evil", ""]
)
async def test_the_language_never_leads_to_another_site(anna: Browser, address: str) -> None:
    assert not is_local(address)
    page = await anna.send("/language", [("language", "cy"), ("next", address)])
    assert page.response.url.path == "/"


async def test_a_whole_interview_is_handed_in_and_cannot_be_handed_in_twice(
    anna: Browser, here: Site
) -> None:
    await anna.begin()
    for _ in range(MOST_QUESTIONS):
        if "Hand in my answers" in anna.page.buttons():
            break
        await anna.press("Skip")
    last = anna.page
    page = await anna.press("Hand in my answers")
    assert "Your answers are in." in page.text
    await anna.press("Hand in my answers", last)
    with here.storage.reading() as work:
        assert work.answers.waiting(AUDIT) == 1


async def test_the_next_person_on_the_same_device_starts_afresh(anna: Browser) -> None:
    await anna.begin()
    for _ in range(MOST_QUESTIONS):
        if "Hand in my answers" in anna.page.buttons():
            break
        await anna.press("Skip")
    await anna.press("Hand in my answers")
    assert "Your answers are in." in (await anna.open(f"/a/{AUDIT}")).text
    await anna.press("I have kept it")
    page = await anna.press("Make room for someone else")
    assert "Start" in page.buttons()


async def test_two_browsers_never_see_each_other(anna: Browser, here: Site) -> None:
    await anna.begin()
    await anna.press("Continue", answer="care")
    async with here.browser().client as client:
        ben = Browser(client)
        assert "Start" in (await ben.open(STAFF)).buttons()


async def test_whoever_comes_back_goes_on_where_they_left_off_after_a_restart(tmp_path: Path) -> None:
    async with site(tmp_path) as before:
        anna = before.browser()
        await anna.begin()
        page = await anna.press("Continue", answer="care")
    async with site(tmp_path) as after:
        again = after.browser()
        again.client.cookies = anna.client.cookies
        assert "You have started already" in (await again.open(f"/a/{AUDIT}")).text
        assert "3 of 38 answered" in (await again.press("Continue", page, answer="often")).text
        await again.client.aclose()
    await anna.client.aclose()


# A draft whose days are over

GONE = "You began here before."


async def test_whose_draft_died_is_told_so_and_can_start_again(anna: Browser, here: Site) -> None:
    assert GONE not in (await anna.open(f"/a/{AUDIT}")).text
    await anna.begin()
    await anna.press("Continue", answer="care")
    _destroy_keys(here)
    for address in (STAFF, f"/a/{AUDIT}"):
        page = await anna.open(address)
        assert page.status == 200
        assert f"{GONE} What is not sent within 3 days is erased" in page.text
        assert "Start" in page.buttons()
    assert GONE not in (await anna.open(f"/a/{AUDIT}/concern")).text
    await anna.begin()
    assert GONE not in (await anna.open(f"/a/{AUDIT}")).text


async def test_whoever_never_began_or_came_to_an_end_is_told_nothing_of_a_draft(
    anna: Browser, here: Site
) -> None:
    await anna.open(STAFF)
    _destroy_keys(here)
    assert GONE not in (await anna.open(STAFF)).text
    await anna.begin()
    await anna.press("Stop")
    await anna.press("Yes, erase my answers")
    _destroy_keys(here)
    assert GONE not in (await anna.open(STAFF)).text


async def test_who_leaves_a_shared_device_leaves_no_mark_on_it(anna: Browser, here: Site) -> None:
    await anna.begin()
    assert any("begun" in name for name in anna.client.cookies)
    token = guard.csrf(anna.client.cookies["candour"])
    await anna.send(STAFF, [("csrf", token), ("move", "leave")])
    assert all("begun" not in name for name in anna.client.cookies)
    _destroy_keys(here)
    assert GONE not in (await anna.open(STAFF)).text


def _destroy_keys(here: Site) -> None:
    """As when their days are over, or the machine has started again."""
    safe = here.storage.epochs.safe
    for epoch in tuple(safe.held()):
        safe.destroy(epoch)


# Where to turn


async def test_where_to_turn_is_there_with_no_audit_no_cookie_and_no_database(
    here: Site, anna: Browser
) -> None:
    here.storage.close()
    spoil(here.storage)
    page = await anna.open(f"/risk?audit={AUDIT}&form=staff-culture")
    assert page.status == 200
    assert page.text.index("999") < page.text.index("safeguarding lead") < page.text.index("03000 616161")
    assert "tel:999" in page.html


@pytest.mark.parametrize(
    "address", ["/", f"/a/{AUDIT}", STAFF, "/privacy", "/nothing-here", "/lead", "/risk"]
)
async def test_someone_is_at_risk_is_the_first_way_out_of_every_page(anna: Browser, address: str) -> None:
    page = await anna.open(address)
    ways = [label for label in page.links if label in ("Someone is at risk", "Exit this page")]
    assert ways == ["Someone is at risk", "Exit this page"]
    assert page.links["Someone is at risk"].startswith("/risk")


async def test_the_lead_is_told_through_us_and_the_questions_wait(anna: Browser) -> None:
    await anna.begin()
    await anna.open(anna.page.links["Someone is at risk"])
    assert anna.page.links["Back to the questions"] == f"{STAFF}#question"
    page = await anna.press("Tell the safeguarding lead")
    assert "Is your worry about the safeguarding lead?" in page.text
    assert "What are you worried about?" in (await anna.press("Skip")).text
    await anna.press("Continue", answer="Nobody turns Mrs B. at night")
    for _ in range(4):
        if "Hand in my answers" in anna.page.buttons():
            break
        await anna.press("Skip")
    assert "Your message is in." in (await anna.press("Hand in my answers")).text
    assert "1 of 38 answered" in (await anna.open(STAFF)).text


async def test_a_worry_about_the_lead_says_at_once_who_reads_it(anna: Browser) -> None:
    await anna.open(f"/risk?audit={AUDIT}")
    await anna.press("Tell the safeguarding lead")
    page = await anna.press("Continue", answer="yes")
    assert page.status == 200
    assert page.text.index("nobody else can read it here yet") < page.text.index(
        "What are you worried about?"
    )
    assert page.values("answer") == [""]
    await anna.press("Continue", answer="She shouts at them.")
    for _ in range(4):
        if "Hand in my answers" in anna.page.buttons():
            break
        await anna.press("Skip")
    page = await anna.press("Hand in my answers")
    assert page.text.index("nobody else can read it here yet") < page.text.index("Your message is in.")
    assert "She shouts" not in (await anna.open(f"/lead/audits/{AUDIT}")).text


@pytest.mark.parametrize(
    "address", [f"/a/{AUDIT}/nothing", f"/a/{AUDIT}/staff-culture", f"/lead/audits/{AUDIT}/report"]
)
async def test_a_page_that_breaks_still_leads_to_the_lead_of_its_audit(anna: Browser, address: str) -> None:
    page = await anna.send(address, [])
    assert page.status >= 400
    page = await anna.open(page.links["Someone is at risk"])
    assert "Tell the safeguarding lead" in page.buttons()


async def test_what_is_kept_is_told_in_every_language(anna: Browser) -> None:
    for language in wording.languages():
        anna.client.headers["accept-language"] = language
        page = await anna.open("/privacy")
        for section in promises.sections(language):
            assert all(line in page.text for line in (section.heading, *section.lines))


async def test_a_second_worry_can_be_told(anna: Browser) -> None:
    for _ in range(2):
        await anna.open(f"/risk?audit={AUDIT}")
        await anna.press("Tell the safeguarding lead")
        await anna.press("Continue", answer="no")
        await anna.press("Continue", answer="A worry")
        for _ in range(4):
            if "Hand in my answers" in anna.page.buttons():
                break
            await anna.press("Skip")
        await anna.press("Hand in my answers")
    page = await anna.open(f"/lead/audits/{AUDIT}")
    assert page.text.count("A worry") == 2


# Health
