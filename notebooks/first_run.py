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
# # A first run
# Load a scenario, run it, and read its targets. `REPLICATIONS` is small, so that this takes seconds: with so few a
# target is often too close to call.

# %%
from pathlib import Path

import sim

# From the root of the repository, or from notebooks/, where Jupyter starts.
SCENARIOS = next(path for path in (Path("scenarios"), Path("../scenarios")) if path.is_dir())
REPLICATIONS = 2
scenario = sim.load(SCENARIOS / "claims_q3_week.yaml")
result = sim.run(scenario, replications=REPLICATIONS)
print(result.summary["verdict"]["sentence"])

# %% [markdown]
# Tables are columns of equal length: `pandas.DataFrame(result.table("targets"))` would take them as they are.

# %%
targets = result.table("targets")
for name, limit, p50, status in zip(
    targets["name"], targets["limit"], targets["p50"], targets["status"], strict=True
):
    print(f"{name}: limit {limit}, P50 {p50}, {status}")
