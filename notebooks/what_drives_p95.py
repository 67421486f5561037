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
# # What drives p95
# First where the time goes, stage by stage; then one input changed at a time, with the same luck.

# %%
from pathlib import Path

import sim

# From the root of the repository, or from notebooks/, where Jupyter starts.
SCENARIOS = next(path for path in (Path("scenarios"), Path("../scenarios")) if path.is_dir())
REPLICATIONS = 2
scenario = sim.load(SCENARIOS / "claims_q3_week.yaml")
base = sim.run(scenario, replications=REPLICATIONS)
stages = base.table("stages")
times = zip(stages["p95_s"], stages["stage"], strict=True)
for p95_s, stage in sorted(times, key=lambda row: row[0] or 0, reverse=True):
    print(f"{stage}: p95 {p95_s} s")


# %%
def p95_s(result):
    """The p95 of `ask_claim` [s]: its target's median over the replications."""
    table = result.table("targets")
    return table["p50"][table["name"].index("answers are fast")]


changes = {
    "longer answers": "workloads.ask_claim.output_tokens.median=350",
    "a colder cache": "workloads.ask_claim.cached_input=0%",
    "longer questions": "workloads.ask_claim.input_tokens.median=4000",
}
print(f"as it is: {p95_s(base):.2f} s")
for words, change in changes.items():
    changed = sim.run(scenario.with_sets(change), replications=REPLICATIONS)
    print(f"{words} ({change}): {p95_s(changed):.2f} s")
