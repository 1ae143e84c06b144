"""The report of an audit from what is stored: drafted, published in editions, read by those whom it is for."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from bot import listing
from bot.cli import app
from bot.services import auditing, coding, noticing, planning, reporting, theming
from bot.services.reporting import Format
from bot.services.theming import Format as Exported
from dialogues import engine, library
from dialogues.interview import State as Stands
from dialogues.responses import Response
from reports.audit import AuditReport, Unsupported, encode
from reports.audit.model import Given
from reports.audit.views import DRAFT, SYNTHETIC, View
from reports.coding import Coded, Decision, Direction
from reports.findings import Cause, Finding, Lens
from reports.measures import Better, Measure, Month, Point
from reports.plan import Action, State, SuccessMeasure
from storage.answers import Submission
from storage.casework import CHALLENGE, LEARNING, NOTIFICATION, OPINION, Audit
from storage.coding import Coding, Excerpt, Origin
from storage.errors import NotPublishedError
from storage.journal import ActionMoved, EntryMade, FindingRevised, ReportPublished
from storage.plan import Entry, Followed
from storage.slips import AUDITOR, BOARD, LEAD, OWNER
from tests.bot.asking import account_of
from tests.bot.signing import signed_in
from tests.bot.stories import RELEASE
from tests.bot.website import NOW, PASSPHRASE, Site, site
from tests.reports.material import ROLE, WORDS, form, item, spread

OAK = "oak"
FORM = form(ROLE, item("staff", "CAP"), item("talk", "SUP"), WORDS)
CANARIES = tuple(f"CANARY {number} laughed at me on the night shift" for number in range(18))
SPOKEN: dict[str, Response] = {
    OPINION: {
        "assurance": "limited",
        "because": "Night staff are still alone.",
        "summary": "Nights are short.",
        "sources": ["01" * 16],
    },
    LEARNING: {
        "what": "Nights need a second pair of eyes.",
        "channel": "meeting",
        "audience": ["night_staff"],
    },
    NOTIFICATION: {
        "who": "commissioner",
        "told_on": "2026-05-02",
        "known_on": "2026-05-01",
        "told_at": "09:30:00",
    },
    CHALLENGE: {"question": "Who looks at nights?", "asked_by": "The chair"},
}


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path, demo=False) as running:
        fill(running)
        yield running


def fill(here: Site) -> None:
    """A closed audit that 18 people answered, also in their own words; a finding, and what is done about it."""
    opened = Audit(
        id=OAK,
        name="Oak House: audit",
        service="Oak House",
        incident="Neglect",
        staff_count=30,
        opened_on=NOW.date(),
        harm_types="neglect",
        synthetic=True,
    )
    auditing.open_audit(here.storage, opened, [FORM])
    staff, talk = spread((4, 6, 3, 3, 2)), spread((1, 2, 3, 6, 6))
    with here.storage.writing() as work:
        work.casework.set_release_key(OAK, RELEASE)
        public = work.casework.keys_of(OAK).public
        for who, words in enumerate(CANARIES):
            said: Response = {"role": "manager" if who == 0 else "care", "staff": staff[who], "words": words}
            said["talk"] = talk[who]
            work.answers.submit([Submission(OAK, FORM.digest, public, said, bytes([who]) * 32)])
    auditing.close_audit(here.storage, OAK, here.clock)
    write(here)


def write(here: Site) -> None:
    finding = Finding(
        id="01" * 16,
        number=1,
        title="Nights are short of staff",
        themes=("CAP",),
        framework=("cqc:safe.staffing",),
        condition="Few say that there are enough of them.",
        causes=(Cause(Lens.ORGANISATION, "The rota has no cover for sickness."),),
        factors=("workload", "speaking"),
        supporting=(f"theme.{FORM.id}.CAP", f"item.{FORM.id}.staff"),
        searched=True,
        impact=4,
        likelihood=4,
    )
    action = Action(
        id="02" * 16,
        number=1,
        title="A second person on nights",
        findings=(finding.id,),
        due=date(2026, 6, 1),
        measure=SuccessMeasure(indicator="Nights with two people"),
        state=State.AGREED,
    )
    with here.storage.writing() as work:
        work.findings.keep(OAK, finding)
        work.actions.keep(OAK, action)
        points = tuple(Point(Month(2026, month), month) for month in range(1, 5))
        work.measures.keep(Followed(id="", audit=OAK, measure=Measure("Falls", Better.LOWER), points=points))
        for place, (kind, said) in enumerate(SPOKEN.items()):
            id_ = bytes([9 - place]) * 16  # later ones come before: order is not that of ids
            work.entries.add(
                Entry(
                    id=id_,
                    audit=OAK,
                    kind=kind,
                    subject="",
                    account=b"a" * 16,
                    day=NOW.date(),
                    said=said,
                )
            )
        later: Response = {
            "about": (bytes([6]) * 16).hex(),
            "response": "The manager does.",
            "outcome": "changed",
        }
        work.entries.add(
            Entry(
                id=b"z" * 16,
                audit=OAK,
                kind=CHALLENGE,
                subject="",
                account=b"a" * 16,
                day=NOW.date(),
                said=later,
            )
        )


def report(here: Site) -> AuditReport:
    made = reporting.found(here.storage, OAK, here.clock)
    assert isinstance(made, AuditReport), made
    return made


async def test_of_one_day_what_was_said_last_counts_and_whoever_was_told_first_stands_first(
    here: Site,
) -> None:
    later: tuple[tuple[str, Response], ...] = (
        (OPINION, {"assurance": "moderate", "because": "Nights have cover.", "sources": ["01" * 16]}),
        (NOTIFICATION, {"who": "cqc", "told_on": "2026-05-02", "told_at": "08:15:00"}),
        (NOTIFICATION, {"who": "police", "told_on": "2026-04-30"}),
    )
    with here.storage.writing() as work:
        for place, (kind, said) in enumerate(later):
            id_ = bytes([3 - place]) * 16
            work.entries.add(
                Entry(id=id_, audit=OAK, kind=kind, subject="", account=b"a" * 16, day=NOW.date(), said=said)
            )
        work.journal.append(EntryMade(OPINION, ""), day=NOW.date(), actor=LEAD, audit=OAK)
    made = report(here)
    assert made.opinion.given_on == Given(NOW.date())
    with here.storage.writing() as work:
        work.journal.append(ActionMoved(1, "verified"), day=NOW.date(), actor=LEAD, audit="elsewhere")
        work.journal.append(FindingRevised(1), day=NOW.date(), actor=LEAD, audit=OAK)
    assert report(here).opinion.given_on == Given(NOW.date(), ("findings",), NOW.date())
    assert made.opinion.given == "moderate"
    told = [(each.told_on, each.told_at) for each in made.notified]
    assert told == [
        (date(2026, 4, 30), None),
        (date(2026, 5, 2), time(8, 15)),
        (date(2026, 5, 2), time(9, 30)),
    ]


async def test_the_report_has_what_was_stored_and_no_view_has_what_nobody_may_see(here: Site) -> None:
    owner = await signed_in(here, OWNER, OAK, "Xanthe Quill")
    with here.storage.writing() as work:
        [held] = work.actions.of(OAK)
        work.actions.keep(OAK, replace(held, owner=account_of(here, OAK, owner.person).hex()))
    made = report(here)
    assert made.opinion.given == "limited"
    assert made.about.harm == ("Neglect",)
    assert [each.text for each in made.findings[0].factors] == ["More work than hands", "Fear of speaking up"]
    assert [each.channel for each in made.shared] == ["A team meeting"]
    assert [(each.who, each.days) for each in made.notified] == [("The commissioner", 1)]
    assert [(each.response, each.outcome) for each in made.challenged] == [("The manager does.", "changed")]
    assert [each.name for each in made.change.trends] == ["Falls"]
    for view in View:
        for wanted in (Format.HTML, Format.JSON):
            content = reporting.written(made, view, wanted).decode()
            assert "CANARY" not in content
            assert SYNTHETIC in content
            assert DRAFT not in content
            assert ("Xanthe Quill" in content) is (view in {View.FULL, View.BOARD}), view
    full = reporting.written(made, View.FULL, Format.HTML).decode()
    assert "1 of 18" not in full, "one manager answered"
    assert b"CANARY" not in encode(made)


SAYS = {
    "named": "We were two for thirty.",
    "role_only": "Nobody came.",
    "not_at_all": "CANARY said no.",
    "": "CANARY was not asked.",
}
OWN = {**SAYS, "named again": "Jo Bloggs rang 07700 900123, CANARY."}


def interviews(here: Site) -> dict[str, str]:
    """Somebody was spoken to for each wish to be quoted or not; what they said is coded. References by wish."""
    talk, found = library.shipped("guided-interview"), dict[str, str]()
    with here.storage.writing() as work:
        work.forms.pin(talk)
        work.casework.offer(OAK, talk)
        for wish, words in OWN.items():
            answers = {"participant": f"Jo the {wish}", "role": "manager", "quote_as": wish.split(" ")[0]}
            invited = replace(
                engine.invite(talk), answers=answers, done=frozenset(answers), state=Stands.SUBMITTED
            )
            case = work.cases.begin(OAK, talk.id, invited, b"a" * 16, NOW.date())
            work.cases.hand_in(case, invited, NOW.date())
            piece = Excerpt(
                audit=OAK, form=talk.digest, question="years", origin=Origin.NAMED, source=case.id, text=words
            )
            (kept,) = work.excerpts.keep([piece])
            work.codings.decide(
                OAK, Coding(kept.id, b"a" * 16, Decision((Coded("CAP", Direction.WEAKNESS),)))
            )
            found[wish] = f"excerpt.{kept.id.hex()}"
    return found


async def test_people_who_spoke_by_name_are_quoted_as_they_said_and_whoever_audits_sees_it(
    here: Site,
) -> None:
    said = interviews(here)
    with here.storage.writing() as work:
        [finding] = work.findings.of(OAK)
        work.findings.keep(OAK, replace(finding, supporting=(*finding.supporting, *said.values())))
        labels = listing.evidence(work, OAK)
    assert {wish: labels[each].rpartition(" · ")[2] for wish, each in said.items()} == {
        "named": "may be quoted by name",
        "role_only": "may be quoted by role",
        "not_at_all": "not quoted: they do not want it",
        "": "not quoted: nobody said that it may be",
        "named again": "not quoted: something in it may show who somebody is",
    }
    made, quoted = report(here), ("“We were two for thirty.” – Jo the named", "“Nobody came.” – Manager")
    for view in View:
        content = reporting.written(made, view, Format.JSON).decode()
        assert "CANARY" not in content
        assert "Jo the role_only" not in content
        assert [each in content for each in quoted] == [view is not View.STAFF] * 2, view
    held = planning.finding(here.storage, OAK, bytes.fromhex(finding.id), here.clock).supporting
    assert "not quoted: they do not want it" in [each.label.rpartition(" · ")[2] for each in held]
    exported = theming.export(here.storage, OAK, Exported.JSON, here.clock, LEAD).decode()
    assert all(f'"{wish}"' in exported for wish in ("role_only", "not_at_all", "not_said"))


async def test_evidence_that_is_not_published_or_not_there_supports_nothing(here: Site) -> None:
    coding.unlock(here.storage, OAK, PASSPHRASE, here.clock)
    with here.storage.reading() as work:
        [finding] = work.findings.of(OAK)
        anonymous = work.excerpts.of(OAK)[0].id.hex()
    for gone in (
        f"excerpt.{anonymous}",
        f"theme.{FORM.id}.MAW",
        f"item.{FORM.id}.role",
        "case.ff",
        "measure.ff",
    ):
        with here.storage.writing() as work:
            work.findings.keep(OAK, replace(finding, supporting=(gone,)))
        made = reporting.found(here.storage, OAK, here.clock)
        assert isinstance(made, Unsupported), gone
        assert reporting.publish(here.storage, OAK, View.BOARD, here.clock) == made
    lead = await signed_in(here, LEAD, OAK)
    page = await lead.browser.open(f"/audits/{OAK}/reports/board")
    assert "F1: its evidence is not there any more: measure.ff." in page.text


async def test_what_is_published_twice_is_one_edition_and_readers_are_told_once(here: Site) -> None:
    with here.storage.writing() as work:
        people = {role: work.people.add(OAK, role, "memory", role) for role in (BOARD, OWNER)}
    first = reporting.publish(here.storage, OAK, View.FULL, here.clock)
    here.clock.move(timedelta(days=3))
    assert reporting.publish(here.storage, OAK, View.FULL, here.clock) == first
    with here.storage.writing() as work:
        [finding] = work.findings.of(OAK)
        work.findings.keep(OAK, replace(finding, consequence="People wait."))
    second = reporting.publish(here.storage, OAK, View.FULL, here.clock)
    staff = reporting.publish(here.storage, OAK, View.STAFF, here.clock)
    assert not isinstance(second, Unsupported)
    assert not isinstance(staff, Unsupported)
    assert (second.edition, staff.edition) == (2, 1)
    held, frozen = reporting.publication(here.storage, OAK, "full", "1")
    assert held == first
    assert encode(frozen) == held.content
    with pytest.raises(NotPublishedError):
        reporting.publication(here.storage, OAK, "full", "3")
    with here.storage.reading() as work:
        told = [(each.person, each.occasion) for each in work.notices.waiting()]
        notices = [each.id for each in work.notices.waiting()]
        noted = [each.what for each in work.journal.entries() if isinstance(each.what, ReportPublished)]
    board, owner = people[BOARD], people[OWNER]
    assert sorted(told) == sorted(
        [(board, "full.1"), (board, "full.2"), (board, "staff.1"), (owner, "staff.1")]
    )
    assert ReportPublished("full.2", second.digest) in noted
    waits = noticing.due_message(here.storage, notices[0], here.clock.now(), here.turns.contacts)
    assert isinstance(waits, noticing.Held), "nobody is told at half past ten at night"
    due = noticing.due_message(here.storage, notices[0], waits.until, here.turns.contacts)
    assert isinstance(due, noticing.Due)
    assert "A report on the audit “Oak House: audit” was published." in due.letter.text


async def test_a_lead_publishes_and_board_and_owners_read_what_is_theirs(here: Site) -> None:
    base = f"/audits/{OAK}/reports"
    lead = await signed_in(here, LEAD, OAK)
    page = await lead.browser.open(f"/lead/audits/{OAK}")
    assert base in page.links.values()
    assert DRAFT in (await lead.browser.open(f"{base}/cqc")).text
    for view in ("board", "cqc"):
        await lead.open(f"{base}/{view}/publish")
        page = await lead.browser.press("Yes, publish it")
        assert page.response.url.path == base
    board, owner, auditor = [await signed_in(here, role, OAK) for role in (BOARD, OWNER, AUDITOR)]
    for reader, open_to, closed in ((board, ("board", "cqc"), ()), (owner, ("board",), ("cqc",))):
        overview = await reader.browser.open("/lead")
        assert base in overview.links.values()
        listed = await reader.browser.open(base)
        assert "Read the draft" not in listed.text
        for view in open_to:
            assert f"{base}/{view}/1" in listed.links.values()
            read = await reader.browser.open(f"{base}/{view}/1")
            assert "Nights are short of staff" in read.text
            assert DRAFT not in read.text
        for view in closed:
            assert (await reader.browser.open(f"{base}/{view}/1")).response.status_code == 403
        assert (await reader.browser.open(f"{base}/board")).response.status_code == 403, (
            "drafts are for others"
        )
    assert (await auditor.browser.open(f"{base}/board/2")).response.status_code == 409
    printed = await board.browser.client.get(f"{base}/board/1/pdf")
    assert (printed.headers["content-type"], printed.content[:5]) == ("application/pdf", b"%PDF-")
    file = await board.browser.client.get(f"{base}/board/1/json")
    assert file.headers["content-disposition"].endswith("oak-board-1.json")
    assert json.loads(file.content)["view"] == "board"
    again = await board.browser.client.get(f"{base}/board/1/json")
    assert again.content == file.content


async def test_the_command_line_writes_a_draft_and_an_edition(here: Site, tmp_path: Path) -> None:
    published = reporting.publish(here.storage, OAK, View.BOARD, here.clock)
    assert not isinstance(published, Unsupported)
    places = {"CANDOUR_DATA": str(tmp_path / "data"), "CANDOUR_KEY": str(tmp_path / "keys" / "candour.key")}
    for more, said, draft in (([], "The draft is in", True), (["--edition", "1"], "The report is in", False)):
        file = tmp_path / f"{len(more)}.html"
        run = CliRunner().invoke(
            app, ["report", OAK, "--view", "board", "--out", str(file), *more], env=places
        )
        assert said in run.output, (run.output, run.exception)
        assert (DRAFT in file.read_text("utf-8")) is draft
    template, word = str(tmp_path / "own.docx"), tmp_path / "board.docx"
    run = CliRunner().invoke(app, ["report-template", "--out", template])
    assert template in run.output
    wanted = ["report", OAK, "--view", "board", "--template", template, "--out", str(word)]
    run = CliRunner().invoke(app, wanted, env=places)
    assert "A template is for Word files: add --format docx." in str(run.exception)
    run = CliRunner().invoke(app, [*wanted, "--format", "docx"], env=places)
    assert word.read_bytes().startswith(b"PK"), (run.output, run.exception)
