"""When do things wait? The longest queue by weekday and hour."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.colors import LinearSegmentedColormap

from sim.report import format as form
from sim.report import read, read_service
from sim.report.charts import canvas
from sim.report.charts.canvas import Chart, Drawing, Words
from sim.report.read import Summary
from sim.report.read_service import Queue

NAME = "queue_by_hour"
NEUTRAL_TITLE = "Queue by weekday and hour"
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WHITE_TO_BLUE = LinearSegmentedColormap.from_list("waiting", ["#FFFFFF", canvas.PALETTE[0]])


def draw(summary: Summary) -> Drawing | None:
    """Return the chart of the longest queue, or None where nobody waits."""
    found = read_service.queues(summary)
    if not found:
        return None
    queue, runs = found[0], read.replications(summary)
    place, largest = _largest(queue.waiting)
    zone = summary["scenario"]["horizon"]["timezone"]
    when = f"{DAYS[place // 24]} {place % 24:02d}:00"
    words = Words(
        canvas.finding(finding(queue), NEUTRAL_TITLE, runs),
        f"Mean number waiting at {canvas.fitted(queue.node, canvas.NAME_POINTS)}{_for(queue)}, {zone}. White: nobody.",
        f"At most {form.count(largest)} wait on average, on {when}.",
    )
    chart = Chart(NAME, words, half=True)
    _paint(chart, queue, place, largest)
    return chart.drawing()


def _for(queue: Queue) -> str:
    """What they wait for, where that is no server."""
    limits = [name for name in queue.held_by if name != "servers"]
    if len(limits) > 1:
        return f" for one of {form.count(len(limits))} limits"
    return f" for {canvas.fitted(limits[0], canvas.NAME_POINTS)}" if limits else ""


def finding(queue: Queue) -> str | None:
    """Return the hour of the longest mean queue."""
    place, _ = _largest(queue.waiting)
    node = canvas.fitted(queue.node, canvas.NAME_POINTS)
    return f"At {node} the queue peaks on {DAYS[place // 24]} at {place % 24:02d}:00"


def _largest(waiting: Sequence[float | None]) -> tuple[int, float]:
    numbers = [-1.0 if number is None else number for number in waiting]
    place = numbers.index(max(numbers))
    return place, numbers[place]


def _paint(chart: Chart, queue: Queue, place: int, largest: float) -> None:
    axes = chart.axes
    cells = [math.nan if number is None else number for number in queue.waiting]
    rows = [cells[day * 24 : day * 24 + 24] for day in range(7)]
    axes.pcolormesh(
        range(25),
        range(8),
        rows,
        cmap=WHITE_TO_BLUE,
        vmin=0,
        vmax=largest,
        edgecolors=canvas.GRID,
        linewidth=0.4,
    )
    for hour, waiting in enumerate(queue.waiting):
        when = f"{DAYS[hour // 24]} {hour % 24:02d}:00"
        words = f"{when}: {form.count(waiting)} waiting on average"
        chart.mark(hour % 24 + 0.5, hour // 24 + 0.5 if waiting is not None else math.nan, words)
    axes.annotate(
        form.count(largest, 2),
        (place % 24 + 0.5, place // 24 + 0.5),
        color="white",
        fontsize=7,
        ha="center",
        va="center",
    )
    axes.set_ylim(7, 0)
    axes.grid(visible=False)
    axes.set_yticks([day + 0.5 for day in range(7)], DAYS)
    axes.set_xticks(range(0, 25, 6), [f"{hour:02d}" for hour in range(0, 25, 6)])
