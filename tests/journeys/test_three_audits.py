"""The three examples of the brief, from the opening of an audit to its re-audit, by messages and taps.

Everybody is made up. All is said in chats, through the turn loop, but for two things that no chat may see: the lead's
app that shows codes is set up, and the passphrase is chosen, on their pages (here: by the services behind them).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from bot.channels.memory import Person
from bot.clock import SetClock
from bot.messages import Reply
from bot.services import auditing, inviting, planning, reauditing
from bot.services.deciding import Decider
from bot.turns import TurnLoop
from dialogues.prompts import Ask, Review
from reports.embedding import Way
from reports.findings import Standing
from reports.plan import State
from storage.receipts import QUICK
from storage.slips import AUDITOR, BOARD, LEAD, OWNER
from storage.unit_of_work import Storage
from tests.bot.codes import App, an_app
from tests.bot.stories import AUDIT, NOW, an_audit, concern, culture
from tests.epochs import epochs_in

MOST_TURNS = 200  # of one form
PASSPHRASE = "made up willow journey kettle"
Answers = Mapping[str, Any]


class Story(Struct, frozen=True):
    """One example: what it is about, how many are heard, what they say before and after, and what comes of it."""

    name: str
    harm: str
    theme: str
    people: int
    before: Answers
    after: Answers
    way: Way
    standing: Standing
    state: State
    settled: tuple[str, ...]  # what the lead is told who does all that is proposed


_ENOUGH = ("cap_enough_staff", "cap_skill_mix", "ng_bell_soon")
_TIMELY = ("maw_help_in_time", "ag_who_does", "ag_wait")
_CALM = ("trn_prepared", "rp_calm_first", "rp_practised")
NEGLECT = Story(
    "neglect", "neglect", "CAP", 22, dict.fromkeys(_ENOUGH, "0"), dict.fromkeys(_ENOUGH, "-1"),
    Way.IMPROVED, Standing.CLOSED, State.EMBEDDED, ("Done: F1, A1.", "1 finding is closed.", "1 action is embedded."),
)  # fmt: skip
RESTRAINT = Story(
    "restraint", "restrictive_practice", "TRN", 9, dict.fromkeys(_CALM, "0"), dict.fromkeys(_CALM, "-1"),
    Way.CANNOT_TELL, Standing.OPEN, State.VERIFIED, ("Nothing is left to decide here.",),
)  # fmt: skip
AGENCIES = Story(
    "agencies", "several_agencies", "MAW", 22, dict.fromkeys(_TIMELY, "-1"), dict.fromkeys(_TIMELY, "0"),
    Way.DETERIORATED, Standing.OPEN, State.IN_PROGRESS, ("Done: A1.", "Open again: 1."),
)  # fmt: skip


@pytest.mark.parametrize("story", [NEGLECT, RESTRAINT, AGENCIES], ids=lambda story: story.name)
async def test_from_its_opening_to_its_re_audit(tmp_path: Path, story: Story) -> None:
    clock = SetClock(NOW)
    key, days = tmp_path / "candour.key", epochs_in(tmp_path)
    with closing(Storage.open(tmp_path / "data", key, cost=QUICK, epochs=days)) as storage:
        auditing.open_audit(storage, an_audit(), [culture(), concern()])
        async with TurnLoop(storage, clock, decides=Decider(storage, clock)) as turns:
            lead = await comes(turns, storage, "lead", LEAD, AUDIT)
            app = await an_app(lead, storage, clock)
            await lead.says("/new")
            await fill(lead, opening(story))
            await ask_staff(turns, storage, story.name, story, story.before)
            await close(lead, app, story.name)
            auditor = await comes(turns, storage, "auditor", AUDITOR, story.name)
            owner = await comes(turns, storage, "owner", OWNER, story.name)
            await owner.says("/name team lead")
            await ask_and_conclude(auditor, story)
            await plan_it(auditor, owner, lead, story.name)
            await tell_others(turns, storage, lead, story.name)
            clock.move(timedelta(days=150))
            await look_again(turns, storage, lead, app, story, clock)


async def comes(turns: TurnLoop, storage: Storage, name: str, role: str, audit: str) -> Person:
    """Somebody who has come with a slip for this role."""
    person = Person(turns, name)
    (code,) = inviting.slips(storage, audit, 1, role)
    await person.comes(code)
    return person


async def close(lead: Person, app: App, audit: str) -> None:
    """The lead reads what closing means, and does it; the same message again changes nothing."""
    await lead.says("/close")
    assert any(f"/close {audit} " in each for each in lead.last.text)
    said = f"/close {audit} {app.shows()}"
    for told in ("is closed, and its report is made.", "is closed already."):
        await lead.says(said)
        assert lead.last.text[0].endswith(told), lead.last.text


def opening(story: Story) -> Answers:
    return {
        "audit_name": story.name,
        "title": f"Safety at a made-up home ({story.name})",
        "service": "A made-up home",
        "harm_types": [story.harm],
        "staff_count": "30",
        "k": "8",
        "entry": "open",
        "forms": ["staff-culture"],
    }


async def ask_staff(turns: TurnLoop, storage: Storage, audit: str, story: Story, said: Answers) -> None:
    """Everybody answers at once, each in a chat of their own."""
    auditing.choose_passphrase(storage, audit, PASSPHRASE)
    staff = [Person(turns, f"{audit} {number}") for number in range(story.people)]
    await asyncio.gather(*(_answer(person, audit, said) for person in staff))


async def _answer(person: Person, audit: str, said: Answers) -> None:
    await person.comes(audit)
    await fill(person, {"consent": "yes", "role_group": "care", **said})


async def ask_and_conclude(auditor: Person, story: Story) -> None:
    """An interview, a record check and a finding: sent back for blame, then for what contradicts it."""
    await auditor.says("/interviews")
    await auditor.taps("New: Guided interview")
    await fill(
        auditor,
        {"participant": "A care worker", "role": "frontline", "last_worry": "It was written down twice."},
    )
    await auditor.says("/interviews")
    await auditor.taps("New: Record review")
    sampled = [{"reference": "Night 1", "planned": "3", "worked": "2", "rota_met": "not_met"}]
    await fill(auditor, {"kind": "rotas", "standard": "Three on each night", "sampled": sampled})
    await auditor.says("/findings")
    await auditor.taps("New finding")
    made = finding(story, "The nurse was careless.")
    await fill(auditor, {**made, "against": None})
    assert "careless" in auditor.chat[-2].text[0]
    await fill(auditor, {"causes": [{"because": "Nobody looks at the records in a week."}]})
    missing = "What speaks against it? If you looked and there is nothing, say so: that counts too."
    assert auditor.chat[-2].text[0] == missing
    await fill(auditor, {"against": made["against"]})
    assert auditor.last.text[0] == "The finding is kept, with all that it rests on."


def finding(story: Story, cause: str) -> Answers:
    return {
        "nature": "concern",
        "title": "Nobody looks at what is written",
        "themes": [story.theme],
        "framework": ["0"],
        "criteria": "What is written is looked at each day.",
        "condition": "Two of three notes were looked at by nobody.",
        "causes": [{"lens": "organisation", "cause": cause}],
        "consequence": "Harm went on for two weeks.",
        "visibility": "not_acted_on",
        "impact": "4",
        "likelihood": "4",
        "supporting": ["0", "1"],
        "against": "none_found",
        "recommendation": "Look each day.",
    }


async def plan_it(auditor: Person, owner: Person, lead: Person, audit: str) -> None:
    """An action is given, taken on, put off, worked on, done; and seen by somebody else than its owner."""
    await auditor.says("/plan")
    await auditor.taps("New action")
    day = timedelta(days=1)
    await fill(
        auditor,
        {
            "findings": ["0"],
            "title": "The notes are read at nine",
            "kind": "leadership",
            "owner": "team lead",
            "start": NOW.date().isoformat(),
            "due": (NOW.date() + 60 * day).isoformat(),
            "indicator": "Days on which they were read",
            "baseline": "1 of 7",
            "target": "7 of 7",
            "better": "higher",
            "source": "The notes of nine o’clock",
            "frequency": "weekly",
            "evidence_required": "Initials on the notes of a month",
            "review": (NOW.date() + 120 * day).isoformat(),
        },
    )
    assert auditor.last.text[0].startswith("The action is in the plan."), auditor.last.text
    await owner.says("/actions")
    await owner.taps("A1 · The notes are read at nine")
    await owner.taps("I can do this")
    await fill(owner, {"has_time": "yes", "has_authority": "yes"})
    await owner.says("/actions")
    await owner.taps("A1 · The notes are read at nine")
    await owner.taps("I need help")
    await fill(owner, {"in_the_way": "The meeting is at eight."})
    await lead.says("/audits")
    await lead.taps(f"{audit}: Plan")
    await lead.taps("A1 · The notes are read at nine")
    assert "In the way: The meeting is at eight." in lead.last.text
    for way, said in (
        ("Progress", {"percent": "50", "news": "They are read on weekdays."}),
        ("Done", {"news": "Each day."}),
    ):
        await owner.says("/actions")
        await owner.taps("A1 · The notes are read at nine")
        await owner.taps(way)
        await fill(owner, said)
    await owner.says("/verify")
    assert "A1 · The notes are read at nine" not in owner.last.labels  # nobody looks at what is their own
    await lead.says("/audits")
    await lead.taps(f"{audit}: Plan")
    await lead.taps("A1 · The notes are read at nine")
    await lead.taps("See whether it is done")
    await fill(lead, {"looked_at": "The notes of a month", "verdict": "met"})


async def tell_others(turns: TurnLoop, storage: Storage, lead: Person, audit: str) -> None:
    """The board asks, the commissioner is told, and what was learned is shared."""
    chair = await comes(turns, storage, "chair", BOARD, audit)
    await chair.says("/challenge")
    if not isinstance(chair.outcome, Reply):
        await chair.taps(next(label for label in chair.last.labels if "uestion" in label or "sk" in label))
    await fill(chair, {"question": "How do you know?", "asked_by": "The board"})
    with storage.reading() as work:
        assert [each.kind for each in work.entries.of(audit, ("challenge",))] == ["challenge"]
    await lead.says("/notify")
    if not isinstance(lead.outcome, Reply):
        await lead.taps(next(label for label in lead.last.labels if audit in label))
    await fill(
        lead,
        {"who": "commissioner", "what": "What we found", "told_on": NOW.date().isoformat(), "how": "phone"},
    )
    with storage.reading() as work:
        assert [each.kind for each in work.entries.of(audit, ("notification",))] == ["notification"]
    await lead.says("/share")
    if not isinstance(lead.outcome, Reply):
        await lead.taps(next(label for label in lead.last.labels if audit in label))
    shared = {
        "what": "Notes are read each day",
        "findings": ["0"],
        "channel": "meeting",
        "audience": ["team"],
    }
    await fill(lead, {**shared, "shared_on": NOW.date().isoformat(), "reach": "12"})
    with storage.reading() as work:
        assert [each.kind for each in work.entries.of(audit, ("learning",))] == ["learning"]


async def look_again(
    turns: TurnLoop, storage: Storage, lead: Person, app: App, story: Story, clock: SetClock
) -> None:
    """The same is asked again, and what changed is told, proposed and settled."""
    again = f"{story.name}-again"
    await lead.says("/interviews")
    await lead.taps(next(label for label in lead.last.labels if label.endswith("Look at an audit again")))
    await fill(lead, {"baseline": "0", "audit_name": again, "staff_count": "30"})
    await ask_staff(turns, storage, again, story, story.after)
    await close(lead, app, again)
    found = reauditing.outcome(storage, again)
    assert found.way is story.way
    await lead.says("/changed")
    assert any("/settle" in each for each in lead.last.text) is story.settled[0].startswith("Done")
    await lead.says(f"/settle {app.shows()}")
    assert lead.last.text == story.settled
    (concluded,) = planning.findings(storage, story.name)
    assert concluded.finding.standing is story.standing
    (status,) = planning.plan(storage, story.name, clock).actions
    assert status.action.state is story.state


# Answering


async def fill(person: Person, answers: Answers) -> None:
    """Answer a form to its end: choices by tapping, words by typing; what has no answer is skipped."""
    for _ in range(MOST_TURNS):
        reply = person.outcome
        if not isinstance(reply, Reply) or not reply.prompts:
            return
        waiting = reply.prompts[-1]
        match waiting:
            case Review():
                await person.taps("Hand in my answers")
                return
            case Ask(another=True):
                given = answers.get(waiting.question.removesuffix("[+]"), ())
                more = reply.interview.counts.get(waiting.question.removesuffix("[+]"), 1) < len(given)
                await person.says("yes" if more else "no")
            case Ask():
                await _reply(person, waiting, _value(answers, waiting.question))
            case _:
                return
    raise AssertionError("the form did not end")


async def _reply(person: Person, ask: Ask, value: Any) -> None:
    if value is None:
        await person.says("/skip")
    elif not ask.options:
        await person.says(str(value))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for each in value:
            await person.taps(_label(ask, each))
        await person.taps("Done")
    else:
        await person.taps(_label(ask, value))


def _label(ask: Ask, value: str) -> str:
    """The words of a choice: by its name, its words, or its place among the scale (from 0; −1 is the last of five)."""
    for option in ask.options:
        if value in (option.value, option.label):
            return option.label
    scale = [option for option in ask.options if not option.apart]
    return scale[int(value)].label


def _value(answers: Answers, path: str) -> Any:
    """`causes[1]/lens` in the answers."""
    repeat, opened, rest = path.partition("[")
    if not opened:
        return answers.get(path)
    place, _, inner = rest.partition("]/")
    rows = answers.get(repeat, ())
    return rows[int(place) - 1].get(inner) if int(place) <= len(rows) else None
