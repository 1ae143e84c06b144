"""What the auditor concludes of the whole: the opinion, and the rule that suggests one."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from dialogues.responses import Response, text_of
from reports.findings.answers import several
from reports.findings.parts import Finding, Priority, Standing
from reports.findings.priorities import priority


class Assurance(StrEnum):
    """How far the system can be relied on. The words are those of internal audit in public services."""

    SUBSTANTIAL = "substantial"
    MODERATE = "moderate"
    LIMITED = "limited"
    NONE = "none"


class Opinion(Struct, frozen=True):
    """What the auditor says of the whole audit. No words in its repr."""

    purpose: str
    limits: str
    assurance: Assurance | None
    because: str
    summary: str
    decide: str = ""
    elsewhere: str = ""
    sources: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Opinion({self.assurance})"


RULE = (
    "Three or more findings of high priority that stand suggest no assurance, one or two limited; any of medium"
    " priority suggests moderate, and none of these substantial. The auditor decides."
)
_MANY = 3


def opinion(response: Response) -> Opinion:
    """The opinion that somebody told in the form `opinion`."""
    said = text_of(response, "assurance")
    return Opinion(
        purpose=text_of(response, "purpose"),
        limits=text_of(response, "limits"),
        assurance=Assurance(said) if said in tuple(Assurance) else None,
        because=text_of(response, "because"),
        summary=text_of(response, "summary"),
        decide=text_of(response, "decide"),
        elsewhere=text_of(response, "elsewhere"),
        sources=several(response, "sources"),
    )


def suggested(findings: Iterable[Finding]) -> Assurance:
    """What the rule (`RULE`) suggests."""
    standing = [priority(each) for each in findings if each.standing is not Standing.CLOSED]
    high = standing.count(Priority.HIGH)
    if high >= _MANY:
        return Assurance.NONE
    if high:
        return Assurance.LIMITED
    return Assurance.MODERATE if Priority.MEDIUM in standing else Assurance.SUBSTANTIAL
