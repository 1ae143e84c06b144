"""What a scene looks like to the person in it: the waiting question, the notes before it, what was answered."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from dialogues import catalogues
from dialogues.form import Attribution, Kind, Question
from dialogues.interview import Interview, Value
from dialogues.outline import Spot
from dialogues.prompts import Ask, Item, Option, Progress, Prompt, Say, Section
from dialogues.reading import Wanted
from dialogues.scene import Scene
from dialogues.script import Slot, is_consent, is_signpost

ANOTHER = (Option("yes", "yes"), Option("no", "no"))  # worded by the channel, in the reader's language
ANOTHER_WANTED = Wanted(Kind.SELECT_ONE, ANOTHER)


def ask(scene: Scene, slot: Slot, interview: Interview) -> tuple[Prompt, ...]:
    """The notes that stand before a question, and the question."""
    notes, earlier = _preceding(scene, slot)
    return (*_said(scene, notes, slot), _question(scene, slot, interview, can_go_back=earlier is not None))


def closing_notes(scene: Scene) -> tuple[Prompt, ...]:
    """The notes behind the last question."""
    return tuple(_said(scene, _preceding(scene, None)[0], None))


def previous(scene: Scene, slot: Slot | None) -> Slot | None:
    """The relevant question before one, None stands for the end; consent is never gone back to."""
    return _preceding(scene, slot)[1]


def _preceding(scene: Scene, slot: Slot | None) -> tuple[list[Slot], Slot | None]:
    """The notes right before a question, the nearest first, and the question before them."""
    notes: list[Slot] = []
    consent = scene.script.consent
    for earlier in scene.before(slot):
        if scene.is_asked(earlier):
            return notes, None if earlier is consent else earlier
        notes.append(earlier)
    return notes, None


def _said(scene: Scene, notes: list[Slot], slot: Slot | None) -> Iterator[Say]:
    for note in reversed(notes):
        if _was_said(scene, note, slot):
            continue
        text = "\n\n".join(filter(None, (label_of(scene, note), _hint_of(scene, note))))
        if text:
            yield Say(question=note.path, text=text, signpost=is_signpost(note.spot))


def _was_said(scene: Scene, note: Slot, slot: Slot | None) -> bool:
    """Whether a note in a repeat was said with that repeat's “another one?”."""
    for depth, repeat in enumerate(note.spot.chain):
        if scene.script.rules[repeat.index].count is not None:
            continue
        here = (
            slot is not None
            and len(slot.prefixes) > depth + 1
            and slot.prefixes[depth + 1] == note.prefixes[depth + 1]
        )
        asks_for_more = slot is not None and slot.another and slot.spot is repeat
        if not here and not asks_for_more:
            return True
    return False


def _question(scene: Scene, slot: Slot, interview: Interview, *, can_go_back: bool) -> Ask:
    progress = Progress(scene.answered, scene.asked)
    if slot.another:
        return Ask(
            question=slot.path,
            kind=Kind.SELECT_ONE,
            label=_label(scene, slot),
            turn=interview.turn,
            progress=progress,
            options=ANOTHER,
            another=True,
            required=True,
            editing=interview.editing == slot.path,
            can_go_back=can_go_back,
        )
    question = question_of(slot)
    stand(scene, slot)
    told = scene.script.told(slot.spot, scene.language, scene.scope)
    is_led = scene.script.form.attribution is Attribution.NAMED  # somebody asks it of somebody else
    return Ask(
        question=slot.path,
        kind=question.kind,
        label=told.label,
        turn=interview.turn,
        progress=progress,
        hint=told.hint,
        guidance=told.guidance if is_led else "",
        probe=told.probe if is_led else "",
        section=told.section,
        options=options_of(scene, slot),
        bounds=bounds_of(question),
        required=is_required(scene, slot),
        current=scene.values.get(slot.path) if interview.marked is None else " ".join(interview.marked),
        editing=interview.editing == slot.path and slot.path in scene.done,
        consent=slot is scene.script.consent,
        can_go_back=can_go_back,
    )


def stand(scene: Scene, slot: Slot, dot: Value | None = None) -> None:
    """Let expressions see the form from this question."""
    value = scene.values.get(slot.path, "") if dot is None else dot
    scene.stand(slot.spot, slot.prefixes, slot.indexes, value)


