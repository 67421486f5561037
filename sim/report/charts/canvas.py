"""What all charts share: size, type, colours, and the same bytes on every run.

Charts are drawn on a figure of their own, without pyplot and its global state. Text stays text in SVG. A
salt per chart keeps its ids apart from those of other charts on one page.
"""

from __future__ import annotations

import io
import math
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from html import escape
from textwrap import fill
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.textpath import TextToPath
from matplotlib.ticker import MaxNLocator

from sim.report import format as form
from sim.report.read import Phase, Spread

PALETTE = ("#12436D", "#28A197", "#801650", "#F46A25", "#3D3D3D", "#A285D1")
"""The UK Analysis Function's set: neighbours differ by 3 : 1 in contrast, each 3 : 1 on white."""
INK, QUIET, GRID = "#1D1D1D", "#595959", "#E4E4E4"
LIMIT = "#B10E1E"
BAND_ALPHA = 0.25
SIZE_INCHES = (10.0, 4.8)
HALF_INCHES = (5.0, 3.9)
"""Two stand side by side; type is as large as in a whole one."""
HALF_LETTERS = 46
NAME_POINTS = 130
"""A name in the words of half a chart is cut to this width."""
"""Where the title of half a chart breaks."""
DOTS_PER_INCH = 110
POINTS_PER_INCH = 72
"""The unit of an SVG is a point."""
TITLE_LETTERS_MAX = 60
PARTS = ("p10", "p50", "p90")
EXACT_DIGITS = 4
"""Of the values that stand over marks."""
MARKED_MAX = 24
"""Up to so many points of a line are marked."""
MONTHS_SHOWN_MAX = 7
"""On half a chart."""
RUNS_FOR_A_FINDING = 20
"""With fewer replications a title claims nothing, unless all agree."""
RUNS_FOR_ALL = range(5, 10)
"""Of so few, P10 and P90 are the least and the largest: what they show is so in all."""
AGREE = re.compile(r"in [89] of 10 runs")
TOP = 0.06
"""Words above a line in this part of the height would touch those above the plot."""
LEFT = 0.01
"""Where words begin, as a part of the width."""

