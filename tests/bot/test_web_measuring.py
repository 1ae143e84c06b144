"""The pages of numbers and of what has changed, as leads and auditors use them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.services import auditing, measuring
from dialogues import library
from storage.casework import Audit
from storage.slips import AUDITOR, LEAD
from tests.bot import again
from tests.bot.again import AGAIN, BASELINE
from tests.bot.signing import signed_in
from tests.bot.test_measuring import TABLE
from tests.bot.website import AUDIT, NOW, Page, Site, site

PAGE = f"/lead/audits/{AUDIT}/measures"


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path, demo=False) as running:
        yield running


async def test_numbers_are_begun_added_changed_rebased_and_brought_as_a_table(here: Site) -> None:
    auditor = (await signed_in(here, AUDITOR)).browser
    assert "No numbers are followed yet." in (await auditor.open(PAGE)).text
    new: dict[str, str | list[str]] = {
        "indicator": "Falls",
        "better": "lower",
        "value": "4",
        "from": "incident log",
        "target": "<3",
    }
    page = await auditor.press("Follow this", None, **new)
    assert (page.status, "I need a number like 12 or 3.5." in page.text) == (422, True)
    assert "Falls" in page.values("indicator"), "what was typed is still there"
    page = await auditor.press("Follow this", target="3")
    assert page.status == 200
    assert page.values("month")[0] == "April 2026"
    assert "April 2026 has 4 already." in (await auditor.press("Keep this number", value="5")).text
    page = await auditor.press("Keep this number", reason="One was missed. <b>")
    assert "April 2026: 4 until 4 May 2026, then 5. One was missed. <b>" in page.text
    assert "<b>" not in page.html
    page = await auditor.press("Keep this number", month="May 2026", value="3")
    assert (
        "need a number before January 2026"
        in (await auditor.press("Begin new limits", month="January 2026", reason="x")).text
    )
    page = await auditor.press("Begin new limits", month="May 2026", reason="Sensor mats")
    assert "New limits: Sensor mats" in page.text
    page = await send(auditor.client, page, TABLE.replace("2026-04,8", "2026-04,many"))
    assert "Row 13, column value: “many” is not a number." in page.text
    page = await send(auditor.client, page, TABLE)
    assert "Restraints" in page.text
    assert "A sign of worse: 7 months in a row above the mean" in page.text
    assert "Target out of reach" in page.text
    assert 'class="chart xmr"' in page.html


async def send(client: object, page: Page, table: str) -> Page:
    """Post a table as a browser does, and follow where it leads."""
    fields = {name: page.values(name)[0] for name in ("csrf", "update")} | {"what": "table"}
    files = {"file": ("any name.csv", table.encode(), "text/csv")}
    answer = await client.post(PAGE, data=fields, files=files)  # type: ignore[attr-defined]
    return Page(answer)


async def test_a_lead_of_both_audits_settles_what_has_changed_and_others_may_not(here: Site) -> None:
    again.baseline(here.storage)
    again.findings(here.storage, "CAP")
    again.numbers(here.storage, [12, 9])
    again.again(here.storage)
    elsewhere = await signed_in(here, LEAD, AGAIN)
    assert "somebody with another part in this audit" in (await elsewhere.browser.open(change(AGAIN))).text
    assert "no other one again" in (await (await signed_in(here, LEAD)).browser.open(change(AUDIT))).text
    lead = await signed_in(here, LEAD, AGAIN, "Ann")
    with here.storage.writing() as work:
        account = next(
            each.account for each in work.people.all_of(AGAIN) if work.access.name(each.account) == "Ann"
        )
        work.people.appoint(account, BASELINE, LEAD)
    page = await lead.open(change(AGAIN))
    for said in (
        "As a whole it improved",
        "As far as anybody can tell, the same groups were heard as then.",
        "F1 · Nobody looks at rounds (1) close it, because every theme of it improved",
        "positive about 35 % then, about 75 % now; change +14 to +61 points (40 to 49 people; 40 to 49 people)",
        "Restraints",
    ):
        assert said in page.text, page.text
    id_ = again.finding_id("CAP")
    page = await lead.browser.press("Do what I ticked", confirmed=id_)
    assert "F1 · Nobody looks at rounds (1) stays closed, because every theme of it improved" in page.text
    assert "Do what I ticked" not in page.buttons()


async def test_a_re_audit_that_is_open_waits_and_says_so(here: Site) -> None:
    again.baseline(here.storage)
    audit = Audit(
        id=AGAIN,
        name="Again",
        service="",
        incident="",
        staff_count=9,
        opened_on=NOW.date(),
        baseline=BASELINE,
    )
    auditing.open_audit(here.storage, audit, [library.shipped("staff-culture")])
    lead = await signed_in(here, LEAD, AGAIN, "Ann")
    with here.storage.writing() as work:
        work.people.appoint(work.people.all_of(AGAIN)[0].account, BASELINE, LEAD)
    page = await lead.browser.open(change(AGAIN))
    assert (page.status, "once both audits are closed" in page.text) == (409, True)
    assert measuring.shown(here.storage, AGAIN) == ()


def change(audit: str) -> str:
    return f"/lead/audits/{audit}/change"