def question_of(slot: Slot) -> Question:
    """The question of a slot that is one."""
    question = slot.spot.question
    assert question is not None
    return question


def options_of(scene: Scene, slot: Slot) -> tuple[Option, ...]:
    """The choices that are offered at a question now."""
    if not question_of(slot).kind.has_choices:
        return ()
    stand(scene, slot)
    return scene.script.options(slot.spot, scene.language, scene.scope)


def is_required(scene: Scene, slot: Slot) -> bool:
    """Whether a question must be answered as things stand: none that has nothing to choose from outside."""
    rule = scene.script.rules[slot.spot.index].required
    if rule is None or (
        question_of(slot).choices in scene.script.form.external and not options_of(scene, slot)
    ):
        return False
    stand(scene, slot)
    return rule.truth(scene.scope)


def wanted(scene: Scene, slot: Slot) -> Wanted:
    """What a question can take."""
    question = question_of(slot)
    return Wanted(question.kind, options_of(scene, slot), bounds_of(question), scene.scope.now.date())


def bounds_of(question: Question) -> tuple[float, float, float] | None:
    """From, to and step of a range; None for other questions."""
    if question.kind is not Kind.RANGE:
        return None
    get = question.parameters.get
    return float(get("start", "0")), float(get("end", "10")), float(get("step", "1"))


def label_of(scene: Scene, slot: Slot) -> str:
    """The label of a question or note, with `${name}` filled in."""
    stand(scene, slot)
    return _label(scene, slot)


def _hint_of(scene: Scene, slot: Slot) -> str:
    return scene.script.words(slot.spot, question_of(slot).hint, scene.language, scene.scope)


def _label(scene: Scene, slot: Slot) -> str:
    node = slot.spot.node
    assert node is not None
    return scene.script.words(slot.spot, node.label, scene.language, scene.scope)


def sections(scene: Scene) -> tuple[Section, ...]:
    """The sections in which anything is asked at present."""
    found = ((spot, _progress(scene, spot)) for spot in scene.script.sections)
    return tuple(
        Section(spot.path, section_label(scene, spot), progress)
        for spot, progress in found
        if progress.relevant
    )


def _progress(scene: Scene, section: Spot) -> Progress:
    asked = [slot for slot in scene.section_slots(section.path) if scene.is_asked(slot) and not slot.another]
    return Progress(sum(slot.path in scene.done for slot in asked), len(asked))


def section_label(scene: Scene, section: Spot) -> str:
    """What a section is called."""
    assert section.node is not None
    return scene.script.words(section, section.node.label, scene.language, scene.scope) or section.name


def items(scene: Scene, *, only_done: bool) -> tuple[Item, ...]:
    """What was asked and answered, in order; with `only_done` nothing that is still to come."""
    return tuple(item(scene, slot) for slot in _listed(scene, only_done=only_done))


def _listed(scene: Scene, *, only_done: bool) -> Iterator[Slot]:
    """The questions that belong in a list of what was answered."""
    for slot in scene.slots():
        is_listed = not slot.another and scene.is_asked(slot) and not is_consent(slot.spot)
        if is_listed and (slot.path in scene.done or not only_done):
            yield slot


def chapters(scene: Scene) -> tuple[tuple[str, tuple[Item, ...]], ...]:
    """What was asked and answered, section by section, each with its label; '' for what stands in none."""
    by_section = groupby(_listed(scene, only_done=True), lambda slot: slot.spot.outermost)
    found = (
        (section_label(scene, spot) if spot.children else "", tuple(item(scene, slot) for slot in slots))
        for spot, slots in by_section
    )
    return tuple(
        (label, tuple(each for _, items in parts for each in items))
        for label, parts in groupby(found, lambda each: each[0])
    )


def item(scene: Scene, slot: Slot) -> Item:
    """One question with its answer."""
    return Item(
        slot.path,
        label_of(scene, slot),
        spoken(scene, slot),
        scene.values.get(slot.path, ""),
        kind=question_of(slot).kind,
    )


def spoken(scene: Scene, slot: Slot) -> str:
    """An answer as people read it: labels instead of values."""
    value = scene.values.get(slot.path, "")
    question = question_of(slot)
    if not value or not question.kind.has_choices:
        return value
    labels = {option.value: option.label for option in options_of(scene, slot)}
    names = value.split() if question.kind.is_many else [value]
    return catalogues.listed((labels.get(name, name) for name in names), scene.language)
