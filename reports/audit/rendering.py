"""Document -> a page in HTML, complete in itself, for screens, screen readers and paper: the same, the same bytes."""

from __future__ import annotations

from reports import plotting
from reports.audit.blocks import Document
from reports.audit.views.naming import KINDS, source
from reports.rendering import Links, pages, stylesheet


def html(document: Document, links: Links | None = None) -> str:
    """The document as a page. Without links it carries its stylesheet inside, to be kept as a file."""
    return pages.get_template("audit.html.j2").render(
        document=document,
        links=links,
        css="" if links else stylesheet(),
        plot=plotting.plot,
        kinds=KINDS,
        source=source,
    )
