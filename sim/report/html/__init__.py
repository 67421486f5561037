"""`report.html`: one file, no network, readable with scripts off; page one stands alone on paper."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sim.report.charts.canvas import Drawing
from sim.report.html.blocks import Section
from sim.report.html.first_page import first_page
from sim.report.html.sections import (
    assumptions,
    chargeback,
    cost,
    method,
    options,
    readiness,
    reproduce,
    service,
)
from sim.report.html.template import rendered
from sim.report.html.what_if import what_if_data
from sim.report.read import Summary

SECTIONS: tuple[Callable[[Summary], Section | None], ...] = (
    cost.section,
    service.section,
    options.section,
    readiness.section,
    chargeback.section,
    assumptions.section,
    method.section,
    reproduce.section,
)
"""In the order in which a reviewer asks; one file each in `sections/`."""


def to_html(summary: Summary, drawings: Sequence[Drawing]) -> str:
    """Return the page.

    Args:
        summary: the dict of `summary.json`.
        drawings: all charts that have something to show.
    """
    first = first_page(summary)
    return rendered(
        "page.html.j2",
        drawings,
        title=first.title,
        first=first,
        sections=[found for make in SECTIONS if (found := make(summary)) is not None],
        scripts=("hover.js", "what_if.js"),
        data={"what_if": what_if_data(summary)},
    )
