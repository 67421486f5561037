"""The report of a calibration: one HTML file, no network, no scripts."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from sim.fit.finding import Finding
from sim.report.charts import fitted

STYLE = """body{font:16px/1.5 Verdana,'DejaVu Sans',Arial,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;
color:#1d1d1d}table{border-collapse:collapse}td,th{padding:.2rem .8rem;text-align:right;border-bottom:1px solid #e4e4e4}
td:first-child,th:first-child{text-align:left}svg{max-width:100%;height:auto}.poor{border-left:.3rem solid #b10e1e;
padding-left:.8rem}pre{overflow:auto;background:#f6f6f6;padding:1rem}"""


def fit_page(title: str, reading: Sequence[str], findings: Sequence[Finding], block: str) -> str:
    """The page.

    Args:
        title: what was fitted.
        reading: sentences about the log and how it was read.
        findings: what was fitted.
        block: the YAML that came of it.
    """
    parts = [f"<h1>{escape(title)}</h1>", _list(reading)]
    for found in findings:
        parts.append(f"<h2>{escape(found.name)}</h2><p>{escape(found.method)}.</p>")
        parts.append(_table(found))
        parts.append(f"<p>Goodness of fit: {escape(found.goodness)}.</p>")
        if found.poor:
            parts.append(
                f'<div class="poor"><p>Where the fit is poor:</p>{_list(found.poor)}</div>'
            )
        drawing = fitted.draw(found)
        if drawing is not None:
            svg = drawing.svg.decode()
            parts.append(svg[svg.index("<svg") :])
    parts.append(f"<h2>For a scenario</h2><pre>{escape(block)}</pre>")
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{STYLE}</style>'
    return (
        f'<!doctype html><html lang="en"><head>{head}</head><body>{"".join(parts)}</body></html>\n'
    )


def _table(found: Finding) -> str:
    rows = [
        f"<tr><td>{escape(one.name)}</td><td>{one.value:.4g}</td><td>{one.low:.4g} to {one.high:.4g}</td>"
        f"<td>{escape('' if one.unit == '1' else one.unit)}</td></tr>"
        for one in found.estimates
    ]
    head = "<tr><th>parameter</th><th>estimate</th><th>90% interval</th><th>unit</th></tr>"
    return f"<table>{head}{''.join(rows)}</table>"


def _list(sentences: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(one)}</li>" for one in sentences) + "</ul>"
