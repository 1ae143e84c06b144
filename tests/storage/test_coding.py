"""Excerpts and what was decided about them: kept, split, and gone with the answers that they are from."""

from __future__ import annotations

import hashlib

import pytest

from dialogues.form import Form
from dialogues.responses import Response
from reports.codebook import shipped
from reports.coding import Coded, Decision, Direction
from reports.learning import FEWEST, Confirmed
from reports.quotes import Redaction
from reports.suggesting import Piece
from storage import passphrases
from storage.answers import Submission
from storage.casework import Audit
from storage.coding import Coding, Excerpt, Origin, cut
from storage.unit_of_work import Storage
from tests.storage.phrases import PASSPHRASE, RELEASE

ANNA, BEN = b"a" * 16, b"b" * 16
WEAK = Decision((Coded("SUP", Direction.WEAKNESS),))
PAIR = passphrases.unlock(PASSPHRASE, RELEASE)


def tags(who: int) -> bytes:
    return hashlib.sha256(bytes([who])).digest()


@pytest.fixture
def opened(filled: Storage, audit: Audit, form: Form) -> Storage:
    """Two people's words, mixed, cut into excerpts, and one decision about each."""
    with filled.writing() as work:
        public = work.casework.keys_of(audit.id).public
        for who in (1, 2):
            notes: list[Response] = [{"note": f"Night {who}."}]
            said: Response = {
                "story": f"Nobody asked person {who}. Supervision was cancelled again.",
                "shifts": notes,
            }
            work.answers.submit([Submission(audit.id, form.digest, public, said, tags(who))])
        work.flush(audit.id)
        assert PAIR is not None
        for each in work.answers.written(audit.id, PAIR):
            kept = work.excerpts.keep(
                cut(
                    Excerpt(
                        audit=audit.id,
                        form=each.form,
                        question=each.question,
                        origin=Origin.ANONYMOUS,
                        source=each.tag,
                        text=each.text,
                    )
                )
            )
            for one in kept:
                work.codings.decide(audit.id, Coding(one.id, ANNA, WEAK))
    return filled


def texts(storage: Storage, audit: Audit) -> list[str]:
    with storage.reading() as work:
        decided = {each.excerpt for each in work.codings.of(audit.id)}
        found = work.excerpts.of(audit.id)
        assert decided == {each.id for each in found}, (
            "a decision without its excerpt, or the other way round"
        )
    return sorted(each.text for each in found)


def test_who_takes_answers_back_takes_the_excerpts_and_what_was_decided_about_them(
    opened: Storage, audit: Audit
) -> None:
    with opened.writing() as work:
        assert work.answers.withdraw(audit.id, tags(1), work.casework.keys_of(audit.id), work.forms.get)
    assert texts(opened, audit) == ["Night 2.", "Nobody asked person 2.", "Supervision was cancelled again."]


def test_what_was_learned_is_forgotten_with_the_answers_that_it_was_learned_from(
    opened: Storage, audit: Audit
) -> None:
    pieces = [Confirmed(bytes([number]), Piece("It was cold."), ("CARE",)) for number in range(FEWEST)]
    asked: list[int] = []

    def confirmed() -> list[Confirmed]:
        asked.append(1)
        return pieces

    def suggest() -> None:
        with opened.reading() as work:
            work.suggesters.get(
                audit.id, shipped(), {each.excerpt for each in pieces}, len(pieces), confirmed
            )

    suggest()
    suggest()
    assert len(asked) == 1
    with opened.writing() as work:
        assert work.answers.withdraw(audit.id, tags(1), work.casework.keys_of(audit.id), work.forms.get)
    suggest()
    with opened.writing() as work:
        assert work.answers.forget(audit.id)
    suggest()
    assert len(asked) == 3


def test_when_answers_are_destroyed_only_named_excerpts_stay(opened: Storage, audit: Audit) -> None:
    with opened.writing() as work:
        named = Excerpt(
            audit=audit.id, form="f", question="q", origin=Origin.NAMED, source=b"c" * 16, text="I said so."
        )
        (kept,) = work.excerpts.keep([named])
        work.codings.decide(audit.id, Coding(kept.id, ANNA, WEAK))
        assert work.answers.forget(audit.id)
    assert texts(opened, audit) == ["I said so."]


def test_a_split_excerpt_is_two_that_nobody_has_coded(opened: Storage, audit: Audit) -> None:
    with opened.writing() as work:
        whole = next(each for each in work.excerpts.of(audit.id) if each.text.startswith("Supervision"))
        one, two = work.excerpts.split(whole, len("Supervision"))
        assert (one.id, one.text, two.text) == (whole.id, "Supervision", "was cancelled again.")
        assert two.place == whole.place + len("Supervision ")
        assert work.excerpts.get(two.id) == two
        assert not {one.id, two.id} & {each.excerpt for each in work.codings.of(audit.id)}


def test_each_coder_has_a_decision_of_their_own_and_can_go_back_to_the_one_before(
    opened: Storage, audit: Audit
) -> None:
    none = Decision(memo="Hard to tell.")
    with opened.writing() as work:
        excerpt = work.excerpts.of(audit.id)[0].id
        work.codings.decide(audit.id, Coding(excerpt, BEN, WEAK))
        work.codings.decide(audit.id, Coding(excerpt, BEN, none))

    def decided() -> dict[bytes, Decision]:
        with opened.reading() as work:
            return {
                each.coder: each.decision for each in work.codings.of(audit.id) if each.excerpt == excerpt
            }

    assert decided() == {ANNA: WEAK, BEN: none}
    for after in ({ANNA: WEAK, BEN: WEAK}, {ANNA: WEAK}):
        with opened.writing() as work:
            assert work.codings.undo(excerpt, BEN)
        assert decided() == after
    with opened.writing() as work:
        assert not work.codings.undo(excerpt, BEN)


def test_quotes_that_no_report_has_go_with_their_answers_and_those_that_one_has_are_tied_to_none(
    opened: Storage, audit: Audit
) -> None:
    with opened.writing() as work:
        source = {each.text: each.source for each in work.excerpts.of(audit.id)}
        asked, agreed, published = (
            work.quotes.ask(audit.id, source[words], "Tell us", Redaction(words, "a"))
            for words in ("Night 1.", "Nobody asked person 1.", "Nobody asked person 2.")
        )
        for each in (agreed, published):
            kept = work.quotes.get(each)
            assert kept is not None
            assert kept.quote is None
            with pytest.raises(ValueError, match="second_person"):
                work.quotes.agree(kept, "a")
            work.quotes.agree(kept, "b")
            work.quotes.erase(each)  # forgets only what nobody agreed to
        work.quotes.note_published(published)
        work.quotes.note_published(asked)
        assert {each.standing.value for each in work.quotes.of(audit.id)} == {"asked", "agreed", "published"}
    with opened.writing() as work:
        for who in (2, 1):
            assert work.answers.withdraw(audit.id, tags(who), work.casework.keys_of(audit.id), work.forms.get)
            left = {each.id for each in work.quotes.of(audit.id)}
            assert left == ({asked, agreed, published} if who == 2 else {published})
        work.quotes.ask(audit.id, bytes(16), "Tell us", Redaction("Night 3.", "a"))
        work.answers.forget(audit.id)
        (kept,) = work.quotes.of(audit.id)
        assert kept.quote is not None
        assert kept.quote.words == "Nobody asked person 2."
