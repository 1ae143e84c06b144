"""The report of an audit: one model, and a view of it for each reader.

`assemble` makes the `AuditReport` of all that is known, or says which claims have no evidence. A view selects from it
and gives a `Document`, which HTML, PDF and Word render alike.
"""

from __future__ import annotations

from reports.audit.assembly import Assembled, Lack, Unsupported, assemble
from reports.audit.material import Before, Later, Material, Measured, Proposal, Reaudited, Settled, Used
from reports.audit.model import AuditReport, Claim, claims, decode, encode

__all__ = [
    "Assembled",
    "AuditReport",
    "Before",
    "Claim",
    "Lack",
    "Later",
    "Material",
    "Measured",
    "Proposal",
    "Reaudited",
    "Settled",
    "Unsupported",
    "Used",
    "assemble",
    "claims",
    "decode",
    "encode",
]
