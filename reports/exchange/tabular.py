"""Tables for spreadsheets and programs: xlsx, csv in a zip, JSON."""

from __future__ import annotations

from reports.exchange.material import Project


def as_xlsx(material: Project, *, language: str = "en") -> bytes:
    """A workbook: README, excerpts x codes, answers, codebook, themes. The same material gives the same bytes."""
    raise NotImplementedError


def as_csv(material: Project, *, language: str = "en") -> bytes:
    """The same tables as .csv files (UTF-8 with its mark) in a zip. The same material gives the same bytes."""
    raise NotImplementedError


def as_json(material: Project, *, language: str = "en") -> bytes:
    """The same tables as lists of objects."""
    raise NotImplementedError
