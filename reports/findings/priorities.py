"""How pressing a finding is: impact × likelihood, each from 1 to 5."""

from __future__ import annotations

from reports.findings.parts import Finding, Nature, Priority

HIGH = 12  # impact × likelihood from which it is high: 3 × 4, in the upper half of the matrix
MEDIUM = 6


def priority(finding: Finding) -> Priority | None:
    """High, medium or low; None for good practice."""
    if finding.nature is Nature.GOOD_PRACTICE:
        return None
    score = finding.impact * finding.likelihood
    if score >= HIGH:
        return Priority.HIGH
    return Priority.MEDIUM if score >= MEDIUM else Priority.LOW
