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
# # Month by month, for finance
# Means add up over lines; P10 and P90 belong to the total alone.

# %%
from pathlib import Path

import matplotlib.pyplot as plt

import sim

# From the root of the repository, or from notebooks/, where Jupyter starts.
SCENARIOS = next(path for path in (Path("scenarios"), Path("../scenarios")) if path.is_dir())
REPLICATIONS = 2
result = sim.run(sim.load(SCENARIOS / "claims_q3_week.yaml"), replications=REPLICATIONS)
months = result.table("monthly")
for month, p10, mean, p90, budget in zip(
    *(months[column] for column in ("month", "p10", "mean", "p90", "budget")), strict=True
):
    print(
        f"{month:%b %Y}: mean {mean:,.2f} ({p10:,.2f} to {p90:,.2f}) {result.currency}, budget {budget}"
    )

# %% [markdown]
# A table's columns go into a chart as they are: 8 of 10 replications fall in the bar.

# %%
figure, axes = plt.subplots(figsize=(6, 3))
spread = [
    [p50 - p10 for p10, p50 in zip(months["p10"], months["p50"], strict=True)],
    [p90 - p50 for p50, p90 in zip(months["p50"], months["p90"], strict=True)],
]
axes.errorbar(months["month"], months["p50"], yerr=spread, fmt="o", capsize=6)
axes.set(title="Spend by month, P10 to P90", ylabel=result.currency, ylim=(0, None))
plt.show()

# %% [markdown]
# The lines of the bill, the dearest first, and a check that they foot.

# %%
lines = result.table("monthly_lines")
costs = sorted(zip(lines["mean"], lines["line"], strict=True), reverse=True)
for cost, line in costs:
    print(f"{line}: {cost:,.2f}")
assert abs(sum(lines["mean"]) - sum(months["mean"])) < 0.01

# %% [markdown]
# The bill itself, line by line: quantity × unit price = cost. `pandas.DataFrame(result.table("bill"))` is the table to
# group and to pivot.

# %%
bill = result.table("bill")
for quantity, unit, price, cost, subject, item in sorted(
    zip(
        *(bill[c] for c in ("quantity", "unit", "unit_price", "cost", "subject", "item")),
        strict=True,
    ),
    key=lambda row: -row[3],
)[:5]:
    print(f"{subject} {item}: {quantity:,.3f} {unit} x {price} = {cost:,.2f} {result.currency}")
assert abs(sum(bill["cost"]) - sum(months["mean"])) < 0.01
