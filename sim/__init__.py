"""An inference cost and capacity simulator: will the AI rollout hold its targets and its budget?

    Scenario → Plan → Outcomes → Measures, Bill → Study → report

`sim.scenario` reads a planner's words, `sim.plan` lowers them to tables, `sim.engine` plays them, `sim.measure`
and `sim.bill` count and price what happened, `sim.study` holds the replications, `sim.report` shows them.

A notebook needs four names, each imported when it is asked for:

    scenario = sim.load("scenarios/claims_q3_week.yaml", sets=["currency=EUR"])
    result = sim.run(scenario, replications=5)
    pandas.DataFrame(result.table("monthly"))
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.notebook import Loaded, Result, load, run

__all__ = ["load", "run", "Loaded", "Result"]


def __getattr__(name: str) -> Any:
    """Import a name of notebooks when it is asked for, so that the command line starts at once."""
    if name not in __all__:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    from sim import notebook

    return getattr(notebook, name)
