"""Changes of the codebook: what they do, what they refuse, and that no code is ever lost."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogues.form import Text
from reports import revisions
from reports.codebook import Codebook, Now, Standing, problems, shipped
from reports.revisions import Add, AddWords, Merge, Redefine, Rename, Retire, Revision, Split

WHY = "Auditors asked for it."


def add(code: str) -> Add:
    return Add(code=code, name=Text({"en": code}), definition=Text({"en": "What it says."}), reason=WHY)


def after(*made: Revision) -> Codebook:
    book = shipped()
    for each in made:
        assert revisions.problems(book, each) == ()
        book = revisions.revised(book, each)
    return book


def test_an_added_code_stands_last_under_its_theme() -> None:
    book = after(add("SUP.peers"))
    assert [each.code for each in book.under("SUP")][-1] == "SUP.peers"
    assert book.version == f"{shipped().version}+1"
    assert book.now("SUP.peers") == Now("SUP.peers", Standing.STANDS)


def test_a_theme_can_be_added_and_divided() -> None:
    book = after(add("FOOD"), add("FOOD.choice"))
    assert [each.code for each in book.codes][-2:] == ["FOOD", "FOOD.choice"]


def test_another_name_keeps_the_code_and_the_other_languages() -> None:
    book = after(Rename(code="SUP", name=Text({"en": "Time with a senior"}), reason=WHY))
    found = book.get("SUP")
    assert found is not None
    assert found.name == Text({"en": "Time with a senior", "cy": "Goruchwyliaeth"})


def test_another_code_succeeds_the_old_one() -> None:
    book = after(Rename(code="SUP.debrief", to="SUP.aftercare", reason=WHY))
    assert book.now("SUP.debrief") == Now("SUP.aftercare", Standing.SUCCEEDED)
    assert not book.has("SUP.debrief")


def test_merged_codes_bring_their_words() -> None:
    book = after(Merge(codes=("CAP.night", "CAP.agency"), into="CAP.numbers", reason=WHY))
    found = book.get("CAP.numbers")
    assert found is not None
    assert {"night staff*?", "agency staff*", "ratio*"} <= set(found.lexicon["en"])
    assert book.now("CAP.night") == book.now("CAP.agency") == Now("CAP.numbers", Standing.SUCCEEDED)


def test_successors_are_followed_to_what_stands_today() -> None:
    book = after(
        Rename(code="CAP.night", to="CAP.dark", reason=WHY),
        Merge(codes=("CAP.dark",), into="CAP.numbers", reason=WHY),
        Retire(code="CAP.numbers", reason=WHY),
    )
    assert book.now("CAP.night") == Now("CAP.numbers", Standing.LOOK_AGAIN)


def test_what_was_divided_or_retired_is_to_look_at_again() -> None:
    book = after(
        Split(code="SUP.reflection", into=("SUP.frequency", "SUP.debrief"), reason=WHY),
        Retire(code="ASR.data", reason=WHY),
    )
    assert {book.now(code).standing for code in ("SUP.reflection", "ASR.data")} == {Standing.LOOK_AGAIN}


def test_words_and_meanings_change_and_the_rest_stays() -> None:
    book = after(
        AddWords(code="SUP", language="en", words=("catch up",), reason=WHY),
        Redefine(code="SUP", includes="Also by telephone.", reason=WHY),
    )
    old, new = shipped().get("SUP"), book.get("SUP")
    assert old is not None
    assert new is not None
    assert new.lexicon["en"] == (*old.lexicon["en"], "catch up")
    assert (new.includes, new.excludes, new.definition) == (
        "Also by telephone.",
        old.excludes,
        old.definition,
    )


@pytest.mark.parametrize(
    ("revision", "says"),
    [
        (add("SUP"), "There is a code SUP already."),
        (add("sup"), "is not written as a code is"),
        (add("FOOD.choice"), "Add FOOD first."),
        (Retire(code="SUP.nothing", reason=WHY), "There is no code “SUP.nothing”."),
        (Retire(code="SUP", reason=WHY), "it stays"),
        (Retire(code="SUP.debrief", reason=" "), "Say why"),
        (Rename(code="SUP.debrief", reason=WHY), "Neither a new name nor a new code"),
        (Rename(code="SUP.debrief", to="FOOD", reason=WHY), "A theme stays a theme"),
        (Merge(codes=("CAP.night",), into="CAP.night", reason=WHY), "cannot become part of itself"),
        (Merge(codes=(), into="CAP.night", reason=WHY), "No code is named"),
        (Split(code="CAP.night", into=("CAP.mix",), reason=WHY), "For one, merge it."),
        (Split(code="CAP.night", into=("CAP.night", "CAP.mix"), reason=WHY), "cannot be divided into itself"),
        (Redefine(code="SUP", reason=WHY), "Nothing is said about SUP that is new."),
        (
            AddWords(code="SUP", language="English", words=("chat",), reason=WHY),
            "is not the code of a language",
        ),
        (AddWords(code="SUP", language="en", words=("… chat",), reason=WHY), "can be found nowhere"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(revision: Revision, says: str) -> None:
    assert says in " ".join(revisions.problems(shipped(), revision))


def test_a_code_that_was_used_is_never_used_for_something_else() -> None:
    book = after(Merge(codes=("CAP.night",), into="CAP.numbers", reason=WHY))
    assert "was used before" in revisions.problems(book, add("CAP.night"))[0]
    assert (
        "CAP.night is CAP.numbers today." in revisions.problems(book, Retire(code="CAP.night", reason=WHY))[0]
    )


def test_a_theme_with_codes_under_it_stays_until_they_are_settled() -> None:
    book = after(add("FOOD"), add("FOOD.choice"))
    assert (
        "There are codes under FOOD: FOOD.choice."
        in revisions.problems(book, Retire(code="FOOD", reason=WHY))[0]
    )


def test_revisions_that_no_longer_fit_are_left_out_and_told() -> None:
    made = (add("SUP.frequency"), add("SUP.peers"))
    book, left_out = revisions.present(shipped(), made)
    assert left_out == made[:1]
    assert book.has("SUP.peers")
    assert book.version == f"{shipped().version}+2"


def test_a_file_of_revisions_is_read_and_its_faults_are_told() -> None:
    found = revisions.read(
        b"""
