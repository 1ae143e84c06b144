"""What people read is kind, short, plain, and there in every language."""

from __future__ import annotations

import datetime as dt
import re
import string

import pytest
import textstat
from babel.messages.catalog import Catalog
from msgspec.structs import replace

from bot import hearing, wording
from bot.channels.telegram import menu
from bot.wording import Outgoing, Role
from dialogues import catalogues, library, moves, prompts
from dialogues.form import Kind
from dialogues.prompts import AskAgain, Option, Progress, Prompt, Reason
from tests.bot.catalogues import ABOUT, COMMAND, IN_SHORT, SHORT, for_staff
from tests.bot.catalogues import everything as everything_said

READING_AGE = 12
GRADE_AT_FIVE = 5  # a school grade is the age of its pupils less five
KNOWN_TERM = "safeguarding"  # the forms explain it; formulas only count its letters
LONG_ENOUGH = 12  # words: a formula says little about shorter messages

ASK = prompts.Ask(
    question="seen",
    kind=Kind.SELECT_ONE,
    label="How often did you see it?",
    turn=3,
    progress=Progress(2, 9),
    options=(
        Option("never", "Never"),
        Option("often", "Often"),
        Option("dont_know", "I don't know", apart=True),
    ),
    can_go_back=True,
)
ITEM = prompts.Item("seen", "How often did you see it?", "Often", "often")
SAMPLES: tuple[Prompt, ...] = (
    prompts.Say(question="note", text="One.\n\nTwo.", signpost=True),
    ASK,
    AskAgain(question="seen", reason=Reason.NOT_A_CHOICE, example="Often"),
    prompts.Review(items=(ITEM, prompts.Item("why", "Why?", "")), turn=4, complete=True),
    prompts.Review(items=(ITEM,), turn=4),
    prompts.ConfirmWording(question="why", turn=4, found=("Mrs Jones", "01632 960123")),
    prompts.Stale(),
    prompts.NotNow(move="back"),
    prompts.NotNow(move="confirm"),
    prompts.Guide(moves=("answer", "skip", "back", "pause", "withdraw", "expire", "help", "concern")),
    prompts.Signpost(),
    prompts.PastLead(has_reader=True),
    prompts.PastLead(has_reader=False),
    prompts.PastLead(has_reader=False, handed_in=True),
    prompts.ConfirmStop(),
    prompts.Paused(),
    prompts.Submitted(),
    prompts.Declined(),
    prompts.Withdrawn(),
    prompts.Expired(),
)


TRANSLATED = wording.languages()[1:]


def catalogue(language: str) -> Catalog:
    return catalogues.read(wording.catalogue_path(language).read_bytes())


def spoken(language: str) -> set[tuple[str, ...]]:
    """What a catalogue translates, each plural in all its forms."""
    return {
        tuple(map(str, message.id)) if isinstance(message.id, tuple) else (str(message.id),)
        for message in catalogue(language)
        if message.id and all(message.string if isinstance(message.string, tuple) else [message.string])
    }


def everything(out: Outgoing) -> list[str]:
    return [
        *out.text,
        out.hint,
        *(button.label for button in out.buttons),
        *(line.answer for line in out.lines),
    ]


@pytest.mark.parametrize("language", wording.languages())
@pytest.mark.parametrize("prompt", SAMPLES, ids=lambda prompt: type(prompt).__name__)
def test_every_prompt_has_words(prompt: Prompt, language: str) -> None:
    out = wording.word(prompt, language, ask=ASK)
    assert "".join(out.text).strip()
    assert not re.search(r"\{\w*\}", " ".join(everything(out)))


@pytest.mark.parametrize(
    "prompt", [prompt for prompt in SAMPLES if not isinstance(prompt, prompts.Say | prompts.Ask)]
)
def test_what_candour_says_in_welsh_is_not_english(prompt: Prompt) -> None:
    assert wording.word(prompt, "cy", ask=ASK).text != wording.word(prompt, "en", ask=ASK).text


@pytest.mark.parametrize("reason", Reason)
def test_what_was_not_understood_is_said_kindly(reason: Reason) -> None:
    [sentence] = wording.word(AskAgain(question="seen", reason=reason), "en").text
    assert not re.search(r"invalid|error|wrong|fail|must|!", sentence, re.IGNORECASE)
    assert re.search(r"like|need|pick|please|range", sentence, re.IGNORECASE)


def test_the_forms_own_sentence_comes_before_ours() -> None:
    again = AskAgain(question="years", reason=Reason.CONSTRAINT, message="I need years, like 3.")
    assert wording.word(again, "en").text == ("I need years, like 3.",)


def test_an_example_from_the_engine_is_used() -> None:
    again = AskAgain(question="seen", reason=Reason.NOT_A_CHOICE, example="Often")
    assert "“Often”" in wording.word(again, "en").text[0]


def test_continuing_without_a_choice_asks_for_one() -> None:
    again = AskAgain(question="seen", reason=Reason.NO_WORDS, example="Never")
    assert wording.word(again, "en", ask=ASK).text[0].startswith("Please pick one of the answers. If none")
    for kept in (replace(ASK, another=True), replace(ASK, consent=True)):
        assert wording.word(again, "en", ask=kept).text == ("Please pick one of the answers.",)
        assert [each.label for each in wording.word(again, "en", tries=3, ask=kept).buttons] == ["Help"]


