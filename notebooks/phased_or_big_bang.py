# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Phased against big-bang
# The same seed gives both plans the same people, demand and incidents, so what differs is the plan.

# %%
from pathlib import Path

import sim

# From the root of the repository, or from notebooks/, where Jupyter starts.
SCENARIOS = next(path for path in (Path("scenarios"), Path("../scenarios")) if path.is_dir())
REPLICATIONS = 2
phased = sim.load(SCENARIOS / "claims_q3_week.yaml")
big_bang = phased.with_sets(
    "rollout.phases.pilot.users.adjusters=60", "rollout.phases.midwest.users.adjusters=60"
)
plans = {"phased": phased, "big-bang": big_bang}
results = {name: sim.run(plan, replications=REPLICATIONS, seed=1) for name, plan in plans.items()}

# %% [markdown]
# Each target under both plans, as medians over the replications, and what each plan costs on average.

# %%
both = [result.table("targets") for result in results.values()]
for name, first, second in zip(both[0]["name"], both[0]["p50"], both[1]["p50"], strict=True):
    print(f"{name}: phased {first}, big-bang {second}")
spend = {name: sum(result.table("monthly")["mean"]) for name, result in results.items()}
for name, amount in spend.items():
    print(f"{name}: {amount:,.2f} {results[name].currency}")
assert spend["big-bang"] != spend["phased"], "the two plans must differ"
