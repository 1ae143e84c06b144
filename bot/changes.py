"""How it is said what a re-audit shows: verdicts with their rule, questions with their range, proposals."""

from __future__ import annotations

from collections.abc import Iterator

from bot import figures, tying
from bot.wording import Voice, mark
from dialogues.responses import Response, text_of
from reports import change
from reports.change import Mix, Moved
from reports.codebook import Codebook
from reports.embedding import Because, Counted, Lasting, Outcome, Proposed, Question, Way
from reports.findings import Standing
from reports.plan import Proven
from reports.rendering import clipped
from reports.waves import Side, Withheld

NOT_YET = mark("What has changed can be said once both audits are closed.")
_WORDS = {
    Way.IMPROVED: mark("Improved"),
    Way.DETERIORATED: mark("Got worse"),
    Way.MIXED: mark("Better in part, worse in part"),
    Way.NO_CLEAR_CHANGE: mark("No clear change"),
    Way.CANNOT_TELL: mark("Cannot tell"),
}
_VERDICTS = {
    Way.IMPROVED: mark("As a whole it improved: some things are better, and none is worse."),
    Way.DETERIORATED: mark("As a whole it got worse: some things are worse, and none is better."),
    Way.MIXED: mark("As a whole it is mixed: some things are better, and some are worse."),
    Way.NO_CLEAR_CHANGE: mark("As a whole there is no clear change: nothing is clearly better or worse."),
    Way.CANNOT_TELL: mark(
        "As a whole nobody can tell: too few were heard to say that anything is better or worse."
    ),
}
_BECAUSE = {
    Because.THEMES_IMPROVED: mark("every theme of it improved"),
    Because.NUMBER_SHIFTED: mark("a number of its actions has shifted for the better, and stayed there"),
    Because.GOT_WORSE: mark("a theme or a number of it got worse"),
    Because.IN_PART: mark("its themes improved in part"),
    Because.NO_CLEAR_CHANGE: mark("there is no clear change"),
    Because.CANNOT_TELL: mark("nobody can tell whether it changed"),
    Because.OTHERS_HEARD: mark("other groups were heard than then, so this is no proof"),
    Because.NOT_DONE: mark("it is not verified yet"),
    Because.GOOD_PRACTICE: mark("it is good practice, which nothing has to mend"),
}
_STANDS = {
    (Standing.CLOSED, True): mark("close it, because {reason}"),
    (Standing.REOPENED, True): mark("open it again, because {reason}"),
    (Standing.OPEN, False): mark("stays open, because {reason}"),
    (Standing.CLOSED, False): mark("stays closed, because {reason}"),
    (Standing.REOPENED, False): mark("stays open again, because {reason}"),
}
_HIDDEN = {
    Side.BEFORE: mark("the audit before shows nothing of it"),
    Side.AFTER: mark("this audit shows nothing of it"),
    Side.BOTH: mark("neither audit shows anything of it"),
}
HOW = (
    mark(
        "With fewer than {fewest} people on a side nobody can tell. A question improved or got worse when the whole "
        "range of its change lies on one side of 0. If it does not, and is wider than {widest} points, nobody can tell."
    ),
    mark(
        "Of people without a name we compare only what both audits published. Those numbers are rounded, so the "
        "ranges are wide. Of 20 questions where nothing changed, one may seem to have."
    ),
)


def how(_: Voice) -> tuple[str, ...]:
    """The rule in words."""
    return tuple(_(sentence, widest=change.WIDEST, fewest=change.FEWEST) for sentence in HOW)


def word(way: Way, _: Voice) -> str:
    """Where something went, in a word or two."""
    return _(_WORDS[way])


def verdict(found: Outcome, _: Voice) -> str:
    """Where all of it went, with the rule."""
    return _(_VERDICTS[found.way])


def cautions(found: Outcome, _: Voice) -> Iterator[str]:
    """What to keep in mind: who was heard."""
    if found.others_were_heard:
        yield _("Other groups were heard than then. What looks like a change may come from that.")
    elif not found.heard or any(each.mix is Mix.UNKNOWN for each in found.heard):
        yield _("Nobody can tell whether the same groups were heard as then.")
    else:
        yield _("As far as anybody can tell, the same groups were heard as then.")


def of_way(found: Outcome, way: Way, book: Codebook, _: Voice) -> list[str]:
    """The themes and numbers that went this way, by name."""
    named = [theme(each.theme, book, _) for each in found.themes if each.way is way]
    return named + [clipped(each.indicator) for each in found.measures if each.way is way]


def theme(code: str, book: Codebook, _: Voice) -> str:
    """What a theme is called; what belongs to none."""
    return tying.name_of(code, book, _.language) if code else _("Without a theme")


def question(each: Question, _: Voice) -> str:
    """The shares then and now, and the range of the change."""
    match each.change:
        case Withheld(hidden=hidden):
            return _(_HIDDEN[hidden])
        case Moved(before=before, after=after, interval=interval):
            then, now = figures.share(before, _), figures.share(after, _)
            people = (each.change.people_before, each.change.people_after)
            heard = tuple(figures.band(band, _) for band in people)
        case Counted(before=one, after=other, interval=interval):
            then, now = (_("{x} of {n}", x=round(side.x), n=side.n) for side in (one, other))
            heard = ()
    told = _(
        "positive {then} then, {now} now; change {low} to {high} points",
        then=then,
        now=now,
        low=signed(interval.low),
        high=signed(interval.high),
    )
    return f"{told} ({heard[0]}; {heard[1]})" if heard else told


def settled(said: Response, _: Voice) -> tuple[tuple[str, str], ...]:
    """What a re-audit was settled to mean for a finding or an action, in pairs of a heading and words."""
    return ((_("The re-audit"), text_of(said, "reaudit")), (_("Because"), reason(said, _)))


def reason(said: Response, _: Voice) -> str:
    """Why a finding or an action was settled to stand as it does; '' where that is not known."""
    because = text_of(said, "because")
    return _(_BECAUSE[Because(because)]) if because in tuple(Because) else ""


def signed(points: int) -> str:
    """`+12`, `−3`, `0`."""
    return f"{points:+d}".replace("-", "−") if points else "0"


def standing(each: Proposed, _: Voice) -> str:
    """What should become of a finding, and why."""
    return _(_STANDS[each.standing, each.is_new], reason=_(_BECAUSE[each.because]))


def lasting(each: Lasting, _: Voice) -> str:
    """Whether an action lasts, and why."""
    reason = _(_BECAUSE[each.because])
    if each.lapsed:
        return _("it does not hold, because {reason}", reason=reason)
    if each.proof and each.proof.kind is Proven.REAUDIT:
        return _("it lasts: here every theme of its findings improved")
    if each.proof:
        return _("it lasts: its number has been better since it was done, and stays so")
    return _("not shown to last yet, because {reason}", reason=reason)
