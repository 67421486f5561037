"""An inference cost and capacity simulator: will the AI rollout hold its targets and its budget?

    Scenario → Plan → Outcomes → Measures, Bill → Study → report

`sim.scenario` reads a planner's words, `sim.plan` lowers them to tables, `sim.engine` plays them, `sim.measure`
and `sim.bill` count and price what happened, `sim.study` holds the replications, `sim.report` shows them.
"""
