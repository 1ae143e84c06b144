"""REFI-QDA 1.0 (qdasoftware.org): a codebook (.qdc) and a project (.qdpx) for NVivo, MAXQDA, ATLAS.ti, Taguette and others."""

from __future__ import annotations

from reports.exchange.material import Entry, Project


def codebook(entries: tuple[Entry, ...], *, origin: str = "Candour") -> bytes:
    """The codebook as .qdc: XML in UTF-8. The same entries give the same bytes."""
    raise NotImplementedError


def project(material: Project) -> bytes:
    """The project as .qdpx: a zip of `project.qde` and a text for each interview. The same material gives the same bytes."""
    raise NotImplementedError


def entries(content: bytes) -> tuple[Entry, ...]:
    """The codebook of a .qdc or .qdpx file of ours or of another tool. Raises UnreadableError."""
    raise NotImplementedError
