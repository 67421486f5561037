"""A summary and a record as the files of a results folder."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from sim.report import actuals, charts, focus, html, record, timeline, workbook
from sim.report.read import Summary
from sim.report.record import Record
from sim.summary import to_text


def files_of(summary: Summary, ran: Record, spent: actuals.Rows | None = None) -> dict[str, bytes]:
    """Return the files by relative path, in the order in which a reader would open them.

    Args:
        summary: the dict of `summary.json`, which is written as it is.
        ran: what was run.
        spent: what has really been spent to date; faces show it beside the projection.
    """
    text = to_text(summary).encode()
    ran = replace(ran, summary_sha256=hashlib.sha256(text).hexdigest())
    files = {"summary.json": text, "timeline.csv": timeline.to_csv(summary).encode()}
    if spent:
        summary = {**summary, "actuals": spent}
        files["actuals.csv"] = actuals.to_csv(spent).encode()
    files["costs.xlsx"] = workbook.to_bytes(summary)
    files["costs_focus.csv"] = focus.to_csv(summary).encode()
    drawings = charts.draw_all(summary)
    files["report.html"] = html.to_html(summary, drawings).encode()
    for drawing in drawings:
        files[f"charts/{drawing.name}.svg"] = drawing.svg
        files[f"charts/{drawing.name}.png"] = drawing.png
    files["run.json"] = record.to_bytes(ran)
    return files
