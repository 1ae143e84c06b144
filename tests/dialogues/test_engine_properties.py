"""What holds for every form and every order of moves: the rules of design/DIALOGUES.md, tried at random."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, TypeAlias

import yaml
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec.structs import replace

from dialogues import moves
from dialogues.engine import Turn, advance, history, invite, prompts, response, sections, waiting
from dialogues.form import Attribution, Choice, Form
from dialogues.interview import Interview, State, decode, encode, static
from dialogues.lifecycle import LIVE
from dialogues.prompts import (
    Ask,
    AskAgain,
    ChooseLanguage,
    ConfirmStop,
    Guide,
    NotNow,
    Review,
    Sections,
    Signpost,
    Stale,
)
from dialogues.scene import Scene
from dialogues.script import script_of
from dialogues.xlsform import read
from tests.dialogues.playing import NOW

REPLIES = (
    "1",
    "2",
    "0",
    "3",
    "a",
    "b",
    "c",
    "yes",
    "no",
    "x",
    "ring 07700 900123",
    "",
    "a b",
    "2026-05-04",
    "12.5",
)


FROM_FILE = ("select_one_from_file given.csv", "select_multiple_from_file given.csv")
Lists: TypeAlias = dict[str, tuple[Choice, ...]]
GIVEN: tuple[Lists, ...] = (
    {},
    {"given": tuple(Choice(name, columns={"colour": name}) for name in ("a", "b", "3", "x"))},
)


class Author:
    """Writes a random form by drawing from Hypothesis."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.rows: list[dict[str, str]] = []
        self.known: list[tuple[str, str]] = []  # names that stand before, with their types
        self.inside: list[tuple[str, str]] = []  # names in repeats that are closed
        self.repeats: list[str] = []
        self.count = 0
        self.lists: tuple[str, ...] = ()

    def form(self) -> Form:
        anonymous = self.draw(st.booleans())
        self.lists = () if anonymous else FROM_FILE
        if self.draw(st.booleans()):
            self.rows.append(
                {"type": "select_one yes_no", "name": "consent", "label": "Consent?", "appearance": "consent"}
            )
        for _ in range(self.draw(st.integers(1, 6))):
            self.node(0)
        settings = {"form_id": "random", "attribution": "anonymous" if anonymous else "named"}
        sheets = {"survey": self.rows, "choices": CHOICES, "settings": [settings]}
        reading = read(yaml.safe_dump(sheets, sort_keys=False).encode(), "random.yaml")
        assert reading.form is not None, reading.problems
        return reading.form

    def pick(self, *options: Any) -> Any:
        return self.draw(st.sampled_from(options))

    def rarely(self) -> bool:
        return self.draw(st.integers(0, 2)) == 2

    def name(self) -> str:
        self.count += 1
        return f"q{self.count}"

    def node(self, depth: int) -> None:
        kind = self.pick(
            "question", "question", "question", "note", "calculate", "calculate", "group", "repeat"
        )
        if kind in ("group", "repeat") and depth < 3:
            self.container(kind, depth)
        elif kind == "note":
            self.rows.append({"type": "note", "name": self.name(), "label": self.label(), **self.relevance()})
        elif kind == "calculate":
            self.calculate()
        else:
            self.question()

    def container(self, kind: str, depth: int) -> None:
        name = self.name()
        row = {"type": f"begin {kind}", "name": name, "label": name, **self.relevance()}
        if kind == "repeat" and self.draw(st.booleans()):
            row["repeat_count"] = self.pick("2", "0", *(f"${{{one}}}" for one in self.of("integer")))
        self.rows.append(row)
        before = list(self.known)
        for _ in range(self.draw(st.integers(1, 3))):
            self.node(depth + 1)
        self.rows.append({"type": f"end {kind}"})
        if kind == "repeat":
            self.inside += [one for one in self.known if one not in before]
            self.known = before
            self.repeats.append(name)

    def of(self, *kinds: str) -> list[str]:
        return [name for name, kind in self.known if kind in kinds]

    def question(self) -> None:
        kind = self.pick(
            "text", "integer", "select_one abc", "select_multiple abc", "select_one towns", *self.lists
        )
        name = self.name()
        row = {"type": kind, "name": name, "label": self.label(), **self.relevance()}
        if self.rarely():
            row["required"] = self.pick("yes", self.truth())
        if self.rarely():
            row["constraint"] = self.pick(". != '3'", ". != 'b'", f"not({self.truth()}) or . != 'x'")
        if self.rarely():
            row["default"] = self.default(kind)
        if kind == "select_multiple abc" and self.rarely():
            row["appearance"] = "harm-types"
        if kind == "select_one towns" or (kind in FROM_FILE and self.rarely()):
            chosen = [
                f"selected(${{{one}}}, colour)" for one in self.of("select_one abc", "select_multiple abc")
            ]
            row["choice_filter"] = self.pick("colour = 'a'", self.truth(), *chosen)
        self.rows.append(row)
        self.known.append((name, kind))

    def default(self, kind: str) -> str:
        integers = [f"${{{one}}} + 1" for one in self.of("integer")]
        return str(self.pick("2", *integers) if kind == "integer" else self.pick("a", "x"))

    def calculate(self) -> None:
        name, options = self.name(), ["once(uuid())", "string(random())", "now()", "position(..)"]
        options = options[:3]
        options += [f"concat(${{{one}}}, '!')" for one, _ in self.known]
        options += [f"if(${{{one}}} = '2', now(), '')" for one, _ in self.known]
        options += [f"${{{one}}} = '2'" for one, _ in self.known]
        options += [f"count(${{{one}}})" for one in self.repeats]
        options += [f"if(count(${{{one}}}) > 1, uuid(), '')" for one in self.repeats]
        options += [f"join(',', ${{{one}}})" for one, _ in self.inside]
        options += [f"sum(${{{one}}})" for one, kind in self.inside if kind == "integer"]
        row = {"type": "calculate", "name": name, "calculation": str(self.pick(*options)), **self.relevance()}
        if self.rarely():
            row |= {"type": "text", "label": self.label()}
        self.rows.append(row)
        self.known.append((name, "calculate"))

    def label(self) -> str:
        return str(self.pick("Label", *(f"Label ${{{name}}}" for name, _ in self.known)))

    def relevance(self) -> dict[str, str]:
        return {"relevant": self.truth()} if self.draw(st.booleans()) else {}

    def truth(self) -> str:
        options = ["today() > date('2026-05-05')", "1 = 1"]
        for name, kind in self.known:
            options += [f"${{{name}}} = '2'", f"${{{name}}} != ''", f"not(${{{name}}} = 'a')"]
            if kind == "select_multiple abc":
                options.append(f"selected(${{{name}}}, 'b')")
        options += [f"count(${{{name}}}) > 1" for name in self.repeats]
        options += [f"count-non-empty(${{{name}}}) > 0" for name, _ in self.inside]
        return str(self.pick(*options))


