"""A summary and a record as the files of a results folder."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from sim.report import charts, focus, html, record, timeline, workbook
from sim.report.read import Summary
from sim.report.record import Record
from sim.summary import to_text


def files_of(summary: Summary, ran: Record) -> dict[str, bytes]:
    """Return the files by relative path, in the order in which a reader would open them."""
    text = to_text(summary).encode()
    ran = replace(ran, summary_sha256=hashlib.sha256(text).hexdigest())
    files = {"summary.json": text, "timeline.csv": timeline.to_csv(summary).encode()}
    files["costs.xlsx"] = workbook.to_bytes(summary)
    files["costs_focus.csv"] = focus.to_csv(summary).encode()
    drawings = charts.draw_all(summary)
    files["report.html"] = html.to_html(summary, drawings).encode()
    for drawing in drawings:
        files[f"charts/{drawing.name}.svg"] = drawing.svg
        files[f"charts/{drawing.name}.png"] = drawing.png
    files["run.json"] = record.to_bytes(ran)
    return files
