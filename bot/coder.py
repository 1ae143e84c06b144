"""Coding in a chat: what a tap or a text makes of the excerpt that an auditor has before them, and what they see then.

A button carries the excerpt that it is about, what it does, and a mark of the account it was made for. It changes
nothing when that excerpt is not the one before them any more. Texts go by what is remembered (`Tying`): a code or its
name, the words of a button; a note, or the place to split, when that was asked for.

What was written without a name is never shown: whoever runs the network of a chat sees every word, and what stands
there can neither be taken back nor destroyed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from msgspec.structs import replace

from bot import buttons, tying, wording, worktable
from bot.messages import Sheet, Wish
from bot.worktable import Card, Suggested, Worktable
from reports.coding import Coded, Decision, Direction
from storage.coding import Excerpt, Origin
from storage.interviews import Tying
from storage.unit_of_work import UnitOfWork

BEGINS = frozenset({"code", "second"})
TAPS = frozenset({"tie", "none", "turn", "undo", "add", "other", "split", "memo", "card", "enough"})

STOP = "/stop"  # ends the coding, and nothing else

_DIRECTIONS = {each.value[0]: each for each in Direction}
_MOST_WORDS = 60  # of an excerpt that are numbered, so that it can be split
_MARK = 4  # characters

Row: TypeAlias = tuple[tuple[str, str], ...]
Laid: TypeAlias = tuple[Sheet, Tying | None]


class Coder:
    """One auditor or lead who codes, within one transaction."""

    def __init__(self, work: UnitOfWork, account: bytes, audits: Sequence[str], language: str) -> None:
        self._work = work
        self._account = account
        self._audits = audits
        self._voice = wording.voice(language)
        self._mark = buttons.short(account.hex())[:_MARK]
        self._laid: dict[str, Worktable] = {}

    def begin(self, wish: Wish, here: str) -> Laid:
        """Begin in the audit that is meant: the one of the button, where they are, or their only one."""
        _ = self._voice
        meant = [audit for audit in self._audits if (buttons.short(audit),) == wish.about]
        known = meant or [here] * (here in self._audits) or self._audits
        if len(known) > 1:
            ways = (((audit, buttons.to_desk(wish.what, buttons.short(audit))),) for audit in known)
            return Sheet((_("In which audit do you want to code?"),), rows=tuple(ways)), None
        return self.show(Tying(known[0], blind=wish.what == "second"))

    def show(self, at: Tying, notice: str = "", *, stale: bool = False) -> Laid:
        """The excerpt that they have before them, else the next."""
        table = self._table(at)
        card = table.next_blind(at.excerpt) if at.blind else table.again(at.excerpt) or table.next()
        here = replace(at, excerpt=card.excerpt.id if card else b"", wants="")
        return replace(self._sheet(table, here, card, notice), stale=stale), here

    def tap(self, wish: Wish, at: Tying | None) -> Laid:
        """What a button does, if it is about what is before them."""
        _ = self._voice
        mode, carried, *about, mark = wish.about if len(wish.about) > 2 else ("", "", "")
        excerpt = self._excerpt(buttons.id_of(carried))
        at = at if at and at.audit in self._audits else None
        if mark not in ("", self._mark):
            return self._stale(at, _("That button was made for somebody else. Nothing was kept."))
        if excerpt is None:
            gone = _("That one is not there any more: its answer was taken back. Nothing was kept.")
            return self._stale(at, gone)
        if excerpt.audit not in self._audits or (at and at.audit != excerpt.audit):
            return self._stale(at, _("That belonged to another audit. Nothing was kept."))
        at = at or Tying(excerpt.audit, excerpt.id, blind=mode == "b")
        if wish.what in {"turn", "undo", "add"}:
            return self._change(wish.what, at, excerpt.id, about)
        if excerpt.id != at.excerpt:
            return self.show(
                at, _("That belonged to an earlier excerpt. Here is where we are now."), stale=True
            )
        return self._do(wish.what, at, about)

    def _stale(self, at: Tying | None, why: str) -> Laid:
        """An old button changes nothing: it says why, and shows what is before them."""
        return self.show(at, why, stale=True) if at else (Sheet((why,), stale=True), None)

    def text(self, at: Tying, typed: str) -> Laid:
        """What a text does: it is a note, a place, the words of a button, or a code."""
        _, table = self._voice, self._table(at)
        if typed.strip().lower() == STOP:
            return self._do("enough", at, ())
        if at.wants == "memo":
            kept = typed.strip()[: worktable.LONGEST_MEMO]
            return self.show(replace(at, memo=kept), _("I keep your note with what you decide."))
        excerpt = self._excerpt(at.excerpt)
        if excerpt is None:
            return self.show(at)
        if at.wants == "split":
            place = worktable.place_of(excerpt.text, typed)
            if place is None:
                sheet = self._splitting(
                    at, _("I could not find these words. Write them as they stand there.")
                )
                return sheet, at
            return self._split(at, place)
        sheet, _here = self.show(at)
        tapped = _button(sheet, typed)
        if tapped is not None:
            return self.tap(tapped, at)
        return self._typed_code(at, table, typed)

    # What they do

    def _do(self, what: str, at: Tying, about: Sequence[str]) -> Laid:
        _ = self._voice
        match what, about:
            case "tie", (code, direction):
                return self._tie(at, code, _DIRECTIONS.get(direction, Direction.MIXED))
            case "none", _:
                return self._decide(at, ())
            case "other", _:
                return self._others(at, about[0] if about else ""), replace(at, wants="")
            case "split", _:
                return self._splitting(at), replace(at, wants="split")
            case "memo", _:
                return self._noting(at), replace(at, wants="memo")
            case "enough", _:
                return Sheet((_("You have stopped coding. Send /code to go on."),)), None
            case _:
                return self.show(at)

    def _tie(self, at: Tying, short: str, direction: Direction) -> Laid:
        _, book = self._voice, self._work.codebooks.present()
        code = next((each.code for each in book.codes if buttons.short(each.code) == short), "")
        if not code:
            return self.show(at, _("I do not know that theme. Pick one from the list."))
        return self._decide(at, (Coded(code, direction),))

    def _decide(self, at: Tying, codes: tuple[Coded, ...]) -> Laid:
        """Keep it, and go on with the next."""
        before = self._work.codings.decision(at.excerpt, self._account)
        card = None if at.blind else self._table(at).again(at.excerpt)
        shown = tuple(each.suggestion.shown for each in card.suggestions) if card else ()
        kept = before.codes if before is not None and codes and at.adds else ()
        memo = at.memo or (before.memo if before else "")
        decision = Decision((*kept, *codes), memo=memo, shown=shown, blind=at.blind)
        if not worktable.decide(self._work, at.audit, self._account, at.excerpt, decision):
            return self.show(at, self._refused(at), stale=True)
        self._table(at).look_again()
        return self.show(Tying(at.audit, was=at.excerpt, blind=at.blind))

    def _refused(self, at: Tying) -> str:
        _ = self._voice
        if at.blind:
            return _("That one is not for a second look, or is not there any more. Nothing was kept.")
        return _("That one is not there any more: its answer was taken back. Nothing was kept.")

    def _change(self, what: str, at: Tying, excerpt: bytes, about: Sequence[str]) -> Laid:
        """What was decided just before is turned, taken back, or added to."""
        _, mine = self._voice, self._work.codings.decision(excerpt, self._account)
        if mine is None:
            return self.show(at, _("There is nothing to take back."), stale=True)
        if what == "turn" and len(about) == 2:
            given = _DIRECTIONS.get(about[1], Direction.MIXED)
            code = next((each.code for each in mine.codes if buttons.short(each.code) == about[0]), "")
            worktable.turn(self._work, at.audit, self._account, excerpt, code, given)
            self._table(at).look_again()
            return self.show(at)
        if what == "undo":
            worktable.undo(self._work, at.audit, self._account, excerpt)
            self._table(at).look_again()
        return self.show(Tying(at.audit, excerpt, blind=at.blind, adds=what == "add"))

    def _split(self, at: Tying, place: int) -> Laid:
        _ = self._voice
        done = worktable.split(self._work, at.audit, self._account, at.excerpt, place)
        self._laid.clear()
        whole = _("That one stays whole: somebody else has coded it, or one part would be empty.")
        return self.show(at, "" if done else whole)

    def _typed_code(self, at: Tying, table: Worktable, typed: str) -> Laid:
        _ = self._voice
        found = tying.meant(typed, tying.codes(table.book, _.language))
        if len(found) == 1:
            return self._decide(at, (self._guessed(at, table, found[0].code),))
        if not found:
            return self.show(at, _("I do not know that theme. Tap Another theme to see all of them."))
        rows = (self._way(at, each.name, "tie", buttons.short(each.code), "w") for each in found[:12])
        return Sheet((_("Which of these do you mean?"),), rows=(*rows, self._back(at))), at

    def _guessed(self, at: Tying, table: Worktable, code: str) -> Coded:
        """The code with the direction that is guessed for the excerpt."""
        card = table.again(at.excerpt)
        offered = [] if card is None or at.blind else [each.coded.direction for each in card.suggestions]
        return Coded(code, offered[0] if offered else Direction.WEAKNESS)

    # What they see

    def _sheet(self, table: Worktable, at: Tying, card: Card | None, notice: str) -> Sheet:
        _ = self._voice
        was = self._was(at, table)
        if card is None:
            done = _("There is nothing left for a second look.") if at.blind else self._done(table)
            ended = (notice, was, done, self._elsewhere(table))
            return Sheet(tuple(filter(None, ended)), rows=tuple(self._was_rows(at)))
        place = _("{percent} % looked at", percent=card.percent)
        marked = f"{place} · {_('second look, without suggestions')}" if at.blind else place
        who = " · ".join(filter(None, (card.about, card.form.to(_.language))))
        tied = self._tied(at, card)
        memo = _("Your note: {note}", note=at.memo) if at.memo else ""
        said = (notice, was, marked, card.question.to(_.language), who, tied, memo)
        return Sheet(
            tuple(filter(None, said)),
            card.excerpt.text,
            card.before,
            card.after,
            tuple(self._reasons(card)),
            tuple(self._rows(at, card)),
        )

    def _tied(self, at: Tying, card: Card) -> str:
        """What they have decided already, and what their next choice does with it."""
        _ = self._voice
        if card.mine is None:
            return ""
        if not card.mine.codes:
            return _("You have said that nothing fits. What you choose now takes its place.")
        tied = _("You have tied it to: {themes}", themes=tying.decided(card.mine, card.book, _))
        replaces = _("What you choose now takes its place. To keep it as well, tap Add a theme first.")
        adds = _("What you choose now is added.")
        return f"{tied}. {adds if at.adds else replaces}"

    def _done(self, table: Worktable) -> str:
        _, total = self._voice, table.progress().total
        if not total:
            return (
                ""
                if table.waits_elsewhere()
                else _(
                    "There are no words to code yet. They come from interviews and records that are handed in."
                )
            )
        return _("Everything is coded.")

    def _elsewhere(self, table: Worktable) -> str:
        """Where the rest is, and why it is not here."""
        _ = self._voice
        waits = _(
            "What people wrote without a name waits for you on the web page. It never goes to a chat, because "
            "others could see it there and nobody could take it back."
        )
        return waits if table.waits_elsewhere() else ""

    def _was(self, at: Tying, table: Worktable) -> str:
        mine = self._work.codings.decision(at.was, self._account) if at.was else None
        return f"✓ {tying.decided(mine, table.book, self._voice)}" if mine is not None else ""

    def _reasons(self, card: Card) -> Iterator[str]:
        for number, each in enumerate(card.suggestions, 1):
            yield f"{number}. {self._named(each, card)} – {tying.why(each, self._voice)}"

    def _named(self, each: Suggested, card: Card) -> str:
        return tying.tied(each.coded, card.book, self._voice)

    def _rows(self, at: Tying, card: Card) -> Iterator[Row]:
        _ = self._voice
        for number, each in enumerate(card.suggestions, 1):
            label = f"{number}. {self._named(each, card)}"
            yield self._way(at, label, "tie", buttons.short(each.code), each.coded.direction.value[0])
        yield self._way(at, _("Another theme"), "other") + self._way(at, _("Nothing fits"), "none")
        split = () if at.blind else self._way(at, _("Split"), "split")
        yield split + self._way(at, _("Note"), "memo") + self._way(at, _("Stop"), "enough")
        if card.mine is None:
            yield from self._was_rows(at)
        else:
            yield from self._ways_back(at, card.mine)

    def _was_rows(self, at: Tying) -> Iterator[Row]:
        """How what was decided just before can be turned, added to or taken back."""
        _, mine = self._voice, self._work.codings.decision(at.was, self._account) if at.was else None
        if mine is None:
            return
        there = replace(at, excerpt=at.was, adds=False)
        if mine.codes:
            last = mine.codes[-1]
            yield tuple(
                (
                    ("✓ " if each is last.direction else "") + tying.direction(each, _),
                    self._token(there, "turn", buttons.short(last.code), each.value[0]),
                )
                for each in tying.DIRECTIONS
            )
        yield from self._ways_back(there, mine)

    def _ways_back(self, at: Tying, mine: Decision) -> Iterator[Row]:
        """How what was decided is taken back, or kept when something is added."""
        _ = self._voice
        may_add = mine.codes and not at.blind and not at.adds
        add = self._way(at, _("Add a theme"), "add") if may_add else ()
        yield self._way(at, _("Undo"), "undo") + add

    def _others(self, at: Tying, short: str) -> Sheet:
        """Every theme; or, below one, its codes."""
        _, book = self._voice, self._work.codebooks.present()
        theme = next((each for each in book.themes if buttons.short(each.code) == short), None)
        if theme is None:
            ways = (
                self._way(at, each.name.to(_.language), "other", buttons.short(each.code))
                for each in book.themes
            )
            return Sheet((_("Which theme is it?"),), rows=(*ways, self._back(at)))
        coded = self._guessed(at, self._table(at), theme.code)
        ways = (
            self._way(at, each.name.to(_.language), "tie", buttons.short(each.code), coded.direction.value[0])
            for each in (theme, *book.under(theme.code))
        )
        return Sheet(
            (theme.name.to(_.language), theme.definition.to(_.language)), rows=(*ways, self._back(at))
        )

    def _splitting(self, at: Tying, problem: str = "") -> Sheet:
        _, excerpt = self._voice, self._excerpt(at.excerpt)
        offered = worktable.places(excerpt.text if excerpt else "")[:_MOST_WORDS]
        words = " ".join(
            f"[{number}] {following.split()[0]}" for number, (_at, following) in enumerate(offered, 1)
        )
        asked = _("Where does the second part begin? Write its first words, or a number.")
        return Sheet(tuple(filter(None, (problem, asked, words))), rows=(self._back(at),))

    def _noting(self, at: Tying) -> Sheet:
        _ = self._voice
        asked = _("Write your note now. It is kept with what you decide.")
        return Sheet((asked,), rows=(self._back(at),))

    def _back(self, at: Tying) -> Row:
        _ = self._voice
        return self._way(at, _("Back to the excerpt"), "card")

    def _way(self, at: Tying, label: str, what: str, *about: str) -> Row:
        return ((label, self._token(at, what, *about)),)

    def _token(self, at: Tying, what: str, *about: str) -> str:
        mode = "b" if at.blind else "o"
        return buttons.to_desk(what, mode, buttons.id_in(at.excerpt), *about, self._mark)

    def _excerpt(self, excerpt: bytes) -> Excerpt | None:
        """The excerpt, if it is there and one that may be shown in a chat."""
        found = self._work.excerpts.get(excerpt) if excerpt else None
        return found if found is not None and found.origin is Origin.NAMED else None

    def _table(self, at: Tying) -> Worktable:
        """What lies before them: reading all of it takes a moment, so it is done once."""
        if at.audit not in self._laid:
            self._laid[at.audit] = Worktable(self._work, at.audit, self._account, named=True)
        return self._laid[at.audit]


def _button(sheet: Sheet, typed: str) -> Wish | None:
    """The button that is meant by its words, or by the number of a suggestion."""
    wanted = " ".join(typed.split()).casefold()
    for label, token in (each for row in sheet.rows for each in row):
        words = label.removeprefix("✓ ").casefold()
        if wanted in (words, words.partition(". ")[2] or words) or (
            wanted.isdecimal() and words.startswith(f"{wanted}. ")
        ):
            return buttons.wish(token)
    return None
