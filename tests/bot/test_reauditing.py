"""A closed audit is looked at again: what is taken over, what may be said of the change, and what a lead settles."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import founding, wording
from bot.channels.memory import Person
from bot.errors import NotOpenedError
from bot.services import auditing, inviting, measuring, reauditing, reporting
from bot.turns import TurnLoop
from dialogues.responses import Response
from reports.audit import AuditReport
from reports.audit.model import Kind
from reports.embedding import Because, Way
from reports.findings import Standing
from reports.plan import State, dated
from storage.casework import OPENING, Status
from storage.errors import AuditOpenError, NoBaselineError
from storage.journal import ReauditSettled
from storage.receipts import QUICK
from storage.slips import LEAD
from storage.unit_of_work import Storage
from tests.bot import again
from tests.bot.again import AGAIN, BASELINE, HIGH, LOW, MIDDLE
from tests.bot.stories import NOW, clock

BETTER = (14, 12, 14, 12, 14, 12, 14, 8, 10, 8, 10, 8, 10, 8)
HAND = measuring.hand(bytes([7]) * 16, LEAD, clock())


def _report(storage: Storage, audit: str) -> AuditReport:
    made = reporting.found(storage, audit, clock())
    assert isinstance(made, AuditReport), made
    return made


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    opened = Storage.open(tmp_path / "data", tmp_path / "candour.key", cost=QUICK)
    yield opened
    opened.close()


def test_a_re_audit_takes_over_all_but_its_name_and_asks_the_same(storage: Storage) -> None:
    again.baseline(storage)
    reauditing.open_again(storage, BASELINE, AGAIN, "", 40, clock())
    then, now = auditing.audit(storage, BASELINE), auditing.audit(storage, AGAIN)
    assert (now.baseline, now.status, now.staff_count) == (BASELINE, Status.OPEN, 40)
    assert (now.service, now.scope, now.harm_types, now.k) == (
        then.service,
        then.scope,
        then.harm_types,
        then.k,
    )
    assert (now.name, now.period_from, now.period_to) == (
        "Rowan House: looked at again",
        then.closed_on,
        NOW.date(),
    )
    assert again.form().digest in {each.digest for each in auditing.forms(storage, AGAIN)}
    with pytest.raises(AuditOpenError):
        reauditing.open_again(storage, AGAIN, "third", "", 0, clock())
    with pytest.raises(AuditOpenError):
        reauditing.outcome(storage, AGAIN)
    with pytest.raises(NoBaselineError):
        reauditing.outcome(storage, BASELINE)


def test_a_lead_opens_one_by_what_they_answer_and_it_says_what_has_changed(storage: Storage) -> None:
    again.baseline(storage)
    voice = wording.voice("en")
    said: Response = {"baseline": BASELINE, "audit_name": AGAIN, "changed": "A second nurse."}
    with storage.writing() as work:
        lead = work.people.add(BASELINE, LEAD, "memory", "ann")
        found = work.people.get(lead)
        assert found is not None
        for wrong, question in (
            ({"audit_name": "No Name"}, "audit_name"),
            ({"audit_name": BASELINE}, "audit_name"),
        ):
            with pytest.raises(NotOpenedError) as trouble:
                founding.found_again(work, {**said, **wrong}, found.account, NOW.date(), voice)
            assert trouble.value.question == question
        with pytest.raises(NotOpenedError, match="you do not lead it"):
            founding.found_again(work, said, bytes(16), NOW.date(), voice)
        audit = founding.found_again(work, said, found.account, NOW.date(), voice)
        assert audit.staff_count == 58
        (entry,) = work.entries.of(AGAIN, (OPENING,))
        assert entry.said["changed"] == "A second nurse."


def test_one_that_improved_closes_a_finding_and_embeds_its_action_once_a_lead_confirms(
    storage: Storage,
) -> None:
    again.baseline(storage)
    id_ = again.findings(storage, "CAP")
    again.again(storage)
    found = reauditing.outcome(storage, AGAIN)
    assert (found.way, found.count(Way.IMPROVED)) == (Way.IMPROVED, 1)
    (proposed,) = found.findings
    assert (proposed.standing, proposed.because) == (Standing.CLOSED, Because.THEMES_IMPROVED)
    assert reauditing.settle(storage, AGAIN, [], HAND) == (0, 0, 0)
    before = _report(storage, AGAIN).change.baseline
    assert before
    assert [each.said.text for each in (*before.findings, *before.actions)] == [
        "Proposed: close it, because every theme of it improved.",
        "Proposed: it lasts: here every theme of its findings improved.",
    ]
    assert reauditing.settle(storage, AGAIN, [id_], HAND) == (1, 0, 1)
    before, [later] = _report(storage, AGAIN).change.baseline, _report(storage, BASELINE).change.reaudits
    assert before
    on = dated(HAND.today)
    for twin in (before, later):
        assert [each.said.text for each in (*twin.findings, *twin.actions)] == [
            f"Closed on {on}, because every theme of it improved.",
            f"Embedded on {on}, because every theme of it improved.",
        ]
    assert reauditing.settle(storage, AGAIN, [id_], HAND) == (0, 0, 0), "it is done already"
    with storage.reading() as work:
        assert work.findings.of(BASELINE)[0].standing is Standing.CLOSED
        assert work.actions.of(BASELINE)[0].state is State.EMBEDDED
        settled = [each for each in work.journal.entries() if isinstance(each.what, ReauditSettled)]
        assert [each.what for each in settled] == [ReauditSettled(BASELINE, 1, 0, 1)]
        assert {each.said["because"] for each in work.entries.of(BASELINE)} == {"themes_improved"}


def test_one_of_which_nobody_can_tell_changes_nothing(storage: Storage) -> None:
    again.baseline(storage, MIDDLE)
    id_ = again.findings(storage, "CAP")
    again.again(storage, MIDDLE)
    assert reauditing.outcome(storage, AGAIN).way is Way.CANNOT_TELL
    assert reauditing.settle(storage, AGAIN, [id_], HAND) == (0, 0, 0)


def test_one_that_got_worse_reopens_what_was_closed(storage: Storage) -> None:
    again.baseline(storage, HIGH)
    id_ = again.findings(storage, "CAP", standing=Standing.CLOSED)
    again.again(storage, LOW)
    assert reauditing.outcome(storage, AGAIN).way is Way.DETERIORATED
    assert reauditing.settle(storage, AGAIN, [id_], HAND) == (0, 2, 0)
    with storage.reading() as work:
        assert work.findings.of(BASELINE)[0].standing is Standing.REOPENED
        assert work.actions.of(BASELINE)[0].state is State.IN_PROGRESS


def test_a_number_that_shifted_proves_what_answers_cannot(storage: Storage) -> None:
    again.baseline(storage, MIDDLE)
    id_ = again.findings(storage, "CAP")
    again.numbers(storage, BETTER, id_)
    again.again(storage, MIDDLE)
    found = reauditing.outcome(storage, AGAIN)
    assert (found.way, found.findings[0].because) == (Way.IMPROVED, Because.NUMBER_SHIFTED)
    assert reauditing.settle(storage, AGAIN, [id_], HAND) == (1, 0, 1)
    report = _report(storage, BASELINE)
    [later] = report.change.reaudits
    for each in (*later.findings, *later.actions):
        assert each.said.text.endswith("and stayed there. The proof: “Restraints”.")
        assert {one.kind for one in report.index if one.label in each.said.evidence} == {
            Kind.FINDINGS,
            Kind.NUMBERS,
        }


async def test_a_lead_reads_in_chat_what_has_changed_and_why(storage: Storage) -> None:
    again.baseline(storage)
    again.findings(storage, "CAP")
    async with TurnLoop(storage, clock()) as turns:
        ann = Person(turns, "ann")
        (code,) = inviting.slips(storage, BASELINE, 1, LEAD)
        await ann.comes(code)
        assert "None of your audits looks at another one again." in (await ann.says("/changed"))[-1].text
        again.again(storage)
        (code,) = inviting.slips(storage, AGAIN, 1, LEAD)
        await ann.comes(code)
        said = "\n".join((await ann.says("/changed"))[-1].text)
    assert "As a whole it improved" in said
    assert "• Improved: Staffing and skill mix" in said
    assert "• F1: close it, because every theme of it improved" in said
    assert "• A1: it lasts: here every theme of its findings improved" in said
