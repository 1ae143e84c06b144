"""Findings and the plan in a chat: written, given, told of, seen by somebody else; on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot import buttons
from bot.channels.memory import CHANNEL, Person
from bot.contacts import SHIPPED
from bot.errors import NotTakenError, NowhereError, RoleMissingError
from bot.messages import Desk, Reply
from bot.services import appointing, auditing, inviting, noticing, planning
from bot.services.noticing import Due
from bot.turns import TurnLoop
from dialogues import library
from dialogues.form import Form
from reports.findings import Finding
from reports.plan import State
from storage.casework import IN_CASES
from storage.journal import ActionRevised
from storage.receipts import QUICK
from storage.slips import AUDITOR, BOARD, DEPUTY, LEAD, OWNER
from storage.unit_of_work import Storage
from tests.bot import instruments, sent
from tests.bot.stories import AUDIT, NOW, an_audit, clock, concern, culture
from tests.dialogues.playing import form_of
from tests.epochs import epochs_in
from tests.storage.conftest import url

__all__ = ["url"]

FINDING_ID = "f1" * 16

_ACTION = """
settings: [{form_title: An action, form_id: action, version: "1", attribution: named, records: action}]
survey:
  - {type: text, name: title, label: What will be done?, required: "yes"}
  - {type: select_multiple_from_file findings.csv, name: findings, label: For which finding?}
  - {type: select_one_from_file people.csv, name: owner, label: Who does it?}
  - {type: date, name: due, label: Until when?}
  - {type: date, name: review, label: When is it looked at again?}
  - {type: text, name: indicator, label: What shows that it works?}
  - {type: text, name: baseline, label: What is it today?}
  - {type: text, name: target, label: What should it become?}
  - {type: text, name: better, label: Which way is better?}
  - {type: text, name: source, label: Where does the number come from?}
  - {type: text, name: frequency, label: How often is it counted?}
  - {type: text, name: evidence_required, label: What shows that it was done?}
  - {type: text, name: kind, label: What kind is it?}
"""
_PROGRESS = """
settings: [{form_title: News, form_id: progress, version: "1", attribution: named, records: progress}]
survey:
  - {type: select_one_from_file actions.csv, name: action, label: Which action?, appearance: action, required: "yes"}
  - {type: select_one telling, name: telling, label: What is it?, appearance: telling, required: "yes"}
  - {type: select_one yes_no, name: has_time, label: Have you the time?, relevant: "${telling} = 'agree'"}
  - {type: select_one yes_no, name: has_authority, label: May you decide it?, relevant: "${telling} = 'agree'"}
  - {type: integer, name: percent, label: How much is done?, relevant: "${telling} = 'progress'"}
  - {type: text, name: news, label: What is new?, relevant: "${telling} = 'progress' or ${telling} = 'help'"}
  - {type: image, name: photo, label: What shows it?, relevant: "${telling} = 'progress' or ${telling} = 'done'"}
choices:
  - {list_name: yes_no, name: "yes", label: "Yes"}
  - {list_name: yes_no, name: "no", label: "No"}
  - {list_name: telling, name: agree, label: I can do it}
  - {list_name: telling, name: progress, label: It goes on}
  - {list_name: telling, name: done, label: It is done}
  - {list_name: telling, name: help, label: I need help}
"""
_VERIFICATION = """
settings: [{form_title: A second look, form_id: verification, version: "1", attribution: named, records: verification}]
survey:
  - {type: select_one_from_file actions.csv, name: action, label: Which action?, appearance: action, required: "yes"}
  - {type: text, name: looked_at, label: What did you look at?}
  - {type: select_one verdict, name: verdict, label: Is it done as meant?}
  - {type: text, name: missing, label: What is missing?, relevant: "${verdict} = 'not_met'"}
choices:
  - {list_name: verdict, name: met, label: As meant}
  - {list_name: verdict, name: not_met, label: Not yet}
"""
_CHALLENGE = """
settings: [{form_title: A question, form_id: challenge, version: "1", attribution: named, records: challenge}]
survey:
  - {type: select_one_from_file challenges.csv, name: about, label: Which question?}
  - {type: text, name: question, label: What do you ask?, relevant: "${about} = ''"}
  - {type: text, name: response, label: What is the answer?, relevant: "${about} != ''"}
