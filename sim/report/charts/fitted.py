"""Data and model of a fit on one pair of axes."""

from __future__ import annotations

from sim.fit.finding import Finding
from sim.report.charts import canvas
from sim.report.charts.canvas import Chart, Drawing, Words, style


def draw(found: Finding) -> Drawing | None:
    """Return the plot of a finding, or None where it has none."""
    plot = found.plot
    if plot is None:
        return None
    name = f"fit-{found.name.replace(' ', '-')}"
    words = Words(
        f"{found.name}: data and model",
        found.goodness[:110],
        f"{plot.y_label} over {plot.x_label}, of the data and of the fitted model",
    )
    with style(name):
        chart = Chart(name, words)
        axes = chart.axes
        axes.plot(plot.x, plot.data, color=canvas.PALETTE[0], linewidth=1.2, label="data")
        axes.plot(
            plot.x,
            plot.model,
            color=canvas.PALETTE[3],
            linewidth=1.6,
            linestyle="--",
            label="model",
        )
        if plot.log_x:
            axes.set_xscale("log")
        axes.set_xlabel(plot.x_label)
        axes.set_ylabel(plot.y_label)
        axes.set_ylim(bottom=0)
        axes.legend(frameon=False)
        return chart.drawing()
