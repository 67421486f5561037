"""Blocks and charts → HTML, by the templates that all pages share."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from sim.report.charts.canvas import Drawing

HERE = Path(__file__).parent
_ID = re.compile(r'\bid="')
_POINTER = re.compile(r'(url\(#|href="#)')


def rendered(
    template: str,
    drawings: Sequence[Drawing],
    *,
    scripts: Sequence[str] = ("hover.js",),
    data: Mapping[str, Any] | None = None,
    **values: Any,
) -> str:
    """Return a page.

    Args:
        template: its file.
        drawings: its charts, which it shows by name.
        scripts: files of scripts, without which the page is whole.
        data: what they read beside the marks of the charts.
        values: what else the template shows.
    """
    charts = {drawing.name: Markup(_inline(drawing)) for drawing in drawings}
    style = Markup((HERE / "style.css").read_text(encoding="utf-8"))
    script = Markup("".join((HERE / name).read_text(encoding="utf-8") for name in scripts))
    text = (
        _environment()
        .get_template(template)
        .render(
            charts=charts, style=style, script=script, data=_data(drawings, data or {}), **values
        )
    )
    return text.encode("utf-8", errors="replace").decode("utf-8")


def _data(drawings: Sequence[Drawing], more: Mapping[str, Any]) -> Markup:
    """JSON that may stand within a script element: no `<` can end it."""
    marks = {
        drawing.name: [[mark.x, mark.y, mark.words] for mark in drawing.marks]
        for drawing in drawings
    }
    text = json.dumps({**more, "marks": marks}, sort_keys=True, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))


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
