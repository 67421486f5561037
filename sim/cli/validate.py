"""`simulate validate`: the faults of scenarios, and nothing else."""

from __future__ import annotations

import click

from sim.cli.ending import say
from sim.cli.scenario_options import read_document, set_option
from sim.errors import ExitCode, ScenarioError, UsageError


@click.command(
    epilog="Example: simulate validate scenarios/claims_q3.yaml scenarios/claims_q3_week.yaml"
)
@click.argument("scenarios", nargs=-1, required=True, type=click.Path(path_type=str))
@set_option
def command(scenarios: tuple[str, ...], sets: tuple[str, ...]) -> int:
    """Say what is wrong with scenarios, and where."""
    faults = [fault for file in scenarios if (fault := _fault_of(file, sets)) is not None]
    for fault in faults:
        say(fault)
    return ExitCode.USAGE if faults else ExitCode.DONE


def _fault_of(file: str, sets: tuple[str, ...]) -> str | None:
    from sim.scenario.document import validate
    from sim.scenario.scenario import Scenario
    from sim.study.remedy import ways_of

    try:
        document = read_document(file, sets)
        ways_of(document, validate(document, Scenario))
    except ScenarioError as error:
        return str(error)
    except UsageError as error:
        return f"error: {error}"
    say(f"{file}: no faults")
    return None