def test_after_three_tries_help_and_a_way_past_are_offered() -> None:
    again = AskAgain(question="seen", reason=Reason.NOT_A_CHOICE, example="Often")
    assert wording.word(again, "en", tries=2, ask=ASK).buttons == ()
    offered = wording.word(again, "en", tries=3, ask=ASK)
    assert [button.move for button in offered.buttons] == [moves.Skip(question="seen"), moves.Help()]
    assert "leave it out" in offered.text[1]


def test_a_required_question_is_never_offered_to_be_skipped() -> None:
    required = prompts.Ask(
        question="seen", kind=Kind.INTEGER, label="How many?", turn=3, progress=Progress(0, 1), required=True
    )
    again = AskAgain(question="seen", reason=Reason.NOT_WHOLE)
    said = wording.words([again, required], "en", tries=5)
    assert all(not isinstance(button.move, moves.Skip) for out in said for button in out.buttons)
    assert [type(button.move) for button in said[0].buttons] == [moves.Help]


def test_choices_are_buttons_that_know_their_question_and_turn() -> None:
    buttons = wording.word(ASK, "en").buttons
    assert buttons[0].move == moves.Answer("never", question="seen", turn=3)
    assert [button.role for button in buttons[:3]] == [Role.CHOICE, Role.CHOICE, Role.APART]
    assert [button.label for button in buttons[3:]] == ["Back", "Skip", "Pause", "Stop"]


def test_whether_there_is_another_one_is_asked_in_the_readers_language() -> None:
    another = prompts.Ask(
        question="visits[+]",
        kind=Kind.SELECT_ONE,
        label="Visits",
        turn=1,
        progress=Progress(0, 1),
        options=(Option("yes", "yes"), Option("no", "no")),
        another=True,
    )
    buttons = wording.word(another, "cy").buttons
    assert [button.label for button in buttons[:2]] == ["Oes", "Nac oes"]
    assert buttons[0].move == moves.Another(True, question="visits[+]", turn=1)  # noqa: FBT003


@pytest.mark.parametrize("language", wording.languages())
def test_buttons_are_short(language: str) -> None:
    own = [
        button
        for prompt in SAMPLES
        for button in wording.word(prompt, language, tries=3, ask=ASK).buttons
        if button.role not in (Role.CHOICE, Role.APART)
    ]
    assert all(len(button.label.split()) <= 5 and len(button.label) <= 30 for button in own)


def test_danger_comes_first_and_nothing_asks_why() -> None:
    first, *others = wording.places("en")
    assert first.phone == "999"
    assert [place.phone for place in others if place.phone] == [
        "03000 616161",
        "0300 7900 126",
        "0345 600 9527",
        "028 9536 1111",
        "020 3117 2520",
        "116 123",
        "111",
    ]
    assert "You do not have to say why" in wording.word(prompts.Signpost(), "en").text[0]


def test_the_closing_words_fit_what_was_handed_in() -> None:
    said = {
        name: wording.word(prompts.Submitted(), "en", form=library.shipped(name)).text
        for name in library.names()
    }
    assert "Nobody in your organisation can see who wrote them." in said["staff-culture"][0]
    assert said["concern"][0].startswith("Your message is in.")


def test_every_message_has_its_welsh_and_none_is_left_over() -> None:
    assert spoken("cy") == everything_said()


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_that_staff_can_meet_is_translated_and_none_is_left_over(language: str) -> None:
    assert (
        set(for_staff()) - spoken(language) - (said_in_the_contacts() if language == "cy" else set()) == set()
    )
    assert language == "cy" or spoken(language) - set(for_staff()) == set()


def said_in_the_contacts() -> set[tuple[str, ...]]:
    """What of the words for staff has its Welsh in the contacts' own files."""
    return set(for_staff()) - everything_said()


def test_a_message_that_a_language_lacks_is_said_in_english() -> None:
    assert wording.voice("cy")("Nobody has translated this.") == "Nobody has translated this."


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_fills_in_the_same_names_as_english(language: str) -> None:
    for message in catalogue(language):
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id:
            assert {frozenset(fields(part)) for part in strings} == {frozenset(fields(ids[-1]))}, message.id


@pytest.mark.parametrize("language", wording.languages())
def test_short_words_stay_short(language: str) -> None:
    say = wording.voice(language)
    assert [each for each in map(say, wording.NAMES.values()) if len(each) > SHORT] == []
    assert [each for each in map(say, hearing.COMMANDS.values()) if not 3 <= len(each) <= COMMAND] == []
    assert len(menu.description(language)) <= ABOUT
    assert len(menu.in_short(language)) <= IN_SHORT


def fields(message: object) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(str(message)) if name}


@pytest.mark.parametrize("language", wording.languages())
def test_a_voice_says_whether_a_speaker_has_reviewed_it(language: str) -> None:
    assert wording.voice(language).reviewed == (language == "en")


