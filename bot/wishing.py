"""What people with a role want beside the questions, as far as findings and the plan are concerned.

Each wish is a command or a button. What it leads to is something to read, or a case that they go on with. To who has
no role that it is for, a command is a word like any other, and a button says that it is not theirs any more.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from types import MappingProxyType

from bot import buttons, cases, planning, roles
from bot.caseload import Caseload
from bot.desk import planned, rooms, themed
from bot.errors import CaseElsewhereError, RoleMissingError
from bot.messages import Desk, Invited, Wish
from reports import plan
from reports.hours import local_day
from reports.plan import Action
from storage.cases import Case
from storage.casework import ACTION, FINDING, PROGRESS, VERIFICATION
from storage.slips import LEAD, ROLES
from storage.unit_of_work import UnitOfWork

_SEEING: Mapping[str, frozenset[str]] = MappingProxyType(  # by what is read, for whom it is
    {
        "findings": cases.MAY_ASK,
        "plan": cases.MAY_ASK,
        "whole": cases.MAY_ASK,
        "themes": cases.MAY_ASK,
        "actions": cases.MAY_OWN,
        "audits": frozenset(ROLES),
        "name": frozenset(ROLES),
    }
)
INVITE = "invite"
_ABOUT_ONE = frozenset({"action", "revise", "change", "news"})
WISHES = frozenset({*_SEEING, *planning.FORMS, INVITE}) | _ABOUT_ONE
TYPED = frozenset({"name"})  # wishes that carry what was typed behind them
LONGEST_NAME = 60  # characters


class Wishes:
    """What one account wants, within one transaction. `notices`: as for `planning.Planner`."""

    def __init__(
        self, work: UnitOfWork, caseload: Caseload, account: bytes, now: datetime, notices: list[bytes]
    ) -> None:
        today = local_day(now)
        self._work = work
        self._now = now
        self._caseload = caseload
        self._account = account
        self._today = today
        self._planner = planning.Planner(work, today, notices)
        self._roles = work.people.roles(account) if account else frozenset()

    def grant(self, wish: Wish) -> Desk | Case | Invited | None:
        """What a wish leads to; None where it is a word like any other. Raises RoleMissingError for others' buttons."""
        audits = self._audits(_SEEING.get(wish.what) or self._holders(wish.what))
        if not audits:
            if wish.about and wish.what not in TYPED:
                raise RoleMissingError
            return None
        meant = [audit for audit in audits if (buttons.short(audit),) == wish.about[:1]]
        if wish.what in _SEEING:
            return self._see(wish, meant or audits)
        if wish.what == INVITE:
            if wish.about and not meant:
                raise RoleMissingError
            return self._invite(wish.about[1:], meant or audits)
        if wish.about and not meant:
            return self._with_one(wish)
        if wish.what == "news":
            return self._want_news(meant)
        return self._begin(wish.what, meant or self._busy(wish.what, audits))

    def _invite(self, role: tuple[str, ...], audits: list[str]) -> Desk | Invited:
        """Somebody is invited by a lead: where, and to what, is asked first."""
        if len(audits) > 1:
            return rooms.which(INVITE, audits)
        if role[:1] not in {(each,) for each in roles.SEES_NO_ANSWERS}:
            return rooms.to_what(INVITE, audits[0])
        made = roles.invite(self._work, audits[0], role[0], "", self._now)
        return Invited(made.code, role[0], self._work.casework.audit(audits[0]).name, made.lasts)

    def _holders(self, what: str) -> frozenset[str]:
        if what == INVITE:
            return frozenset({LEAD})
        if what in ("revise", "change"):
            return cases.MAY_ASK
        return (
            cases.holders(planning.FORMS[what]) if what in planning.FORMS else cases.MAY_ASK | cases.MAY_OWN
        )

    def _audits(self, roles: frozenset[str]) -> list[str]:
        return sorted({audit for audit, role in self._roles if role in roles})

    def _busy(self, what: str, audits: list[str]) -> list[str]:
        """Those of these audits in which there is something to do it with; all, where that is no question."""
        if planning.FORMS.get(what) != VERIFICATION:
            return audits
        return [each for each in audits if planning.unseen(self._work, self._account, each)] or audits

    def _want_news(self, audits: list[str]) -> Desk | None:
        """Have the owners of all that is late asked how it goes."""
        late = [
            (audit, action)
            for audit in audits
            for action in plan.late(self._work.actions.of(audit), self._today)
        ]
        return self._asked(late) if audits else None

    def _asked(self, wanted: Collection[tuple[str, Action]]) -> Desk:
        came = [(audit, each, self._planner.want_news(audit, each, self._account)) for audit, each in wanted]
        return planned.asked(self._work, came)

    def _see(self, wish: Wish, audits: list[str]) -> Desk:
        match wish.what:
            case "whole":
                return planned.whole(self._work, self._account, audits, self._today)
            case "findings":
                return planned.findings(self._work, self._account, audits)
            case "plan":
                return planned.plan(self._work, self._account, audits, self._today)
            case "actions":
                return planned.actions(self._work, self._account, audits, self._today)
            case "themes":
                return themed.themes(self._work, audits)
            case "name":
                return self._rename(" ".join(wish.about))
            case _:
                return rooms.audits(self._work, self._account)

    def _rename(self, said: str) -> Desk:
        name = " ".join(said.split())[:LONGEST_NAME]
        if name:
            self._work.access.rename(self._account, name)
        return rooms.renamed(name)

    def _with_one(self, wish: Wish) -> Desk | Case:
        """What is done with one finding or action, which the button names."""
        id_ = buttons.id_of(wish.about[0])
        if wish.what == "revise":
            return self._revise(FINDING, self._work.findings.get(id_.hex()), id_)
        audit, action = planning.seen(self._work, self._account, id_)
        match wish.what:
            case "action":
                return planned.action(self._work, self._account, audit, action, self._today)
            case "news":
                return self._asked([(audit, action)])
            case "change":
                return self._revise(ACTION, (audit, action), id_)
            case "later" if len(wish.about) == 1:
                self._planner.see_that_it_can(action, audit, wish.what, self._account)
                return planned.later(action)
            case "later":
                return self._put_off(action.id, wish.about[1])
        self._planner.see_that_it_can(action, audit, wish.what, self._account)
        about = {"action": action.id, "telling": wish.what, "decision": wish.what}
        return self._caseload.begin(audit, planning.FORMS[wish.what], self._account, about=about)

    def _put_off(self, action: str, carried: str) -> Desk:
        days = next((days for days in planned.LATER_DAYS if str(days) == carried), planned.LATER_DAYS[0])
        return planned.put_off(self._planner.put_off(action, days, self._account))

    def _revise(self, recorded: str, found: tuple[str, object] | None, id_: bytes) -> Case:
        if found is None:
            raise CaseElsewhereError
        return self._caseload.revise(found[0], recorded, id_, self._account)

    def _begin(self, what: str, audits: list[str]) -> Desk | Case | None:
        if what not in planning.FORMS:
            return None
        if len(audits) > 1:
            return rooms.which(what, audits)
        about = {"telling": what} if planning.FORMS[what] == PROGRESS else {}
        return self._caseload.begin(audits[0], planning.FORMS[what], self._account, about=about)