FONT = "DejaVu Sans"
STYLE = {
    "axes.axisbelow": True,
    "axes.edgecolor": QUIET,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.labelcolor": QUIET,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.unicode_minus": True,
    "font.family": FONT,
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
class Mark:
    """A thing on a chart that has a value: where it stands in the drawing (its units, from the top left), in words."""

    x: float
    y: float
    words: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart as files."""

    name: str
    words: Words
    svg: bytes
    png: bytes
    marks: tuple[Mark, ...] = ()
    """In the order in which keys step through them."""


class Chart:
    """A figure with one pair of axes; it must be made and drawn in `style(name)`."""

    def __init__(self, name: str, words: Words, *, half: bool = False, height: float = 0) -> None:
        """Make the figure: whole or half a page wide, of the usual height [inches] or of another."""
        self.name = name
        self.words = words
        self._figure = Figure(
            figsize=HALF_INCHES if half else (SIZE_INCHES[0], height or SIZE_INCHES[1]),
            layout=ConstrainedLayoutEngine(h_pad=0.06, w_pad=0.06 if half else 0.12),
        )
        FigureCanvasAgg(self._figure)
        self.axes: Axes = self._figure.add_subplot()
        self._marks: list[tuple[float, float, str]] = []
        # Marks at 2.5 or 7.5 would be told as 2 and 8.
        self.axes.yaxis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 5, 10]))
        title, subtitle = words.title, words.subtitle
        if half:
            title, subtitle = fill(title, HALF_LETTERS), fill(subtitle, HALF_LETTERS + 14)
        size = 11 if half else 13
        self._figure.suptitle(title, x=LEFT, ha="left", fontweight="bold", fontsize=size)
        # A twin that nobody sees keeps the room; the words stand at the left edge, below the title.
        self._subtitle = subtitle
        self._room = self.axes.set_title(
            subtitle, loc="left", fontsize=9, pad=10 if half else 20, alpha=0
        )

    def mark(self, x: float, y: float, words: str) -> None:
        """Give what stands at a place of the axes its exact value in words; a gap (NaN) has none."""
        if math.isfinite(x) and math.isfinite(y):
            self._marks.append((x, y, words))

    def drawing(self) -> Drawing:
        """Return the files."""
        self._figure.draw_without_rendering()
        (_, bottom), _ = self._figure.transFigure.inverted().transform(
            self._room.get_window_extent().get_points()
        )
        self._room.set_text(re.sub(r"[^\n]+", " ", self._subtitle))
        words = self._figure.text(
            LEFT, bottom, self._subtitle, color=QUIET, fontsize=9, va="bottom"
        )
        words.set_in_layout(False)
        svg = self._svg()
        return Drawing(self.name, self.words, svg, self._png(), self._placed())

    def _placed(self) -> tuple[Mark, ...]:
        """The marks in the units of the SVG, which are points."""
        if not self._marks:
            return ()
        places = self.axes.transData.transform([(x, y) for x, y, _ in self._marks])
        scale, height = POINTS_PER_INCH / self._figure.dpi, self._figure.get_figheight()
        return tuple(
            Mark(round(x * scale, 1), round(height * POINTS_PER_INCH - y * scale, 1), words)
            for (x, y), (_, _, words) in zip(places.tolist(), self._marks, strict=True)
        )

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
    with mpl.rc_context(), warnings.catch_warnings():
        # An SVG keeps its text as text: the reader's fonts have what this one lacks.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
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
    if title is None or len(title) > TITLE_LETTERS_MAX:
        return neutral
    if runs in RUNS_FOR_ALL and AGREE.search(title):
        return AGREE.sub(f"in all {runs} runs", title)
    return title if runs >= RUNS_FOR_A_FINDING else neutral


def band_words(runs: int) -> str:
    """Say what a band from P10 to P90 is."""
    return f"{form.range_name(runs)} of {runs} run{'s' if runs != 1 else ''}"


def band_marks(
    chart: Chart, names: Sequence[str], spreads: Sequence[Spread], unit: str, currency: str = "USD"
) -> None:
    """Give each point of a band its P50, P10 and P90 in words; points stand at whole numbers from 0."""
    for place, (name, one) in enumerate(zip(names, spreads, strict=True)):
        middle, low, high = form.measure_row(
            [one.p50, one.p10, one.p90], unit, currency, EXACT_DIGITS
        )
        chart.mark(place, number(one.p50), f"{name}: P50 {middle}, {form.between(low, high)}")


def limit_line(axes: Axes, height: float, text: str) -> None:
    """Draw a target or a budget, with its words on the line, or below it where the plot ends.

    Where it lies beyond the plot, words at the edge say so.
    """
    low, high = axes.get_ylim()
    below = height > high - TOP * (high - low)
    if low <= height <= high:
        axes.axhline(height, color=LIMIT, linewidth=1.4, zorder=4)
    else:
        text += f", {'above' if height > high else 'below'} this plot"
    axes.annotate(
        text,
        (0.005, min(max(height, low), high)),
        xycoords=("axes fraction", "data"),
        xytext=(0, -3 if below else 3),
        textcoords="offset points",
        va="top" if below else "baseline",
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


def number(value: form.Number | None) -> float:
    """Return a number to draw; NaN leaves a gap."""
    found = form.decimal(value)
    return float("nan") if found is None else float(found)


def band(
    axes: Axes, places: Sequence[float], spreads: Sequence[Spread], color: str = PALETTE[0]
) -> None:
    """Draw a line of P50 with a band from P10 to P90."""
    low, middle, high = ([number(getattr(s, part)) for s in spreads] for part in PARTS)
    axes.fill_between(places, low, high, color=color, alpha=BAND_ALPHA, linewidth=0)
    marker = "o" if len(places) <= MARKED_MAX else None
    axes.plot(places, middle, color=color, linewidth=1.8, marker=marker, markersize=4)


def value_ticks(axes: Axes, unit: str, currency: str = "USD") -> None:
    """Write the marks of the upright axis in a unit."""
    low, high = axes.get_ylim()
    ticks = [tick for tick in axes.get_yticks() if low <= tick <= high]
    axes.set_ylim(low, high)
    axes.set_yticks(ticks, form.ticks(ticks[::-1], unit, currency)[::-1])


def months_axis(axes: Axes, months: Sequence[date]) -> None:
    """Mark months that stand at whole numbers, as many as there is room for."""
    step = max(1, -(-len(months) // MONTHS_SHOWN_MAX))
    shown = range(0, len(months), step)
    axes.set_xticks(list(shown), [month_words(months[i], i == 0) for i in shown])


def fitted(text: str, points_max: float, size: float = 10) -> str:
    """Return a text cut to a width on paper [points]: letters differ by a factor of ten."""
    font = FontProperties(family=FONT, size=size)
    letters_max = int(points_max)  # No letter is narrower than a point.
    text = text if len(text) <= letters_max else f"{text[:letters_max]}…"
    while len(text) > 1 and _width_points(text, font) > points_max:
        text = text.rstrip("…")[:-1].rstrip() + "…"
    return text


def _width_points(text: str, font: FontProperties) -> float:
    width, _, _ = TextToPath().get_text_width_height_descent(text, font, ismath=False)
    return float(width)


def tinted_label(axes: Axes, place: tuple[float, float], text: str, color: str) -> None:
    """Name a part in ink, with a square of its colour before it."""
    axes.annotate(
        "■", place, color=color, fontsize=9, va="center", ha="right", annotation_clip=False
    )
    axes.annotate(
        text,
        place,
        xytext=(3, 0),
        textcoords="offset points",
        color=INK,
        fontsize=9,
        va="center",
        annotation_clip=False,
    )
