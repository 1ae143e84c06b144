from __future__ import annotations

import secrets
from pathlib import Path

import pytest
from sqlalchemy import select

from dialogues.form import Form
from dialogues.responses import Response
from reports.scoring import Tally
from storage import passphrases
from storage.answers import Piece, Submission, split
from storage.casework import Audit
from storage.errors import UndecipherableError
from storage.keys import seal
from storage.tables import answers, pool, texts
from storage.unit_of_work import Storage
from tests.storage.phrases import PASSPHRASE, RELEASE

SHIFTS: list[Response] = [{"rested": "agree", "note": "tired"}, {"rested": "disagree"}]
NURSE: Response = {
    "role": "nurse",
    "listened": "disagree",
    "reasons": ["disagree", "agree"],
    "story": "They never came back to me.\0 👩🏽‍⚕️",
    "months": 7,
    "worked_out": "nurse disagree",
    "shifts": SHIFTS,
}
CARE: Response = {"role": "care", "listened": "agree", "reasons": ["agree", "disagree"]}
SILENT: Response = {"listened": "agree"}


def _submit(storage: Storage, audit: Audit, form: Form, *responses: Response) -> None:
    with storage.writing() as work:
        public = work.casework.keys_of(audit.id).public
        work.answers.submit(
            Submission(audit.id, form.digest, public, response, secrets.token_bytes(32))
            for response in responses
        )


def _flush(storage: Storage, audit: Audit) -> None:
    with storage.writing() as work:
        work.flush(audit.id)


def test_a_response_falls_into_single_answers(form: Form) -> None:
    assert {(piece.question, piece.value, piece.counted) for piece in split(form, NURSE)} == {
        ("role", "nurse", True),
        ("listened", "disagree", True),
        ("reasons", "agree disagree", True),  # in the form's order, not as they were tapped
        ("story", "They never came back to me.\0 👩🏽‍⚕️", False),
        ("months", "7", False),
        ("shifts/rested", "agree", False),  # one person, two answers: not to be counted as people
        ("shifts/rested", "disagree", False),
        ("shifts/note", "tired", False),
    }


def test_what_was_worked_out_or_left_empty_or_is_no_question_is_dropped(form: Form) -> None:
    assert list(split(form, {"worked_out": "x", "listened": "", "reasons": [], "stranger": "x"})) == []


def test_pieces_never_show_their_words() -> None:
    assert "canary" not in repr(Piece("story", "canary", counted=False))


def test_flushed_answers_are_counted_by_group(filled: Storage, audit: Audit, form: Form) -> None:
    _submit(filled, audit, form, NURSE, CARE, CARE, SILENT)
    _flush(filled, audit)
    with filled.reading() as work:
        assert work.answers.tally(audit.id, form) == Tally(
            responses=4,
            groups={"nurse": 1, "care": 2, "": 1},
            counts={
                "role": {"nurse": {"nurse": 1}, "care": {"care": 2}},
                "listened": {"nurse": {"disagree": 1}, "care": {"agree": 2}, "": {"agree": 1}},
                "reasons": {"nurse": {"agree disagree": 1}, "care": {"agree disagree": 2}},
            },
        )
        assert (work.answers.waiting(audit.id), work.answers.heard(audit.id)) == (0, 4)


def test_words_are_kept_sealed_and_without_their_group(filled: Storage, audit: Audit, form: Form) -> None:
    _submit(filled, audit, form, NURSE)
    _flush(filled, audit)
    with filled.reading() as work:
        with pytest.raises(UndecipherableError):
            work.answers.words(audit.id, work.casework.keys_of(audit.id))  # whoever has the key file alone
        pair = passphrases.unlock(PASSPHRASE, RELEASE)
        assert pair is not None
        words = work.answers.words(audit.id, pair)
        assert words["story"] == ("They never came back to me.\0 👩🏽‍⚕️",)
        assert words["shifts/rested"] == ("agree", "disagree")
    assert "grp" not in texts.columns


