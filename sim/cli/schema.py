"""`simulate schema`: what a scenario may hold, as JSON Schema, for editors."""

from __future__ import annotations

import click

from sim.cli.screen import write_report


@click.command(epilog="Example: simulate schema > scenario.schema.json")
def command() -> None:
    """Print the JSON Schema of scenarios, for an editor.

    In a scenario's first line, `# yaml-language-server: $schema=scenario.schema.json` names the file.
    """
    import json

    from sim.scenario.scenario import Scenario
    from sim.scenario.schema import json_schema

    write_report(json.dumps(json_schema(Scenario), indent=2) + "\n")
