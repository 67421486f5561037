"""What all charts share: size, type, colours, and the same bytes on every run.

Charts are drawn on a figure of their own, without pyplot and its global state. Text stays text in SVG. A
salt per chart keeps its ids apart from those of other charts on one page.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from sim.report import format as form
from sim.report.read import Phase

PALETTE = ("#12436D", "#28A197", "#801650", "#F46A25", "#3D3D3D", "#A285D1")
"""The UK Analysis Function's set: neighbours differ by 3 : 1 in contrast, each 3 : 1 on white."""
INK, QUIET, GRID = "#1D1D1D", "#595959", "#E4E4E4"
LIMIT = "#B10E1E"
BAND_ALPHA = 0.25
SIZE_INCHES = (10.0, 4.8)
DOTS_PER_INCH = 110
TITLE_LETTERS_MAX = 60
RUNS_FOR_A_FINDING = 20
"""With fewer replications a title claims nothing."""

STYLE = {
    "axes.axisbelow": True,
    "axes.edgecolor": QUIET,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.labelcolor": QUIET,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.unicode_minus": True,
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "grid.color": GRID,
    "hatch.linewidth": 0.6,
    "svg.fonttype": "none",
    "text.color": INK,
    "text.parse_math": False,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "ytick.left": False,
}
WEB_FONTS = "Verdana, 'DejaVu Sans', Arial, sans-serif"


@dataclass(frozen=True, slots=True)
class Words:
    """A chart's words: a finding, what is drawn, and a sentence for those who cannot see it."""

    title: str
    subtitle: str
    description: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart as files."""

    name: str
    words: Words
    svg: bytes
    png: bytes


class Chart:
    """A figure with one pair of axes; it must be made and drawn in `style(name)`."""

    def __init__(self, name: str, words: Words) -> None:
        self.name = name
        self.words = words
        self._figure = Figure(
            figsize=SIZE_INCHES, layout=ConstrainedLayoutEngine(h_pad=0.06, w_pad=0.12)
        )
        FigureCanvasAgg(self._figure)
        self.axes: Axes = self._figure.add_subplot()
        self._figure.suptitle(words.title, x=0.01, ha="left", fontweight="bold", fontsize=13)
        self.axes.set_title(words.subtitle, loc="left", color=QUIET, fontsize=9, pad=20)

    def drawing(self) -> Drawing:
        """Return the files."""
        return Drawing(self.name, self.words, self._svg(), self._png())

    def _svg(self) -> bytes:
        out = io.StringIO()
        self._figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
        text = out.getvalue().replace("'DejaVu Sans'", WEB_FONTS).replace("\r\n", "\n")
        return _told(text, self.words).encode()

    def _png(self) -> bytes:
        out = io.BytesIO()
        self._figure.savefig(out, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
        return out.getvalue()


@contextmanager
def style(name: str) -> Iterator[None]:
    """Draw the chart of this name here: nothing of a user's own settings shows in it."""
    settings: Any = {**mpl.rcParamsDefault, **STYLE, "svg.hashsalt": f"simulate-{name}"}
    settings.pop("backend", None)
    with mpl.rc_context():
        mpl.rcParams.update(settings)
        yield


def _told(svg: str, words: Words) -> str:
    """Give a drawing a role, a title and a description, for screen readers."""
    start = svg.index("<svg ") + len("<svg ")
    end = svg.index(">", start) + 1
    told = f"\n <title>{escape(words.title)}</title>\n <desc>{escape(words.description)}</desc>"
    return f'{svg[:start]}role="img" {svg[start:end]}{told}{svg[end:]}'


def finding(title: str | None, neutral: str, runs: int) -> str:
    """Return a title that states a finding, if there are runs enough and it is short enough."""
    if title is None or runs < RUNS_FOR_A_FINDING or len(title) > TITLE_LETTERS_MAX:
        return neutral
    return title


def band_words(runs: int) -> str:
    """Say what a P10–P90 band is."""
    return f"P10–P90 of {runs} replications"


def limit_line(axes: Axes, height: float, text: str) -> None:
    """Draw a target or a budget, with its words on the line."""
    axes.axhline(height, color=LIMIT, linewidth=1.4, zorder=4)
    axes.annotate(
        text,
        (0.005, height),
        xycoords=("axes fraction", "data"),
        xytext=(0, 3),
        textcoords="offset points",
        color=LIMIT,
        fontsize=9,
        zorder=6,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.8},
    )


def phase_lines(axes: Axes, phases: Sequence[Phase], places: Sequence[float]) -> None:
    """Name the phases above the plot and draw where each begins."""
    left, right = axes.get_xlim()
    taken = left
    for phase, place in zip(phases, places, strict=True):
        if place > right:
            continue
        at = max(place, left)
        if place > left:
            axes.axvline(place, color=QUIET, linestyle=":", linewidth=1.1, zorder=0.6)
        if at < taken:
            continue
        axes.annotate(
            phase.name,
            (at, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(3, 4),
            textcoords="offset points",
            color=QUIET,
            fontsize=9,
            annotation_clip=False,
        )
        taken = at + (right - left) * 0.011 * (len(phase.name) + 2)


def month_ticks(axes: Axes, days: Sequence[date]) -> None:
    """Mark the first day of each month on an axis of day numbers."""
    firsts = [index for index, day in enumerate(days) if day.day == 1]
    step = max(1, -(-len(firsts) // 13))
    shown = firsts[::step] or [0]
    axes.set_xticks(shown, [month_words(days[i], i == shown[0]) for i in shown])


def month_words(day: date, with_year: bool) -> str:
    """Return `Jul`, with the year below where it begins or changes."""
    name = form.MONTHS[day.month - 1]
    return f"{name}\n{day.year}" if with_year or day.month == 1 else name


def spread_apart(places: Sequence[float], gap: float) -> list[float]:
    """Move labels, which are in ascending order, up until none touches the one below."""
    moved: list[float] = []
    for place in places:
        moved.append(max(place, moved[-1] + gap) if moved else place)
    return moved
