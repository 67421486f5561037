"""The sections of the report, one file each; `sim.report.html.SECTIONS` is their order."""
