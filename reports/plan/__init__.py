"""The plan: what will be done about findings, by whom, by when, shown how; and whether it was.

proposed → agreed → in progress → implemented → verified → embedded → closed, or rejected

An action moves by events, each a pure function of what is there: `moved` gives the action as it is then, or a Refusal
that says what is missing.
"""

from __future__ import annotations

from reports.plan.actions import (
    KINDS,
    Action,
    Exempted,
    Milestone,
    Proof,
    Proven,
    State,
    Strength,
    SuccessMeasure,
    Term,
    action,
    changed_terms,
    fingerprint,
)
from reports.plan.entries import (
    Challenge,
    Decision,
    Exemption,
    LearningShare,
    Notification,
    Outcome,
    Progress,
    Review,
    Telling,
    Verification,
)
from reports.plan.events import (
    Agree,
    Amend,
    Ask,
    Close,
    Embed,
    Event,
    Exempt,
    Finish,
    Keep,
    Later,
    Reject,
    Reopen,
    Tell,
    Verify,
)
from reports.plan.moves import TABLE, Context, diagram, moved, possible
from reports.plan.proofs import shift, shifted
from reports.plan.rules import Refusal, flaw, lack
from reports.plan.saying import dated, late_lines, line, openness, plan_lines
from reports.plan.standing import SOON, Gaps, Status, Step, gaps, late, status

__all__ = [
    "KINDS",
    "SOON",
    "TABLE",
    "Action",
    "Agree",
    "Amend",
    "Ask",
    "Challenge",
    "Close",
    "Context",
    "Decision",
    "Embed",
    "Event",
    "Exempt",
    "Exempted",
    "Exemption",
    "Finish",
    "Gaps",
    "Keep",
    "Later",
    "LearningShare",
    "Milestone",
    "Notification",
    "Outcome",
    "Progress",
    "Proof",
    "Proven",
    "Refusal",
    "Reject",
    "Reopen",
    "Review",
    "State",
    "Status",
    "Step",
    "Strength",
    "SuccessMeasure",
    "Tell",
    "Telling",
    "Term",
    "Verification",
    "Verify",
    "action",
    "changed_terms",
    "dated",
    "diagram",
    "fingerprint",
    "flaw",
    "gaps",
    "lack",
    "late",
    "late_lines",
    "line",
    "moved",
    "openness",
    "plan_lines",
    "possible",
    "shift",
    "shifted",
    "status",
]
