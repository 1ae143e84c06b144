"""Triangulation: which kinds of source speak for a finding, which against it, and which are silent.

Kinds of source are CQC's six evidence categories: two interviews with staff are one kind. Source: Denzin, The Research
Act, 1970 (data triangulation); the words for the outcome are Candour's.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from dialogues.form import SourceType
from reports.findings.parts import Finding

ENOUGH = 2  # independent kinds of source


class Says(StrEnum):
    """What one kind of source says about a finding."""

    SUPPORTS = "supports"
    CONTRADICTS = "contradicts"
    BOTH = "both"
    SILENT = "silent"


class Agreement(StrEnum):
    """What comes of it.

    CONVERGENT: two kinds or more for it, none against. SINGLE: one kind for it, none against. MIXED: some for and
    some against. UNSUPPORTED: none for it.
    """

    CONVERGENT = "convergent"
    SINGLE = "single"
    MIXED = "mixed"
    UNSUPPORTED = "unsupported"


class Triangulation(Struct, frozen=True):
    """What each kind of source says, in the order of `SourceType`, and what comes of it."""

    says: tuple[tuple[SourceType, Says], ...]
    agreement: Agreement


def triangulation(finding: Finding, sources: Mapping[str, SourceType]) -> Triangulation:
    """What speaks for and against a finding, by kind. `sources`: of what kind each reference is."""
    supporting = {sources[each] for each in finding.supporting if each in sources}
    contradicting = {sources[each] for each in finding.contradicting if each in sources}
    says = tuple((kind, _says(kind in supporting, kind in contradicting)) for kind in SourceType)
    return Triangulation(says, _agreement(len(supporting), len(contradicting)))


def _says(supports: bool, contradicts: bool) -> Says:
    if supports and contradicts:
        return Says.BOTH
    if supports:
        return Says.SUPPORTS
    return Says.CONTRADICTS if contradicts else Says.SILENT


def _agreement(supporting: int, contradicting: int) -> Agreement:
    if not supporting:
        return Agreement.UNSUPPORTED
    if contradicting:
        return Agreement.MIXED
    return Agreement.CONVERGENT if supporting >= ENOUGH else Agreement.SINGLE