- change: words
  code: SUP
  language: en
  words: catch up, sit down with*
  reason: Said by night staff.
- {change: merge, codes: CAP.night, into: CAP.numbers, reason: The same.}
"""
    )
    assert found == (
        AddWords(
            code="SUP", language="en", words=("catch up", "sit down with*"), reason="Said by night staff."
        ),
        Merge(codes=("CAP.night",), into="CAP.numbers", reason="The same."),
    )
    for content in (
        b"change: add",
        b"- change: paint",
        b"- change: retire\n  code: SUP",
        b"- {change: retire, why: x}",
    ):
        assert isinstance(revisions.read(content), list)


codes = st.sampled_from(
    ["SUP", "SUP.frequency", "SUP.debrief", "CAP.night", "CAP.mix", "NEW", "NEW.one", "NEW.two", "CAP.new"]
)
many = st.lists(codes, max_size=3).map(tuple)
wanted = st.one_of(
    codes.map(add),
    codes.map(lambda code: Retire(code=code, reason=WHY)),
    st.builds(Rename, code=codes, to=codes, reason=st.just(WHY)),
    st.builds(Merge, codes=many, into=codes, reason=st.just(WHY)),
    st.builds(Split, code=codes, into=many, reason=st.just(WHY)),
    st.builds(AddWords, code=codes, language=st.just("en"), words=st.just(("word",)), reason=st.just(WHY)),
)


@given(made=st.lists(wanted, max_size=12))
@settings(max_examples=60, deadline=None)
def test_whatever_is_revised_no_code_is_lost_and_the_codebook_stays_whole(made: list[Revision]) -> None:
    book, used = shipped(), {each.code for each in shipped().codes}
    for each in made:
        assert revisions.decode(revisions.encode(each)) == each
        if not revisions.problems(book, each):
            before, book = book, revisions.revised(book, each)
            assert set(before.gone) <= set(book.gone)
        used |= {each.code for each in book.codes}
    assert list(problems(book)) == []
    for code in used:
        now = book.now(code)
        assert (now.standing is Standing.LOOK_AGAIN) == (not book.has(now.code))
        assert (now.standing is Standing.STANDS) == book.has(code)