CHOICES = [
    *({"list_name": "yes_no", "name": name, "label": name} for name in ("yes", "no")),
    *({"list_name": "abc", "name": name, "label": name.upper()} for name in ("a", "b", "c")),
    *(
        {"list_name": "towns", "name": f"{name}{number}", "label": f"{name}{number}", "colour": name}
        for name in "abc"
        for number in (1, 2)
    ),
]


@st.composite
def forms(draw: st.DrawFn) -> Form:
    return Author(draw).form()


@st.composite
def any_move(draw: st.DrawFn) -> moves.Move:
    turn = draw(st.sampled_from((None, None, None, 1, 3)))
    instance = draw(
        st.sampled_from(("q1[1]", "q2[1]", "q2[2]", "q3[2]", "q2[1]/q3[1]", "q3[1]/q4[2]", "q4[1]", "q9"))
    )
    options: list[moves.Move] = [
        moves.Begin(),
        moves.Skip(turn=turn),
        moves.Back(turn=turn),
        moves.Keep(turn=turn),
        moves.Another(draw(st.booleans()), turn=turn),
        moves.Mark(draw(st.sampled_from(("a", "b", "c"))), draw(st.booleans()), turn=turn),
        moves.Leaf(2, turn=turn),
        moves.Done(turn=turn),
        moves.Finish(),
        moves.Remove(instance),
        moves.Confirm(draw(st.sampled_from(moves.Wording))),
        moves.Speak(draw(st.sampled_from(("en", "xx")))),
        moves.Pause(),
        moves.Resume(),
        moves.Look(),
        moves.Help(),
        moves.Concern(),
        moves.Submit(),
        moves.Withdraw(),
    ]
    return draw(st.sampled_from(options))