@pytest.mark.parametrize(("who", "reviewed"), [("no", False), ("", False), ("A. Speaker, 4 May 2026", True)])
def test_whoever_reviewed_a_catalogue_is_named_in_its_header(who: str, reviewed: bool) -> None:
    content = f'msgid ""\nmsgstr ""\n"Language: cy\\n"\n"X-Reviewed-By-A-Speaker: {who}\\n"\n'.encode()
    assert catalogues.is_reviewed(content) == reviewed


def test_welsh_has_its_own_plurals_and_dates() -> None:
    voice = wording.voice("cy")
    minutes = ("It takes about {number} minute.", "It takes about {number} minutes.")
    assert voice.several(*minutes, 2) == "Mae’n cymryd tua 2 funud."
    assert voice.several(*minutes, 15) == "Mae’n cymryd tua 15 munud."
    assert voice.date(dt.date(2026, 5, 4)) == "4 Mai 2026"
    assert wording.voice("en").date(dt.date(2026, 5, 4)) == "4 May 2026"


def test_an_unknown_language_is_spoken_to_in_english() -> None:
    assert wording.voice("tlh").language == "en"
    assert wording.voice("../../etc").language == "en"


@pytest.mark.parametrize("message", sorted({message[-1] for message in everything_said()}))
def test_a_twelve_year_old_can_read_it(message: str) -> None:
    plain = re.sub(r"\{\w+\}", "3", message).replace(KNOWN_TERM, "safety")
    assert "!" not in plain
    if len(plain.split()) >= LONG_ENOUGH:
        assert textstat.automated_readability_index(plain) + GRADE_AT_FIVE <= READING_AGE


def test_all_of_it_together_is_for_younger_readers_still() -> None:
    together = " ".join(
        sorted(message[-1] for message in everything_said() if message[-1].endswith((".", "?")))
    )
    assert textstat.automated_readability_index(together) + GRADE_AT_FIVE < READING_AGE - 2


def test_no_repr_holds_what_was_said() -> None:
    review = wording.word(SAMPLES[3], "en")
    assert "Often" not in repr(review)
    assert "Often" not in repr(wording.word(ASK, "en"))
    assert "Often" not in repr(review.lines)


PLURALS = {
    "pl": {1: "odpowiedź", 2: "odpowiedzi", 5: "odpowiedzi!", 12: "odpowiedzi!", 22: "odpowiedzi"},
    "ro": {1: "răspuns", 2: "răspunsuri", 19: "răspunsuri", 20: "de răspunsuri", 101: "răspunsuri"},
    "ml": {1: "ഉത്തരം", 2: "ഉത്തരങ്ങൾ", 0: "ഉത്തരങ്ങൾ"},
    "ur": {1: "جواب", 2: "جوابات", 0: "جوابات"},
}


def made_up(language: str) -> wording.Voice:
    """A voice with one message in all its plural forms, as a translator's file has it."""
    forms = list(dict.fromkeys(PLURALS[language].values()))
    book = Catalog(locale=language)
    book.add(("{number} answer", "{number} answers"), tuple(f"{{number}} {form}" for form in forms))
    book.add("Call {number}", "ں {number}")
    return wording.spoken_from(catalogues.write(book, {catalogues.REVIEWED: "no"}))


@pytest.mark.parametrize("language", PLURALS)
def test_each_language_has_its_own_plurals(language: str) -> None:
    say = made_up(language)
    for number, form in PLURALS[language].items():
        said = say.several("{number} answer", "{number} answers", number)
        assert said == f"{say.apart(str(number))} {form}"


@pytest.mark.parametrize(
    ("language", "day", "number", "half"),
    [
        ("pl", "4 maja 2026", "12 345", "0,5"),
        ("ro", "4 mai 2026", "12.345", "0,5"),
        ("ml", "4 മേയ് 2026", "12,345", "0.5"),
        ("ur", "4 مئی 2026", "12,345", "0.5"),
    ],
)
def test_dates_and_numbers_are_written_as_people_do(language: str, day: str, number: str, half: str) -> None:
    say = made_up(language)
    assert say.date(dt.date(2026, 5, 4)) == day
    assert say.number(12345).replace("\u00a0", " ") == number
    assert say.number(0.5) == half


def test_what_is_filled_into_urdu_keeps_its_own_order() -> None:
    assert made_up("ur")("Call {number}", number="116 123") == "ں \u2068116 123\u2069"
    assert made_up("pl")("Call {number}", number="116 123") == "ں 116 123"
    assert [made_up(language).direction for language in PLURALS] == ["ltr", "ltr", "ltr", "rtl"]


def test_what_may_show_who_someone_is_is_quoted_piece_by_piece_as_the_language_does() -> None:
    found = prompts.ConfirmWording(question="story", turn=1, found=("07700 900123", "Mrs Example"))
    assert "“07700 900123”, “Mrs Example”" in wording.word(found, "en").text[0]
    assert "„07700 900123”, „Mrs Example”" in wording.word(found, "pl").text[0]
    assert "“\u206807700 900123\u2069”، “\u2068Mrs Example\u2069”" in wording.word(found, "ur").text[0]