def test_whether_words_may_be_quoted_lies_within_them_and_shows_in_nothing_else(
    filled: Storage, audit: Audit, form: Form
) -> None:
    said: list[Response] = [{"story": f"story {may}", **MAY[may]} for may in MAY]
    notes: list[Response] = [
        {"note": "note one", "may_note": "yes"},
        {"note": "note two", "may_note": "no"},
        {"may_note": "yes"},
    ]
    assert list(split(form, {"may_story": "yes"})) == []
    _submit(filled, audit, form, *said, {"shifts": notes})
    _flush(filled, audit)
    pair = passphrases.unlock(PASSPHRASE, RELEASE)
    assert pair is not None
    with filled.database.writing() as connection:
        sizes = {len(row.sealed) for row in connection.execute(select(texts))}
        asked = set(connection.scalars(select(answers.c.question))) | set(
            connection.scalars(select(texts.c.question))
        )
        before = {"audit": audit.id, "form": form.digest, "question": "story", "tag": bytes(16)}
        old = seal(RELEASE.public, b"written before anybody was asked")
        connection.execute(texts.insert(), before | {"id": bytes(16), "sealed": old})
    assert len(sizes) == 1, "yes makes nothing longer than no"
    assert asked == {"", "story", "shifts/note"}
    with filled.reading() as work:
        assert {each.text: each.quotable for each in work.answers.written(audit.id, pair)} == {
            "story yes": True,
            "story no.": False,
            "story ...": False,
            "note one": True,
            "note two": False,
            "written before anybody was asked": False,
        }


MAY: dict[str, Response] = {"yes": {"may_story": "yes"}, "no.": {"may_story": "no"}, "...": {}}


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_no_words_can_be_read_in_any_file(filled: Storage, audit: Audit, form: Form, tmp_path: Path) -> None:
    canary = "CANARY-7f3a"
    shifts: list[Response] = [{"note": canary}]
    _submit(filled, audit, form, {**NURSE, "story": canary, "shifts": shifts})
    for flush in (False, True):
        if flush:
            _flush(filled, audit)
            filled.database.compact()
        for path in (tmp_path / "data").iterdir():
            assert canary.encode() not in path.read_bytes()


def test_a_flush_happens_whole_or_not_at_all(filled: Storage, audit: Audit, form: Form) -> None:
    _submit(filled, audit, form, NURSE, CARE)
    with filled.database.writing() as connection:
        connection.execute(
            pool.insert(),
            {"id": bytes(16), "audit": audit.id, "form": form.digest, "tag": bytes(16), "sealed": b"broken"},
        )
    with pytest.raises(UndecipherableError):
        _flush(filled, audit)
    with filled.reading() as work:
        assert (work.answers.waiting(audit.id), work.answers.heard(audit.id)) == (3, 0)


def test_a_flush_leaves_other_audits_alone(filled: Storage, audit: Audit, form: Form) -> None:
    _submit(filled, audit, form, NURSE)
    with filled.writing() as work:
        work.answers.submit(
            [Submission("elm-house", form.digest, work.casework.keys_of(audit.id).public, CARE, bytes(32))]
        )
    _flush(filled, audit)
    with filled.reading() as work:
        assert work.answers.waiting("elm-house") == 1


def test_the_order_of_answers_says_nothing_of_who_came_first(
    filled: Storage, audit: Audit, form: Form
) -> None:
    """Of 200 people, those who came first are as likely to lie behind as before those who came later."""
    people: list[Response] = [{"listened": "agree" if number < 100 else "disagree"} for number in range(200)]
    _submit(filled, audit, form, *people)
    _flush(filled, audit)
    with filled.database.reading() as connection:
        query = select(answers.c.value).where(answers.c.question == "listened")
        values = list(connection.scalars(query))
    early = [place for place, value in enumerate(values) if value == "agree"]
    assert len(early) == 100
    assert 80 < sum(early) / 100 < 120  # by chance alone outside once in 10⁶ times
