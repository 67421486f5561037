"""`simulate presets`: the dated facts about vendors, clients and incidents that a scenario may name."""

from __future__ import annotations

import click

from sim.cli.screen import screen_of_stdout, write_report


@click.command(
    epilog="""\b
Examples:
  simulate presets
  simulate presets azure-standard
"""
)
@click.argument("name", required=False)
def command(name: str | None) -> None:
    """List the presets, or print NAME with its sources."""
    from sim.report.presets import listed, printed

    width = screen_of_stdout().width
    write_report(listed(width) if name is None else printed(name, width))
