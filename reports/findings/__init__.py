"""Findings: what an audit concludes, what may not be missing from them, and how sure we are."""

from __future__ import annotations

from reports.findings.answers import finding
from reports.findings.blame import Blame, blame
from reports.findings.opinions import RULE, Assurance, Opinion, opinion, suggested
from reports.findings.parts import (
    Cause,
    Finding,
    Lens,
    Nature,
    Priority,
    Standing,
    Strength,
    Visibility,
)
from reports.findings.priorities import priority
from reports.findings.refusals import Refusal, refusal, refusals
from reports.findings.strength import Assessed, Component, Concern, Grounds, Reason, assessed
from reports.findings.triangulation import Agreement, Says, Triangulation, triangulation

__all__ = [
    "RULE",
    "Agreement",
    "Assessed",
    "Assurance",
    "Blame",
    "Cause",
    "Component",
    "Concern",
    "Finding",
    "Grounds",
    "Lens",
    "Nature",
    "Opinion",
    "Priority",
    "Reason",
    "Refusal",
    "Says",
    "Standing",
    "Strength",
    "Triangulation",
    "Visibility",
    "assessed",
    "blame",
    "finding",
    "opinion",
    "priority",
    "refusal",
    "refusals",
    "suggested",
    "triangulation",
]
