"""Unlocking what people wrote, and deciding about it one excerpt at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot import tying, wording, worktable
from bot.clock import SetClock
from bot.services import coding, keeping, revising
from bot.worktable import Card
from dialogues import library
from reports import codebook
from reports.coding import Coded, Decision, Direction
from reports.revisions import Merge
from storage.coding import Coding, Excerpt, Origin, Suggesters
from storage.errors import AuditOpenError, PassphraseWrongError
from storage.journal import LEAD, WordsOpened
from storage.unit_of_work import Storage
from tests.bot import coded
from tests.bot.coded import AUDIT, PASSPHRASE, SAID

NOW = dt.datetime(2026, 5, 14, 9, 0, tzinfo=dt.UTC)
ANNA, BEN = b"a" * 16, b"b" * 16
BOOK = codebook.shipped().version
WEAK = Decision((Coded("SUP", Direction.WEAKNESS),))


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOW)


@pytest.fixture
def storage(tmp_path: Path, clock: SetClock) -> Iterator[Storage]:
    opened = coded.open_storage(tmp_path)
    coded.fill(opened, clock)
    yield opened
    opened.close()


def cards(storage: Storage, account: bytes) -> list[Card]:
    """Code all there is, as this auditor."""
    found: list[Card] = []
    while (card := coding.next_excerpt(storage, AUDIT, account)) is not None:
        found.append(card)
        assert coding.decide(storage, AUDIT, account, card.excerpt.id, WEAK)
    return found


def test_words_are_unlocked_once_after_the_close_by_whoever_has_the_passphrase(
    tmp_path: Path, clock: SetClock
) -> None:
    storage = coded.open_storage(tmp_path)
    coded.fill(storage, clock)
    with pytest.raises(PassphraseWrongError):
        coding.unlock(storage, AUDIT, "not the right one at all", clock)
    with storage.reading() as work:
        before = work.excerpts.of(AUDIT)
    assert coding.unlock(storage, AUDIT, PASSPHRASE, clock) == 0
    with storage.reading() as work:
        assert work.excerpts.of(AUDIT) == before
        assert [each.what for each in work.journal.entries()].count(WordsOpened()) == 1
    assert len(before) == sum(text.count(".") for text in SAID) + len(SAID) // 2
    assert {each.text for each in before} > {"No one rang back.", "I like the garden."}
    storage.close()


def test_words_stay_locked_while_the_audit_is_open(tmp_path: Path, clock: SetClock) -> None:
    storage = coded.open_storage(tmp_path)
    coded.begin(storage, clock)
    with pytest.raises(AuditOpenError):
        coding.unlock(storage, AUDIT, PASSPHRASE, clock)
    storage.close()


def test_everybody_is_heard_before_anybody_is_heard_twice(storage: Storage) -> None:
    found = cards(storage, ANNA)
    sources = [card.excerpt.source for card in found]
    first = sources[: len(set(sources))]
    assert len(set(first)) == len(first)
    assert [(card.number, card.total) for card in found] == [
        (number, len(found)) for number in range(1, len(found) + 1)
    ]


def test_an_auditor_sees_the_words_and_the_question_and_nothing_about_who_wrote_them(
    storage: Storage,
) -> None:
    found = {card.excerpt.text: card for card in cards(storage, ANNA)}
    middle = found["No one rang back."]
    assert middle.before == "We told the GP twice about the sore."
    assert middle.after == "The plan was not changed either."
    assert middle.question
    assert middle.about == ""


def test_what_two_decide_about_one_excerpt_stays_apart_and_each_can_undo_their_own(storage: Storage) -> None:
    card = coding.next_excerpt(storage, AUDIT, ANNA)
    assert card is not None
    excerpt = card.excerpt.id
    none = Decision(memo="  Not clear.  ")
    assert coding.decide(storage, AUDIT, ANNA, excerpt, WEAK)
    assert coding.decide(storage, AUDIT, BEN, excerpt, none)
    assert coding.decide(storage, AUDIT, BEN, excerpt, none), "the same again, as a press that came twice"
    mine = coding.again(storage, AUDIT, BEN, excerpt)
    assert mine is not None
    assert mine.mine == Decision(memo="Not clear.", codebook=BOOK)
    assert coding.undo(storage, AUDIT, BEN, excerpt)
    assert not coding.undo(storage, AUDIT, BEN, excerpt)
    hers = coding.again(storage, AUDIT, ANNA, excerpt)
    assert hers is not None
    assert hers.mine == replace(WEAK, codebook=BOOK)


def code(storage: Storage, account: bytes, excerpt: bytes, *codes: str, blind: bool = False) -> bool:
    weak = tuple(Coded(each, Direction.WEAKNESS) for each in codes)
    return coding.decide(storage, AUDIT, account, excerpt, Decision(weak, blind=blind))


def test_agreement_is_that_of_what_was_decided_first_in_todays_codes(
    storage: Storage,
) -> None:
    first, *others = [card.excerpt.id for card in cards(storage, ANNA)]
    assert code(storage, BEN, first, "TRN", blind=True)
    for excerpt in others:
        assert code(storage, BEN, excerpt, "SUP", blind=True)
    before = coding.agreement(storage, AUDIT)
    assert [(each.theme, each.used) for each in before.comparison.themes] == [
        ("SUP", len(others) + 1),
        ("TRN", 1),
    ]
    assert isinstance(before.comparison.themes[1].characters, float), "the lengths are known"
    (dispute,) = before.disputes
    assert dispute.excerpt.id == first
    assert dispute.excerpt.text not in f"{before!r} {dispute!r}"
    assert code(storage, BEN, first, "SUP"), "they talk, and Ben comes round"
    after = coding.agreement(storage, AUDIT)
    assert (after.comparison, after.disputes) == (before.comparison, ())


def test_two_who_used_codes_that_were_merged_since_agree(storage: Storage, clock: SetClock) -> None:
    card = coding.next_excerpt(storage, AUDIT, ANNA)
    assert card is not None
    assert code(storage, ANNA, card.excerpt.id, "SUP.frequency")
    assert code(storage, BEN, card.excerpt.id, "TRN", blind=True)
    assert coding.agreement(storage, AUDIT).disputes
    merged = Merge(codes=("SUP.frequency",), into="TRN", reason="They mean one thing.")
    revising.revise(storage, [merged], LEAD, clock)
    found = coding.agreement(storage, AUDIT)
    assert [(each.theme, each.share) for each in found.comparison.themes] == [("TRN", 1)]
    assert not found.disputes


def test_an_excerpt_is_split_where_its_coder_says_unless_somebody_else_has_coded_it(storage: Storage) -> None:
    card = next(each for each in cards(storage, ANNA) if each.excerpt.text.startswith("Handover"))
    text, excerpt = card.excerpt.text, card.excerpt.id
    assert worktable.place_of(text, "so Things") == worktable.place_of(text, "3") == text.index("so things")
    assert worktable.place_of(text, "nowhere") is None
    assert worktable.place_of(text, "0") is worktable.place_of(text, "9" * 5000) is None
    at = text.index("so things")
    assert not coding.split(storage, AUDIT, BEN, excerpt, at)
    assert not coding.split(storage, AUDIT, ANNA, excerpt, 0)
    assert coding.split(storage, AUDIT, ANNA, excerpt, at)
    left = cards(storage, BEN)
    assert sorted(each.excerpt.text for each in left) == ["Handover is rushed,", "so things get lost."]


def said(origin: Origin, number: int, text: str) -> Excerpt:
    form, source = library.shipped("staff-culture"), number.to_bytes(16, "big")
    question = coded.questions(form)[0]
    return Excerpt(audit=AUDIT, form=form.digest, question=question, origin=origin, source=source, text=text)


@pytest.mark.parametrize("learned_from", Origin)
@pytest.mark.parametrize("origin", Origin)
def test_no_reason_quotes_an_anonymous_excerpt_or_stands_beside_one(
    storage: Storage, origin: Origin, learned_from: Origin
) -> None:
    storage.suggesters = Suggesters(run=lambda learn: learn())
    ways = (("The zither was out of tune on day {}.", "TRN"), ("Porridge at table {} went cold.", "CAP"))
    with storage.writing() as work:
        for number in range(100):
            text, theme = ways[number % 2]
            (kept,) = work.excerpts.keep([said(learned_from, number, text.format(number))])
            weak = Decision((Coded(theme, Direction.WEAKNESS),))
            work.codings.decide(AUDIT, Coding(kept.id, ANNA, weak))
        (asked,) = work.excerpts.keep([said(origin, 100, "Another zither.")])
    card = coding.again(storage, AUDIT, BEN, asked.id)
    card = coding.again(storage, AUDIT, BEN, asked.id)
    assert card is not None
    found = next(each for each in card.suggestions if each.code == "TRN")
    assert found.suggestion.like
    assert bool(found.like) is (origin is learned_from is Origin.NAMED)
    bare = replace(found, suggestion=replace(found.suggestion, words=(), telling=(), of_question=False))
    reason = "it is like “The zither" if found.like else "it is like one that was coded before"
    assert reason in tying.why(bare, wording.voice("en"))


def test_what_is_taken_back_or_too_old_cannot_be_coded_any_more(storage: Storage, clock: SetClock) -> None:
    found = cards(storage, ANNA)
    with storage.writing() as work:
        pair = work.casework.keys_of(AUDIT)
        assert work.answers.withdraw(AUDIT, coded.tags(6), pair, work.forms.get)
    gone = next(card for card in found if card.excerpt.text == "I like the garden.")
    assert not coding.decide(storage, AUDIT, ANNA, gone.excerpt.id, WEAK)
    assert coding.again(storage, AUDIT, ANNA, gone.excerpt.id) is None
    clock.move(keeping.ANSWERS_KEPT + dt.timedelta(days=1))
    keeping.forget(storage, clock)
    with storage.reading() as work:
        assert work.excerpts.of(AUDIT) == ()
        assert work.codings.of(AUDIT) == ()
