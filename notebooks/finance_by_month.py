# ---
# jupyter:
#   jupytext:
#     formats: py:percent
# ---

# %% [markdown]
# # Month by month, for finance
# Means add up over lines; P10 and P90 belong to the total alone.

# %%
import sim

REPLICATIONS = 2
result = sim.run(sim.load("scenarios/claims_q3_week.yaml"), replications=REPLICATIONS)
months = result.table("monthly")
for month, p10, mean, p90, budget in zip(
    *(months[column] for column in ("month", "p10", "mean", "p90", "budget")), strict=True
):
    print(
        f"{month}: mean {mean:,.2f} ({p10:,.2f} to {p90:,.2f}) {result.currency}, budget {budget}"
    )

# %% [markdown]
# The lines of the bill, the dearest first, and a check that they foot.

# %%
lines = result.table("monthly_lines")
costs = sorted(zip(lines["mean"], lines["line"], strict=True), reverse=True)
for cost, line in costs:
    print(f"{line}: {cost:,.2f}")
assert abs(sum(lines["mean"]) - sum(months["mean"])) < 0.01