class Interviews(RuleBasedStateMachine):
    """A random form, and somebody who does anything at any time."""

    form: Form
    interview: Interview

    @initialize(form=forms(), lists=st.sampled_from(GIVEN))
    def invited(self, form: Form, lists: Lists) -> None:
        self.form, self.now = form, NOW
        self.interview = invite(form, seed="seed", known={"harm-types": "c z a"}, lists=lists)
        self.consented = script_of(form).consent is None
        self.play(moves.Begin())

    # Moves

    @rule(reply=st.sampled_from(REPLIES))
    def answer(self, reply: str) -> None:
        self.play(moves.Answer(reply))

    @rule(number=st.integers(0, 5))
    def choose(self, number: int) -> None:
        ask = next((prompt for prompt in self.shown if isinstance(prompt, Ask)), None)
        if ask is not None and ask.options:
            self.play(
                moves.Answer(
                    ask.options[number % len(ask.options)].value, question=ask.question, turn=ask.turn
                )
            )

    @rule()
    def agree(self) -> None:
        if self.interview.state is State.CONSENTING:
            self.play(moves.Answer("yes"))

    @rule()
    def finish(self) -> None:
        """Go quickly to the end, so that it is reached at all."""
        for _ in range(30):
            if self.interview.state is State.ASKING:
                self.play(moves.Skip())
                self.play(moves.Answer("2"))

    @rule(move=any_move())
    def move(self, move: moves.Move) -> None:
        self.play(move)

    @rule(data=st.data())
    def edit(self, data: st.DataObject) -> None:
        if self.interview.done:
            self.play(moves.Edit(data.draw(st.sampled_from(sorted(self.interview.done)))))

    @rule(data=st.data())
    def jump(self, data: st.DataObject) -> None:
        offered = [each.path for each in sections(self.form, self.interview)]
        self.play(moves.Jump(data.draw(st.sampled_from([*offered, "", "nowhere"]))))

    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        counts = self.scene().counts
        instances = [f"{path}[{number}]" for path in sorted(counts) for number in range(counts[path] + 2)]
        if instances:
            self.play(moves.Remove(data.draw(st.sampled_from(instances))))

    @rule()
    def add(self) -> None:
        """Skip to the next “another one?” and say yes."""
        for _ in range(10):
            ask = next((prompt for prompt in self.shown if isinstance(prompt, Ask)), None)
            if ask is None or self.interview.state is not State.ASKING:
                return
            if ask.another:
                self.play(moves.Another(wanted=True))
                return
            self.play(moves.Skip())

    @rule(hours=st.integers(1, 20))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @precondition(lambda self: self.interview.turn > 25)
    @rule(move=st.sampled_from((moves.Withdraw(sure=True), moves.Expire())))
    def end(self, move: moves.Move) -> None:
        self.play(move)

    def play(self, move: moves.Move) -> None:
        before = self.interview
        loaded = decode(encode(before))
        turn = advance(self.form, before, move, now=self.now)
        again = advance(self.form, loaded, move, now=self.now)
        assert again.prompts == turn.prompts
        assert again.interview == turn.interview
        self.check_turn(before, turn, move)
        self.interview = turn.interview
        if isinstance(move, moves.Answer) and before.state is State.CONSENTING:
            self.consented = self.interview.state in (State.ASKING, State.REVIEWING)

    def check_turn(self, before: Interview, turn: Turn, move: moves.Move) -> None:
        if isinstance(move, moves.Look | moves.Help | moves.Concern | moves.Leaf):
            assert turn.interview is before
        if turn.interview is before:
            head = turn.prompts[0]
            assert (
                isinstance(move, moves.Begin)
                or isinstance(
                    head,
                    AskAgain
                    | NotNow
                    | Stale
                    | Guide
                    | Signpost
                    | ConfirmStop
                    | Review
                    | ChooseLanguage
                    | Sections,
                )
                or isinstance(move, moves.Mark | moves.Leaf)
            )
        elif isinstance(move, moves.Mark):
            assert (turn.interview.turn, turn.interview.answers) == (before.turn, before.answers)
            assert turn.interview.marked != before.marked
        else:
            assert turn.interview.turn == before.turn + 1
            assert turn.interview != before
        if isinstance(move, moves.Jump) and turn.interview is not before:
            assert self.section_of(turn.interview) == move.section
        if isinstance(move, moves.Finish) and turn.interview is not before:
            self.check_rest(before, turn)
        assert turn.prompts

    def check_rest(self, before: Interview, turn: Turn) -> None:
        """Only named forms; nothing said is lost; the review, or a question that must be answered."""
        assert self.form.attribution is Attribution.NAMED
        after = turn.interview
        kept = {path: value for path, value in before.answers.items() if path in before.done}
        assert kept.items() <= after.answers.items()
        if after.state is State.ASKING:
            ask = next(prompt for prompt in turn.prompts if isinstance(prompt, Ask))
            assert ask.required
            assert ask.question not in after.done
        else:
            assert after.state is State.REVIEWING
            assert waiting(self.form, replace(after, state=State.ASKING)) is None

    def section_of(self, interview: Interview) -> str:
        """The path of the section in which a question waits."""
        path = waiting(self.form, interview) or ""
        return script_of(self.form).outline.by_path[static(path).removesuffix("[+]")].outermost.path

    # What holds after every move

    def scene(self) -> Scene:
        """What the engine worked out for this interview, step by step."""
        prompts(self.form, self.interview)
        scene: Scene = self.interview.__dict__["scene"]
        return scene

    @property
    def shown(self) -> tuple[Any, ...]:
        return prompts(self.form, self.interview)

    @invariant()
    def nothing_is_kept_before_consent_or_after_the_end(self) -> None:
        empty = (State.INVITED, State.CONSENTING, State.DECLINED, State.WITHDRAWN, State.EXPIRED)
        if not self.consented or self.interview.state in empty:
            assert not self.interview.answers
            assert not self.interview.done
            assert not self.interview.counts
            assert not self.interview.focus
            assert self.interview.pending is None

    @invariant()
    def what_was_saved_shows_the_same(self) -> None:
        loaded = decode(encode(self.interview))
        assert loaded == self.interview
        assert prompts(self.form, loaded) == self.shown
        assert history(self.form, loaded) == history(self.form, self.interview)
        assert response(self.form, loaded) == response(self.form, self.interview)

    @invariant()
    def what_was_worked_out_step_by_step_is_what_is_worked_out_afresh(self) -> None:
        if self.interview.state not in LIVE:
            return
        scene = self.scene()
        fresh = Scene(script_of(self.form), self.interview, scene.scope.now)
        assert scene.values == fresh.values
        assert scene.hidden == fresh.hidden
        assert scene.counts == fresh.counts
        assert scene.present == fresh.present
        assert [slot.path for slot in scene.slots()] == [slot.path for slot in fresh.slots()]
        assert scene.waiting() == fresh.waiting()
        assert scene.answers == fresh.answers

    @invariant()
    def a_section_that_was_jumped_to_comes_first(self) -> None:
        focus = self.interview.focus
        if focus and self.interview.state is State.ASKING and not self.interview.editing:
            assert self.scene().waiting_in(focus)
            assert self.section_of(self.interview) == focus

    @invariant()
    def what_is_known_is_not_asked(self) -> None:
        if self.interview.state not in LIVE or not self.consented:
            return
        for path, question in self.form.questions.items():
            if question.appears("harm-types") and "/" not in path:
                assert path in self.interview.done

    @invariant()
    def nothing_hidden_leaves(self) -> None:
        scene = self.scene()
        handed = set(_names(response(self.form, self.interview)))
        shown = {item.question for item in history(self.form, self.interview)}
        assert not shown & scene.hidden
        assert handed <= {path.rpartition("/")[2] for path in scene.values} | set(_repeats(self.form))

    @invariant()
    def progress_never_lies(self) -> None:
        for ask in self.shown:
            if isinstance(ask, Ask):
                assert 0 <= ask.progress.done <= ask.progress.relevant

    @invariant()
    def what_is_handed_in_is_complete(self) -> None:
        if self.interview.state is State.SUBMITTED:
            again = advance(self.form, self._reviewing(), moves.Submit(), now=self.now)
            assert again.interview.state is State.SUBMITTED or script_of(self.form).looks_at_clock

    def _reviewing(self) -> Interview:
        fields = {name: getattr(self.interview, name) for name in self.interview.__struct_fields__}
        return Interview(**{**fields, "state": State.REVIEWING})


def _names(found: Any) -> list[str]:
    names: list[str] = []
    for name, value in found.items():
        names.append(name)
        if isinstance(value, list):
            for one in value:
                names += _names(one) if isinstance(one, dict) else []
    return names


def _repeats(form: Form) -> list[str]:
    return [spot.leaf for spot in script_of(form).spots if spot.is_repeat]


TestInterviews = Interviews.TestCase