"""


@cache
def _forms() -> tuple[Form, ...]:
    made = map(form_of, (_ACTION, _PROGRESS, _VERIFICATION, _CHALLENGE))
    return (*made, library.shipped("review"))


@pytest.fixture
def storage(tmp_path: Path, url: str) -> Iterator[Storage]:
    storage = Storage.open(
        tmp_path / "data", tmp_path / "candour.key", url, cost=QUICK, epochs=epochs_in(tmp_path)
    )
    auditing.open_audit(storage, an_audit(), [culture(), concern(), *_forms()])
    with storage.writing() as work:
        work.findings.keep(AUDIT, Finding(id=FINDING_ID, number=1, title="Supervision lapsed"))
    yield storage
    storage.close()


@pytest.fixture
async def turns(storage: Storage) -> AsyncIterator[TurnLoop]:
    async with TurnLoop(storage, clock()) as turns:
        yield turns


async def appointed(turns: TurnLoop, storage: Storage, name: str, role: str, called: str = "") -> Person:
    """Somebody in a chat who has come with a slip for this role, and has said what others call them."""
    person = Person(turns, name)
    (code,) = inviting.slips(storage, AUDIT, 1, role)
    await person.comes(code)
    if called:
        await person.says(f"/name {called}")
    return person


def told(storage: Storage, name: str) -> list[str]:
    """What somebody is to be told, in the order of the alphabet."""
    with storage.reading() as work:
        there = {each.id for each in work.people.at(CHANNEL, name)}
        return sorted(each.kind for each in work.notices.waiting() if each.person in there)


def letters(storage: Storage) -> set[str]:
    """The facts of what is to be told of the plan, as it is told now."""
    with storage.reading() as work:
        waiting = [each.id for each in work.notices.waiting()]
    due = (noticing.due_message(storage, each, NOW + timedelta(days=1), SHIPPED) for each in waiting)
    return {each.letter.text.partition("\n\n")[0] for each in due if isinstance(each, Due)}


def state(storage: Storage) -> State:
    with storage.reading() as work:
        (action,) = work.actions.of(AUDIT)
        return action.state


async def given(ann: Person, owner: str) -> None:
    """An action is written for somebody."""
    await ann.says("/plan")
    await ann.taps("New action")
    for answer in (
        "Weekly supervision at night",
        "F1 · Supervision lapsed",
        owner,
        "2026-05-30",
        "2026-08-30",
    ):
        await ann.says(answer)
    for answer in ("Supervisions held in time", "2 of 11", "10 of 11", "higher", "Records", "monthly"):
        await ann.says(answer)
    for answer in ("Six records of June", "supervision"):
        await ann.says(answer)
    await ann.taps("Hand in my answers")


async def test_an_action_is_given_agreed_told_of_done_and_seen_by_somebody_else(
    turns: TurnLoop, storage: Storage
) -> None:
    lee = await appointed(turns, storage, "lee", LEAD)
    nia = await appointed(turns, storage, "nia", OWNER, "night team lead")
    await nia.says("hello")
    assert nia.last.labels == ["My actions"]  # who owns actions is at home with what they can do
    await given(lee, "night team lead")
    assert lee.last.text[0] == "The action is in the plan. Its owner is asked whether they can do it."
    assert told(storage, "nia") == ["action_given"]

    await nia.says("/actions")
    assert "A1 · Weekly supervision at night\ndue 30 May 2026 · night team lead · proposed" in nia.last.text
    await nia.taps("A1 · Weekly supervision at night")
    assert nia.last.labels == ["I can do this", "I need help"]
    await nia.taps("I can do this")
    await nia.taps("Yes")
    await nia.taps("Yes")
    await nia.taps("Hand in my answers")
    assert state(storage) is State.AGREED
    await nia.says("/actions")
    await nia.taps("A1 · Weekly supervision at night")
    assert nia.last.labels == ["Done", "Progress", "Later", "I need help"]
    done = dict(nia.last.buttons)["Done"]
    await nia.taps("Progress")
    await nia.says("40")
    await nia.says("Two of five had theirs. CANARY")
    await nia.attaches(sent.jpeg(), "jpg")
    await nia.taps("Hand in my answers")
    assert state(storage) is State.IN_PROGRESS

    await nia.taps("Later")
    assert nia.last.labels == ["In 1 day", "In 3 days", "In a week"]
    await nia.taps("In 3 days")
    assert nia.last.text == ("I remind you again on 7 May 2026.", "A1 is still due on 30 May 2026.")
    await nia.taps_on(done)
    await nia.says("/skip")
    await nia.taps("Hand in my answers")
    assert state(storage) is State.IMPLEMENTED
    assert told(storage, "lee") == ["action_done"]

    await lee.says("/verify")
    await lee.taps("A1 · Weekly supervision at night")
    await lee.says("Six records")
    await lee.taps("As meant")
    await lee.taps("Hand in my answers")
    assert state(storage) is State.VERIFIED
    with storage.reading() as work:
        (action,) = work.actions.of(AUDIT)
        assert (action.percent, len(action.evidence), work.files.count(AUDIT)) == (100, 1, 1)
        entries = work.journal.entries()
        assert sorted(each.kind for each in work.entries.of(AUDIT)) == ["progress"] * 3 + ["verification"]
    assert [each.actor for each in entries if each.action == "entry made"] == [OWNER] * 3 + [LEAD]
    assert "CANARY" not in repr(entries) + repr(action)


async def test_a_finding_is_written_sent_back_for_blame_and_kept_under_its_number(
    turns: TurnLoop, storage: Storage
) -> None:
    ann = await appointed(turns, storage, "ann", AUDITOR)
    auditing.offer_forms(storage, AUDIT, [instruments.observation()], clock())
    await ann.says("/observe")
    for answer in ("Supervision notes are empty since March.", "Office", "Leadership", "A weakness"):
        await ann.says(answer)
    await ann.taps("Hand in my answers")
    await ann.says("/findings")
    await ann.taps("New finding")
    await ann.taps("Something to put right")
    await ann.says("Nobody sees the gaps at night")
    for label in ("Leaders and oversight", "Done", "CQC: Safe and effective staffing", "Done"):
        await ann.taps(label)
    await ann.says("Gaps are seen each week.")
    await ann.says("They were seen by nobody for four months.")
    await ann.taps("Rules, time, money, leading")
    await ann.says("The night lead was careless. CANARY")
    for label in ("Skip", "Yes", "Rules, time, money, leading"):
        await ann.taps(label)
    await ann.says("No meeting has the task of looking at gaps.")  # it is the first that is asked about again
    await ann.taps("Skip")
    await ann.taps("No")
    await ann.taps("Unclear who decides")
    await ann.taps("Done")
    await ann.says("Falls rose.")
    await ann.taps("Passed on, not acted on")
    await ann.says("4")
    await ann.says("4")
    assert "An observation · 4 May 2026" in ann.last.labels
    quoted = "“Supervision notes are empty since March.” · An observation · 4 May 2026"
    for label in ("An observation · 4 May 2026", quoted, "Done", "Yes, and found nothing"):
        await ann.taps(label)
    await ann.says("Look at it each week.")
    for _ in range(2):
        await ann.taps("Skip")
    await ann.taps("Hand in my answers")
    assert "“careless” says what somebody was like." in ann.chat[-2].text[0]
    assert ann.last.text[0] == "What in the system made that likely?"  # asked again, and nothing was kept
    with storage.reading() as work:
        assert [each.number for each in work.findings.of(AUDIT)] == [1]
    await ann.says("The rota is made without looking at the records of supervision.")
    await ann.taps("Hand in my answers")
    assert ann.last.text[0] == "The finding is kept, with all that it rests on."
    await ann.says("/findings")
    told = "F2 · Nobody sees the gaps at night\nStrength of evidence: moderate. Priority: high."
    assert told in ann.last.text
    await ann.taps("Revise F2")
    await ann.says("/edit 2")
    await ann.says("Nobody looks at gaps at night")
    await ann.taps("Hand in my answers")
    with storage.reading() as work:
        found = work.findings.of(AUDIT)
        assert [bool(each.because) for each in found[1].causes] == [True, False]
        journal = [(each.action, each.actor) for each in work.journal.entries() if "finding" in each.action]
        assert "CANARY" not in repr(found) + repr(work.journal.entries())
    assert [(each.number, each.title) for each in found][1:] == [(2, "Nobody looks at gaps at night")]
    assert [each.partition(".")[0] for each in found[1].supporting] == ["case", "excerpt"]
    assert journal == [("finding made", AUDITOR), ("finding revised", AUDITOR)]


async def agreed(storage: Storage, turns: TurnLoop) -> tuple[Person, Person]:
    """A lead, and the owner of an action who has agreed to it."""
    lee = await appointed(turns, storage, "lee", LEAD)
    nia = await appointed(turns, storage, "nia", OWNER, "night team lead")
    await given(lee, "night team lead")
    await nia.says("/actions")
    await nia.taps("A1 · Weekly supervision at night")
    await nia.taps("I can do this")
    await nia.taps("Yes")
    await nia.taps("Yes")
    await nia.taps("Hand in my answers")
    return lee, nia


async def test_who_has_not_the_time_is_heard_and_help_reaches_the_lead(
    turns: TurnLoop, storage: Storage
) -> None:
    lee = await appointed(turns, storage, "lee", LEAD)
    nia = await appointed(turns, storage, "nia", OWNER, "night team lead")
    await given(lee, "night team lead")
    await nia.says("/actions")
    await nia.taps("A1 · Weekly supervision at night")
    await nia.taps("I can do this")
    await nia.taps("No")
    await nia.taps("Yes")
    await nia.taps("Hand in my answers")
    assert state(storage) is State.PROPOSED
    assert told(storage, "lee") == ["help_wanted"]


async def test_what_is_written_anew_keeps_its_number_and_asks_a_new_owner(
    turns: TurnLoop, storage: Storage
) -> None:
    lee, nia = await agreed(storage, turns)
    await appointed(turns, storage, "bo", OWNER, "cook")
    await lee.says("/plan")
    await lee.taps("A1 · Weekly supervision at night")
    assert "Change it" in lee.last.labels
    await lee.taps("Change it")
    assert lee.last.text[0] == "You have come to the end. These are your answers."
    await lee.says("/edit 4")
    await lee.says("2026-06-15")
    await lee.says("/edit 5")
    await lee.says("2026-06-01")
    await lee.taps("Hand in my answers")
    assert lee.chat[-2].text == ("It would be looked at before it is due. Please choose a day after that.",)
    assert lee.last.text[0] == "When is it looked at again?"  # asked again, and nothing was kept
    with storage.reading() as work:
        assert [each.due for each in work.actions.of(AUDIT)] == [date(2026, 5, 30)]
    await lee.says("2026-09-01")
    await lee.says("/edit 3")
    await lee.taps("cook")
    await lee.taps("Hand in my answers")
    with storage.reading() as work:
        (action,) = work.actions.of(AUDIT)
        revised = [each.what for each in work.journal.entries() if each.action == "action revised"]
    assert (action.number, action.due, action.state) == (1, date(2026, 6, 15), State.PROPOSED)
    assert revised == [ActionRevised(1, redated=True)]
    assert told(storage, "bo") == ["action_given"]
    with pytest.raises(NotTakenError, match="A1 is with somebody else now"):
        await nia.taps("I can do this")


async def test_who_is_not_on_the_list_of_people_is_asked_for_again(turns: TurnLoop, storage: Storage) -> None:
    ann = await appointed(turns, storage, "ann", AUDITOR)
    await appointed(turns, storage, "bo", OWNER, "night team lead")
    await ann.says("/plan")
    await ann.taps("New action")
    for answer in ("Weekly supervision at night", "F1 · Supervision lapsed", "Somebody else"):
        await ann.says(answer)
    told = "I could not match that to one of the answers. Pick one from the list, like “night team lead”."
    assert ann.chat[-2].text == (told,)
    assert ann.last.text == ("Who does it?",)


async def beginning_to_change(person: Person, name: str = "A1 · Weekly supervision at night") -> None:
    """The action is laid open to be written anew."""
    await person.says("/plan")
    await person.taps(name)
    await person.taps("Change it")


async def test_two_who_write_the_same_anew_lose_nothing_and_overwrite_nothing_unread(
    turns: TurnLoop, storage: Storage
) -> None:
    lee, nia = await agreed(storage, turns)
    ann = await appointed(turns, storage, "ann", AUDITOR)
    await beginning_to_change(lee)
    await beginning_to_change(ann)
    for path, words in (("1", "Supervision each fortnight"), ("12", "Twelve records of June")):
        await lee.says(f"/edit {path}")
        await lee.says(words)
    await lee.taps("Hand in my answers")
    for path, words in (("1", "Supervision each month"), ("4", "2026-06-15")):
        await ann.says(f"/edit {path}")
        await ann.says(words)
    hand_in = dict(ann.last.buttons)["Hand in my answers"]
    await ann.taps("Hand in my answers")
    assert ann.chat[-2].text[:2] == (
        "The safeguarding lead has changed this since you began.",
        "“What will be done?” Now it says: “Supervision each fortnight”. You wrote: “Supervision each month”.",
    )
    assert ann.last.text[0] == "You have come to the end. These are your answers."
    with storage.reading() as work:
        assert [each.title for each in work.actions.of(AUDIT)] == ["Supervision each fortnight"]
    await ann.taps("Pause")
    await ann.says("/resume")
    assert (
        ann.chat[-2].text[0] == "The safeguarding lead has changed this since you began."
    )  # until it is handed in
    await ann.taps_on(hand_in)  # a second tap on the same button has read nothing
    with storage.reading() as work:
        assert [each.title for each in work.actions.of(AUDIT)] == ["Supervision each fortnight"]
    await ann.taps("Hand in my answers")
    with storage.reading() as work:
        (action,) = work.actions.of(AUDIT)
    assert (action.title, action.due) == ("Supervision each month", date(2026, 6, 15))
    assert action.evidence_required == "Twelve records of June"  # what only the other one changed
    assert action.state is State.PROPOSED  # and its owner is asked whether they can do it as it is now
    assert told(storage, "nia") == ["action_changed", "action_changed", "action_given"]
    assert (
        "Your action “Supervision each month” in the audit “Rowan House” was changed. "
        "This is new: what will be done; the day on which it is due. It is due on 15 June 2026."
    ) in letters(storage)

    await nia.says("/actions")
    await nia.taps("A1 · Supervision each month")
    for label in ("I can do this", "Yes", "Yes"):
        await nia.taps(label)
    await beginning_to_change(lee, "A1 · Supervision each month")
    await beginning_to_change(ann, "A1 · Supervision each month")
    await lee.says("/edit 13")
    await lee.says("staffing")
    await ann.says("/edit 6")
    await ann.says("Night staff with supervision")
    for person in (ann, lee):
        await person.taps("Hand in my answers")
        assert person.last.text[0].startswith(
            "The action is in the plan."
        )  # nothing clashes: nothing is asked
    with storage.reading() as work:
        (action,) = work.actions.of(AUDIT)
    assert (action.title, action.kind) == ("Supervision each month", "staffing")
    assert action.measure is not None
    assert action.measure.indicator == "Night staff with supervision"
    await nia.taps("Hand in my answers")
    assert nia.chat[-2].text[0].startswith("A1 was changed after you began to answer.")
    assert state(storage) is State.PROPOSED  # nobody agrees to what they have not seen
    with storage.writing() as work:
        work.actions.keep(AUDIT, replace(action, review=date(2026, 10, 1)))  # as a review decides it
    await beginning_to_change(lee, "A1 · Supervision each month")
    await lee.taps("Hand in my answers")
    with storage.reading() as work:
        assert [each.review for each in work.actions.of(AUDIT)] == [date(2026, 10, 1)]


async def test_what_will_not_be_done_is_rejected_with_its_reason(turns: TurnLoop, storage: Storage) -> None:
    lee, _ = await agreed(storage, turns)
    with storage.writing() as work:
        (action,) = work.actions.of(AUDIT)
        work.actions.keep(AUDIT, replace(action, review=date(2026, 5, 1), due=date(2026, 4, 30)))
    await lee.says("/plan")
    await lee.taps("Review it, its day has come: A1 · Weekly supervision at night")
    assert lee.last.text[0] == "What does its measure show?"
    await lee.says("/plan")
    await lee.taps("A1 · Weekly supervision at night")
    await lee.taps("It will not be done")
    await lee.says("/skip")
    assert lee.last.text[0] == "Why will it not be done?"
    await lee.says("The building closes.")
    await lee.taps("Hand in my answers")
    with storage.reading() as work:
        (action,) = work.actions.of(AUDIT)
    assert (action.state, action.because) == (State.REJECTED, "The building closes.")
    await lee.says("/plan")
    assert not any("A1" in label for label in lee.last.labels)


async def test_an_owner_never_sees_to_what_they_did_themselves(turns: TurnLoop, storage: Storage) -> None:
    lee = await appointed(turns, storage, "lee", LEAD, "the lead")
    await given(lee, "the lead")
    for tapped in ("I can do this", "Done"):
        await lee.says("/actions")
        await lee.taps("A1 · Weekly supervision at night")
        await lee.taps(tapped)
        for _ in range(2 if tapped == "I can do this" else 0):
            await lee.taps("Yes")
        if tapped == "Done":
            await lee.says("/skip")
        await lee.taps("Hand in my answers")
    assert state(storage) is State.IMPLEMENTED
    await lee.says("/plan")
    await lee.taps("A1 · Weekly supervision at night")
    assert lee.last.labels == ["Review it", "Record an exception"]
    with storage.reading() as work:
        (action,) = work.actions.of(AUDIT)
    verify = buttons.to_desk("verify", buttons.id_in(bytes.fromhex(action.id)))
    with pytest.raises(NotTakenError, match="needs a second pair of eyes"):
        await lee.taps_on(verify)


async def test_the_board_asks_and_the_lead_answers(turns: TurnLoop, storage: Storage) -> None:
    lee = await appointed(turns, storage, "lee", LEAD)
    mia = await appointed(turns, storage, "mia", BOARD)
    await mia.says("/challenge")
    await mia.says("/skip")
    await mia.says("How do you know that it lasts?")
    await mia.taps("Hand in my answers")
    assert told(storage, "lee") == ["challenged"]
    (asked,) = planning.challenges(storage, AUDIT)
    await lee.says("/challenge")
    await lee.taps("How do you know that it lasts?")
    await lee.says("We look again in September.")
    await lee.taps("Hand in my answers")
    (asked,) = planning.challenges(storage, AUDIT)
    assert asked.challenge.response == "We look again in September."
    assert told(storage, "mia") == ["replied"]


SEES = {
    "/findings": {LEAD, AUDITOR},
    "/plan": {LEAD, AUDITOR},
    "/themes": {LEAD, AUDITOR},
    "/actions": {LEAD, OWNER},
    "/audits": {LEAD, DEPUTY, AUDITOR, OWNER, BOARD},
}
MAY: dict[str, set[str]] = {
    "evidence": {LEAD, AUDITOR},
    "audit": {LEAD},
    "finding": {LEAD, AUDITOR},
    "action": {LEAD, AUDITOR},
    "progress": {LEAD, OWNER},
    "verification": {LEAD, AUDITOR},
    "exception": {LEAD, AUDITOR},
    "challenge": {LEAD, AUDITOR, BOARD},
    "learning": {LEAD, AUDITOR},
    "notification": {LEAD, AUDITOR},
    "measure": {LEAD, AUDITOR, OWNER},
    "review": {LEAD, AUDITOR},
    "opinion": {LEAD, AUDITOR},
}


async def test_each_role_begins_what_is_for_it_and_nothing_else(turns: TurnLoop, storage: Storage) -> None:
    assert set(MAY) == IN_CASES
    tiny = (
        "settings: [{{form_title: T, form_id: tiny-{0}, version: '1', attribution: named, records: {0}}}]\n"
    )
    survey = "survey: [{{type: text, name: a, label: What?}}]"
    forms = [form_of((tiny + survey).format(recorded)) for recorded in sorted(IN_CASES)]
    auditing.offer_forms(storage, AUDIT, forms, clock())
    for role in (LEAD, DEPUTY, AUDITOR, OWNER, BOARD):
        person = await appointed(turns, storage, role, role)
        for form in forms:
            begin = buttons.to_desk("begin", AUDIT, buttons.short(form.id))
            if role in MAY[form.records]:
                await person.taps_on(begin)
                assert isinstance(person.outcome, Reply)
                assert person.outcome.form.id == form.id
            else:
                with pytest.raises(RoleMissingError):
                    await person.taps_on(begin)
        for word, roles in SEES.items():
            with suppress(NowhereError):  # whoever has no conversation is told so, whatever they write
                await person.says(word)
                assert isinstance(person.outcome, Desk) == (role in roles), (role, word)
        for id_ in people_of(storage, role):
            appointing.remove(storage, AUDIT, id_, clock())
        with pytest.raises(RoleMissingError):
            await person.taps_on(begin)


def people_of(storage: Storage, name: str) -> list[str]:
    with storage.reading() as work:
        return [each.id.hex() for each in work.people.at(CHANNEL, name)]
