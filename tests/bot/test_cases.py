"""The interviews of auditors in a chat: begun, put away for days, handed over, handed in; on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot import buttons, transcripts
from bot.channels.memory import CHANNEL, Person
from bot.channels.telegram import screens
from bot.clock import SetClock
from bot.errors import CaseElsewhereError, NoColleagueError, NowhereError, RoleMissingError
from bot.messages import ACCOUNT, Address, AtRisk, Desk, Incoming, Reply, Said, Tap
from bot.services import appointing, auditing, interviewing, inviting, keeping
from bot.turns import TurnLoop
from dialogues.interview import State
from dialogues.moves import Answer, Begin, Skip, Submit
from reports.coding import Direction
from storage.cases import CaseStatus
from storage.casework import Entry
from storage.coding import Origin
from storage.errors import FormInUseError, UnknownAuditError, UnknownFormError
from storage.receipts import QUICK
from storage.slips import AUDITOR, DEPUTY, LEAD
from storage.unit_of_work import Storage
from tests.bot import instruments
from tests.bot.channels.house import held
from tests.bot.instruments import INTERVIEW, OBSERVATION
from tests.bot.stories import AUDIT, an_audit, clock, close, concern, culture
from tests.epochs import epochs_in
from tests.storage.conftest import url

__all__ = ["url"]

PHOTO = b"a photo of the rota"


@pytest.fixture
def storage(tmp_path: Path, url: str) -> Iterator[Storage]:
    storage = Storage.open(
        tmp_path / "data", tmp_path / "candour.key", url, cost=QUICK, epochs=epochs_in(tmp_path)
    )
    audit = replace(an_audit(), scope="warning_signs staff_skills", harm_types="neglect financial")
    own = [instruments.interview(), instruments.observation(), instruments.opening()]
    auditing.open_audit(storage, audit, [culture(), concern(), *own])
    yield storage
    storage.close()


@pytest.fixture
async def turns(storage: Storage) -> AsyncIterator[TurnLoop]:
    async with TurnLoop(storage, clock()) as turns:
        yield turns


async def appointed(
    turns: TurnLoop, storage: Storage, name: str, role: str = AUDITOR, audit: str = AUDIT
) -> Person:
    """Somebody in a chat who has come with a slip for this role."""
    person = Person(turns, name)
    (code,) = inviting.slips(storage, audit, 1, role)
    await person.comes(code)
    return person


def account(storage: Storage, name: str) -> bytes:
    with storage.reading() as work:
        return work.people.at(CHANNEL, name)[0].account


def no_longer(storage: Storage, name: str) -> None:
    """Take every role of somebody."""
    with storage.reading() as work:
        there = work.people.at(CHANNEL, name)
    for person in there:
        appointing.remove(storage, person.audit, person.id.hex(), clock())


def keys_of_the_day_are_gone(storage: Storage) -> None:
    for epoch in tuple(storage.epochs.safe.held()):
        storage.epochs.safe.destroy(epoch)


def texts(storage: Storage) -> list[str]:
    with storage.reading() as work:
        return sorted(each.text for each in work.excerpts.of(AUDIT))


def files(storage: Storage) -> int:
    with storage.reading() as work:
        return work.files.count(AUDIT)


def asked(person: Person) -> str:
    """The question that waits."""
    return person.last.text[0]


async def begin(person: Person) -> None:
    await person.says("/interviews")
    await person.taps("New: Talk with staff")


async def test_an_interview_rests_for_days_goes_to_a_colleague_and_is_handed_in_with_every_word(
    turns: TurnLoop, storage: Storage
) -> None:
    ann, ben = await appointed(turns, storage, "ann"), await appointed(turns, storage, "ben", LEAD)
    await begin(ann)
    assert asked(ann) == "Whom do you speak with?"
    await ann.says("A night nurse")
    assert ann.last.text == (
        "Tell me about the last time somebody was worried.",
        "Give them time.",
        "You could ask: Who was told, and what happened then?",
    )  # the kind of harm is known from the audit
    await ann.says("I rang the lead at once. Nobody came before the morning.")
    await ann.attaches(PHOTO, "jpg")
    await ann.says("/pause")

    keys_of_the_day_are_gone(storage)
    with pytest.raises(NowhereError):
        await ann.says("hello")
    await ann.says("/interviews")
    assert "Talk with staff · A night nurse (4 of 5)" in ann.last.labels
    await ann.taps("Talk with staff · A night nurse (4 of 5)")
    assert asked(ann) == "How are nights staffed?"

    await ann.says("/handover")
    await ann.taps("safeguarding lead")
    with pytest.raises(CaseElsewhereError):
        await ann.says("One nurse for thirty people.")
    await ben.says("/interviews")
    await ben.taps("Talk with staff · A night nurse (4 of 5)")
    await ben.says("One nurse for thirty people.")
    await ben.taps("Hand in my answers")
    assert ben.last.text[0].startswith("This is handed in, and kept as evidence.")

    (case,) = interviewing.cases(storage, AUDIT)
    assert (case.status, case.participant, case.holder) == (
        CaseStatus.HANDED_IN,
        "A night nurse",
        account(storage, "ben"),
    )
    assert texts(storage) == [
        "I rang the lead at once.",
        "Nobody came before the morning.",
        "One nurse for thirty people.",
    ]
    with storage.reading() as work:
        kept = work.cases.get(case.id)
        assert kept is not None
        assert kept.interview.answers["harms"] == "neglect"  # of what the audit knows, what the form offers
        assert {each.origin for each in work.excerpts.of(AUDIT)} == {Origin.NAMED}
        assert {each.source for each in work.excerpts.of(AUDIT)} == {case.id}
        assert [entry.action for entry in work.journal.entries()].count("evidence handed in") == 1
    assert files(storage) == 1
    with pytest.raises(CaseElsewhereError):
        await ben.says("and one thing more")


async def test_a_transcript_has_every_section_and_what_was_seen_on_the_way(
    turns: TurnLoop, storage: Storage
) -> None:
    ann = await appointed(turns, storage, "ann")
    await begin(ann)
    await ann.says("The manager")
    await ann.says("/observe")
    assert asked(ann) == "What did you see?"
    await ann.says("The notes of supervision are empty since March.")
    await ann.says("Office, Tuesday")
    await ann.taps("How often there is supervision")
    await ann.taps("A weakness")
    await ann.taps("Hand in my answers")
    assert asked(ann) == "Tell me about the last time somebody was worried."  # and back

    interview, seen = interviewing.cases(storage, AUDIT)
    if interview.form == OBSERVATION:
        interview, seen = seen, interview
    assert seen.part_of == interview.id
    with storage.reading() as work:
        (coding,) = work.codings.of(AUDIT)
        present = work.codebooks.present().version
    (coded,) = coding.decision.codes
    assert texts(storage) == [
        "The notes of supervision are empty since March."
    ]  # where it was is no evidence
    assert coding.decision.codebook == present
    assert (coding.coder, coded.code, coded.direction) == (
        account(storage, "ann"),
        "SUP.frequency",
        Direction.WEAKNESS,
    )
    read = interviewing.transcript(storage, AUDIT, interview.id)
    assert (read.audit_name, read.case.title) == ("Rowan House", "Talk with staff")
    assert [chapter.label for chapter in read.chapters] == ["Who it is"]
    (observation,) = read.observations
    assert observation.chapters[0].items[0].answer == "The notes of supervision are empty since March."

    written = transcripts.markdown(read)
    assert "# Talk with staff · The manager\n\nRowan House" in written
    assert "**What did you see?**\n\n> The notes of supervision are empty since March." in written

    await ann.says("/coverage")
    assert ann.last.text[:3] == (
        "Rowan House",
        "Early warning signs: nothing yet.",
        "Skills and training of staff: observations (1). Another kind of source is still missing.",
    )


async def test_an_auditor_jumps_to_a_section_and_the_rest_is_asked_after_it(
    turns: TurnLoop, storage: Storage
) -> None:
    ann = await appointed(turns, storage, "ann")
    await begin(ann)
    await ann.says("/sections")
    sections = ["Who it is (1 of 2)", "Early signs (0 of 2)", "The nights (0 of 1)"]
    assert ann.last.labels == [*sections, "Leave the rest out"]
    await ann.taps("The nights (0 of 1)")
    assert asked(ann) == "How are nights staffed?"
    await ann.says("Two people")
    assert asked(ann) == "Whom do you speak with?"


async def test_the_rest_is_left_out_by_a_button_or_a_command(turns: TurnLoop, storage: Storage) -> None:
    ann = await appointed(turns, storage, "ann")
    for leaving, words in ((ann.taps, "Leave the rest out"), (ann.says, "/finish")):
        await begin(ann)
        await ann.says("A cook")
        await ann.says("/help")
        assert any("/finish" in text for each in ann.chat for text in each.text)
        await ann.says("/sections")
        await leaving(words)
        assert asked(ann) == "You have come to the end. These are your answers."
        await ann.taps("Hand in my answers")
    assert [each.participant for each in interviewing.cases(storage, AUDIT)] == ["A cook", "A cook"]


async def test_when_the_audit_is_closed_auditors_begin_go_on_come_back_and_hand_in(
    turns: TurnLoop, storage: Storage
) -> None:
    ann = await appointed(turns, storage, "ann")
    await begin(ann)
    await ann.says("A cook")
    await ann.says("/observe")  # puts the interview aside
    close(storage)
    keeping.forget(storage, SetClock(clock().now() + timedelta(days=400)))
    await ann.says("The rota has gaps.")
    await ann.says("/finish")
    await ann.taps("Hand in my answers")
    assert asked(ann) == "Tell me about the last time somebody was worried.", "back to the interview"
    await ann.says("/pause")
    await ann.says("/resume")
    await ann.says("I rang the lead.")
    await ann.attaches(PHOTO, "jpg")
    await ann.says("/finish")
    await ann.taps("Hand in my answers")
    assert {"The rota has gaps.", "I rang the lead."} <= set(texts(storage))
    assert files(storage) == 1
    await begin(ann)
    assert asked(ann) == "Whom do you speak with?"


async def test_stopping_erases_the_interview_and_its_files(turns: TurnLoop, storage: Storage) -> None:
    ann = await appointed(turns, storage, "ann")
    await begin(ann)
    await ann.says("The cook")
    await ann.says("Nobody asked me.")
    await ann.attaches(PHOTO, "jpg")
    assert files(storage) == 1
    await ann.says("/stop yes")
    assert interviewing.cases(storage, AUDIT) == ()
    assert (files(storage), texts(storage)) == (0, [])
    with storage.reading() as work:
        assert [entry.action for entry in work.journal.entries()].count("case erased") == 1


async def test_a_role_that_ended_has_ended_with_the_next_message_and_with_every_old_button(
    turns: TurnLoop, storage: Storage
) -> None:
    ann = await appointed(turns, storage, "ann")
    await ann.says("/interviews")
    new = dict(ann.last.buttons)["New: Talk with staff"]
    await ann.taps_on(new)
    await ann.says("The cook")
    no_longer(storage, "ann")
    for said in ("Nobody asked me.", "/pause", "/start", "/review"):
        with pytest.raises(RoleMissingError):
            await ann.says(said)
    with pytest.raises(RoleMissingError):
        await ann.taps_on(new)
    (post,) = screens.refusal(RoleMissingError())
    assert isinstance(post, screens.Post)
    assert post.html.startswith("You have no part in this audit at the moment")
    await ann.says("/risk")
    assert isinstance(ann.outcome, AtRisk)  # the way to help stays open
    (case,) = interviewing.cases(storage, AUDIT)
    assert case.answered == 2


@pytest.mark.parametrize("word", ["/interviews", "/observe", "/coverage", "/handover", "/new"])
async def test_to_others_these_words_mean_nothing(word: str, turns: TurnLoop, storage: Storage) -> None:
    with pytest.raises(NowhereError):
        await Person(turns, "zoe").says(word)
    deputy = await appointed(turns, storage, "dee", DEPUTY)
    with pytest.raises(NowhereError):
        await deputy.says(word)


async def test_nobody_comes_to_the_forms_of_auditors_by_a_link(turns: TurnLoop, storage: Storage) -> None:
    zoe = Person(turns, "zoe")
    await zoe.comes(f"{AUDIT}__{INTERVIEW}")
    assert isinstance(zoe.outcome, Reply)
    assert zoe.outcome.form.id == "culture"
    with pytest.raises(UnknownFormError):
        await turns.play(Incoming(Address("web", "x"), AUDIT, INTERVIEW, "1", Begin()))
    assert {form.id for form in auditing.forms(storage, AUDIT)} == {
        "culture",
        "concern",
        "message",
        "take-back",
        "partner-view",  # for whoever has a slip of a partner
    }


async def test_the_same_interview_goes_on_on_a_page_where_others_only_look(
    turns: TurnLoop, storage: Storage
) -> None:
    ann = await appointed(turns, storage, "ann")
    await appointed(turns, storage, "ben")
    here, there = (Address(ACCOUNT, account(storage, name).hex()) for name in ("ann", "ben"))
    case = interviewing.begin(storage, AUDIT, INTERVIEW, account(storage, "ann"), clock())
    await turns.play(Incoming(here, AUDIT, INTERVIEW, "1", Begin(), case.id))
    reply = await turns.play(Incoming(here, AUDIT, INTERVIEW, "2", Answer("The cook"), case.id))
    again = await turns.play(Incoming(here, AUDIT, INTERVIEW, "2", Answer("The cook"), case.id))
    assert reply.prompts == again.prompts
    await ann.says("/interviews")
    await ann.taps("Talk with staff · The cook (2 of 5)")
    await ann.says("Nobody asked me.")
    shown = await turns.show(there, AUDIT, INTERVIEW, case.id)
    assert shown is not None
    assert shown.interview.answers["told"] == "Nobody asked me."
    with pytest.raises(CaseElsewhereError):
        await turns.play(Incoming(there, AUDIT, INTERVIEW, "1", Answer("x"), case.id))
    assert [each.progress.done for each in interviewing.sections(storage, AUDIT, case.id)] == [2, 1, 0]
    no_longer(storage, "ben")
    with pytest.raises(RoleMissingError):
        await turns.show(there, AUDIT, INTERVIEW, case.id)


async def test_the_draft_of_a_chat_holds_no_word_of_a_case(turns: TurnLoop, storage: Storage) -> None:
    ann = await appointed(turns, storage, "ann")
    await begin(ann)
    await ann.says("The cook")
    draft = held(storage, CHANNEL, "ann")
    assert draft is not None
    assert (draft.interview.answers, draft.interview.state) == ({}, State.ASKING)
    await ann.comes(AUDIT)
    draft = held(storage, CHANNEL, "ann")
    assert draft is not None
    assert draft.aside[0].interview.answers == {}


async def test_a_lead_opens_an_audit_by_chat_and_what_is_refused_loses_nothing(
    turns: TurnLoop, storage: Storage
) -> None:
    lee, ann = await appointed(turns, storage, "lee", LEAD), await appointed(turns, storage, "ann")
    with pytest.raises(UnknownFormError):
        await ann.says("/new")
    await lee.says("/new")
    for answer in (AUDIT, "Elm Court", "A fall that nobody saw.", "Leadership", "40", "8"):
        await lee.says(answer)
    await lee.says("/submit")
    assert lee.chat[-2].text == (
        "An audit with this short name is there already. Please choose another one.",
    )
    await lee.says("/edit 1")
    await lee.says("elm-court")
    await lee.says("/submit")
    opened = auditing.audit(storage, "elm-court")
    assert (opened.name, opened.scope, opened.staff_count, opened.opened_on) == (
        "Elm Court",
        "leadership",
        40,
        date(2026, 5, 4),
    )
    with storage.reading() as work:
        assert {(each.audit, each.role) for each in work.people.at(CHANNEL, "lee")} == {
            (AUDIT, LEAD),
            ("elm-court", LEAD),
        }
    await lee.says("/interviews")
    assert isinstance(lee.outcome, Desk)


async def test_what_opens_an_audit_goes_to_leads_only_and_stays_with_who_is_one(
    turns: TurnLoop, storage: Storage
) -> None:
    lee, ann = await appointed(turns, storage, "lee", LEAD), await appointed(turns, storage, "ann")
    await lee.says("/new")
    await lee.says("elm-court")
    await lee.says("/handover")
    assert lee.last.text == ("There is no other auditor in this audit yet, so nobody can take it over.",)
    assert interviewing.cases(storage, AUDIT) == ()  # it is no evidence
    (case,) = interviewing.cases(storage, AUDIT, account(storage, "lee"))
    await lee.says("/interviews")
    assert any(label.startswith("A new audit") for label in lee.last.labels)
    give = buttons.to_desk("give", buttons.id_in(case.id), buttons.id_in(account(storage, "ann")))
    with pytest.raises(NoColleagueError):
        await lee.taps_on(give)
    no_longer(storage, "lee")
    (code,) = inviting.slips(storage, AUDIT, 1, AUDITOR)
    await lee.comes(code)
    for said in ("/submit", "Elm Court"):
        with pytest.raises(RoleMissingError):
            await lee.says(said)
    with pytest.raises(RoleMissingError):
        await ann.taps_on(buttons.to_desk("go", buttons.id_in(case.id)))
    with pytest.raises(UnknownAuditError):
        auditing.audit(storage, "elm-court")


async def test_the_journal_has_the_role_in_which_a_case_was_handed_over_handed_in_or_erased(
    turns: TurnLoop, storage: Storage
) -> None:
    lee, ann = await appointed(turns, storage, "lee", LEAD), await appointed(turns, storage, "ann")
    await begin(lee)
    await lee.says("/handover")
    await lee.taps("auditor")
    await begin(lee)
    await lee.says("/stop yes")
    await ann.says("/interviews")
    await ann.taps(ann.last.labels[0])
    await ann.says("A cook")
    for _ in range(3):
        await ann.says("/skip")
    await ann.taps("Hand in my answers")
    with storage.reading() as work:
        done = {each.action: each.actor for each in work.journal.entries()}
    assert (done["case handed over"], done["case erased"]) == (LEAD, LEAD)
    assert done["evidence handed in"] == AUDITOR


async def test_an_audit_that_is_open_offers_more_but_not_another_version_of_what_people_were_asked(
    turns: TurnLoop, storage: Storage
) -> None:
    elm = replace(an_audit("elm-court"), entry=Entry.SLIPS)
    auditing.open_audit(storage, elm, [culture()])
    lee = await appointed(turns, storage, "lee", LEAD, "elm-court")
    auditing.offer_forms(storage, "elm-court", [instruments.observation()], clock())
    await lee.says("/observe")
    assert asked(lee) == "What did you see?"
    with pytest.raises(FormInUseError):
        auditing.offer_forms(storage, "elm-court", [replace(culture(), breakdown="")], clock())
    newer = replace(instruments.observation(), version="2")
    auditing.offer_forms(storage, "elm-court", [newer], clock())
    await lee.says("It was quiet.")  # what was begun goes on as it was begun
    assert isinstance(lee.outcome, Reply)
    assert lee.outcome.form.version == "1"


async def test_a_message_that_comes_again_after_a_crash_changes_nothing(
    turns: TurnLoop, storage: Storage
) -> None:
    await appointed(turns, storage, "ann")
    there = Address(CHANNEL, "ann")
    case = interviewing.begin(storage, AUDIT, OBSERVATION, account(storage, "ann"), clock())
    taken_up = Tap(buttons.to_desk("go", buttons.id_in(case.id)))
    said: tuple[Said, ...] = (taken_up, Answer("It was quiet."), Skip(), Skip(), Skip(), Submit())
    for number, move in enumerate(said):
        incoming = Incoming(there, "", "", f"crash {number}", move)
        first, again = await turns.hear(incoming), await turns.hear(incoming)
        assert isinstance(first, Reply)
        assert isinstance(again, Reply)
        assert first.prompts == again.prompts
    assert texts(storage) == ["It was quiet."]
    assert [each.status for each in interviewing.cases(storage, AUDIT)] == [CaseStatus.HANDED_IN]
