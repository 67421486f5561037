"""`report.html`: one file, no network, readable with scripts off; page one stands alone on paper."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

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
from sim.report.html.what_if import what_if_data
from sim.report.read import Summary

HERE = Path(__file__).parent
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
_ID = re.compile(r'\bid="')
_POINTER = re.compile(r'(url\(#|href="#)')


def to_html(summary: Summary, drawings: Sequence[Drawing]) -> str:
    """Return the page.

    Args:
        summary: the dict of `summary.json`.
        drawings: all charts that have something to show.
    """
    charts = {drawing.name: Markup(_inline(drawing)) for drawing in drawings}
    sections = [found for make in SECTIONS if (found := make(summary)) is not None]
    text = (
        _environment()
        .get_template("page.html.j2")
        .render(
            first=first_page(summary),
            sections=sections,
            charts=charts,
            style=Markup((HERE / "style.css").read_text(encoding="utf-8")),
            script=Markup((HERE / "what_if.js").read_text(encoding="utf-8")),
            what_if=Markup(what_if_data(summary)),
        )
    )
    return text.encode("utf-8", errors="replace").decode("utf-8")


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _inline(drawing: Drawing) -> str:
    """A chart as a part of the page: without prologue, its ids apart from those of other charts."""
    svg = drawing.svg.decode()
    svg = svg[svg.index("<svg ") :]
    svg = re.sub(r"\s*<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = _ID.sub(f'id="{drawing.name}-', svg)
    return _POINTER.sub(rf"\g<1>{drawing.name}-", svg)
