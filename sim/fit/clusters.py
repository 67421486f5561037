"""How unevenly arrivals come within the day: clusters of neighbours (`burst`), or a rate that wanders (`swings`).

Both are told from how the index of dispersion of counts grows with the window in which they are counted. Clusters
reach it within some gaps; a rate that wanders lets it grow up to windows as long as its swings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares
from scipy.special import gammaincinv, stdtrit

from sim import draws
from sim.fit.clock import US
from sim.fit.finding import LEVEL, Estimate, Floats, milliseconds, rounded, student
from sim.scenario.people import BURST_CV_MAX, SWINGS_CV_MAX

Times = NDArray[np.int64]
BLOCKS = 20
GAPS_MIN = 200
GAPS_A_WINDOW = 5
"""The shortest windows hold so many gaps in the mean."""
WINDOWS_MIN = 12
"""The longest windows are so long that there are at least so many in the stretch."""
CELLS_MAX = 1 << 21
SLACK = 0.1
"""Relative error of a dispersion beside that of its few windows."""
EVIDENCE = 12.0
"""By how much chi-square must fall, for two numbers more, before a wandering rate is believed."""
GAPS_DRAWN = 200_000
NODES, WEIGHTS = np.polynomial.legendre.leggauss(48)


@dataclass(frozen=True)
class Clusters:
    """What was found."""

    written: dict[str, Any]
    """Keys of `arrivals`."""
    estimates: tuple[Estimate, ...] = ()
    poor: tuple[str, ...] = ()


def clusters(
    times: Times, counts: Floats, level: Floats, edges: Times, forgets_us: float, n_fitted: int = 0
) -> Clusters:
    """Tell clusters and swings of arrivals whose mean level is known.

    Args:
        times: ascending [us]; (arrivals,).
        counts: how many each stands for; (arrivals,).
        level: expected arrivals between edges; (edges - 1,).
        edges: ascending [us].
        forgets_us: over which stretches the level was made equal to what came [us].
        n_fitted: how many numbers of the level were fitted to these arrivals [n].
    """
    found = _burst(times, counts, level, edges, n_fitted)
    # What was fitted has taken its share of the variance away.
    kept = max(1.0 - n_fitted / len(level), 0.1)
    curve = _Curve.of(times, counts, level, edges, forgets_us, kept)
    if curve is None:
        return found
    rates = bool((counts != 1).any())
    flat = _flat(curve, 1.0 if rates else found.estimates[0].value if found.estimates else 1.0)
    fitted = _swings(curve, curve.lengths(), fixed=rates)
    if curve.misfit(flat) - curve.misfit(curve.said(*fitted)) < EVIDENCE:
        return found
    return _told(curve, fitted, found, rates)


def _told(curve: _Curve, fitted: Floats, found: Clusters, rates: bool) -> Clusters:
    swings = ("cv of the rate's swings", "length of the rate's swings")
    near = [float(fitted[2])]
    jack = np.log([_swings(part, near, fixed=rates) for part in curve.without_each_block()])
    n = len(jack)
    errors = np.sqrt((n - 1) / n * ((jack - jack.mean(axis=0)) ** 2).sum(axis=0))
    b2, cv2, lasts_s = (float(one) for one in fitted)
    cv = min(float(np.sqrt(cv2)), SWINGS_CV_MAX)
    estimates = [
        _log_student(swings[0], cv, float(errors[1]) / 2, n - 1, "1"),
        _log_student(swings[1], lasts_s, float(errors[2]), n - 1, "s"),
    ]
    written: dict[str, Any] = {
        "swings": {"cv": rounded(cv, 3), "lasts": milliseconds(lasts_s * 1e6)}
    }
    if not rates:
        burst = _log_student(
            "cv of gaps beside the swings", float(np.sqrt(b2)), float(errors[0]) / 2, n - 1, "1"
        )
        estimates.append(burst)
        if not burst.low <= 1.0 <= burst.high:
            written["burst"] = {"cv": rounded(min(burst.value, BURST_CV_MAX), 3)}
    poor = [one for one in found.poor if "the most" not in one]
    worst = int(np.argmax(np.abs(np.log(curve.said(*fitted) / curve.seen))))
    off = float(curve.said(*fitted)[worst] / curve.seen[worst])
    if not 1 / 1.5 < off < 1.5:
        poor.append(
            f"in windows of {curve.widths_s[worst]:.0f} s counts vary {off:.2g} times as much in the model as they did"
        )
    return Clusters(written, tuple(estimates), tuple(poor))


@dataclass(frozen=True)
class _Curve:
    """The index of dispersion of counts by the windows' width; (widths,) each."""

    widths_s: Floats
    seen: Floats
    """(Variance around the level) / mean."""
    weights: Floats
    """Mean of the squared expected counts / mean expected count [n]."""
    n_windows: Floats
    forgets_s: float
    kept: float
    cells: tuple[Floats, Floats, float]
    """Counts and expected counts of the narrowest windows, and their width [s]."""

    @classmethod
    def of(
        cls,
        times: Times,
        counts: Floats,
        level: Floats,
        edges: Times,
        forgets_us: float,
        kept: float,
    ) -> _Curve | None:
        """Count what came and what was expected; None from too few windows."""
        span = int(edges[-1] - edges[0])
        mean_gap = span / max(float(level.sum()), 1.0)
        least = US if (counts == 1).all() else int(np.diff(np.unique(times)).min(initial=span))
        width = max(least, int(GAPS_A_WINDOW * mean_gap), span // CELLS_MAX)
        if span // width < 8 * WINDOWS_MIN:
            return None
        at = int(edges[0]) + width * np.arange(span // width + 1, dtype=np.int64)
        if (counts == 1).all():
            seen = np.diff(np.searchsorted(times, at)).astype(np.float64)
        else:
            seen = np.histogram(times, at, weights=counts)[0].astype(np.float64)
        expected = np.diff(np.interp(at, edges, np.concatenate(([0.0], np.cumsum(level)))))
        expected *= seen.sum() / max(expected.sum(), 1e-12)
        return cls._from((seen, expected, width / US), forgets_us / US, kept)

    @classmethod
    def _from(cls, cells: tuple[Floats, Floats, float], forgets_s: float, kept: float) -> _Curve:
        seen, expected, width = cells
        rows: list[tuple[float, float, float, int]] = []
        longest = min(len(seen) * width, forgets_s) / 4
        while len(seen) >= WINDOWS_MIN and (not rows or width <= longest):
            total = max(float(expected.sum()), 1e-12)
            index = float(((seen - expected) ** 2).sum()) / total
            rows.append((width, max(index, 1e-6), float((expected**2).sum()) / total, len(seen)))
            pairs = len(seen) // 2 * 2
            seen, expected = (one[:pairs].reshape(-1, 2).sum(axis=1) for one in (seen, expected))
            width *= 2
        widths, index, weights, n_windows = np.array(rows, float).T
        return cls(widths, index, weights, n_windows, forgets_s, kept, cells)

    def said(self, burst2: float, cv2: float, lasts_s: float) -> Floats:
        """What a wandering rate with clusters would give."""
        swing = _mean_covariance(self.widths_s, cv2, lasts_s)
        lost = _mean_covariance(np.array([self.forgets_s]), cv2, lasts_s)
        return np.asarray(burst2 + self.weights * self.kept * np.maximum(swing - lost, 0.0))

    def misses(self, said: Floats) -> Floats:
        """Logarithms of what was said beside what was seen, in standard errors."""
        return np.asarray(np.log(said / self.seen) / (np.sqrt(2 / self.n_windows) + SLACK))

    def misfit(self, said: Floats) -> float:
        """Chi-square."""
        return float((self.misses(said) ** 2).sum())

    def lengths(self) -> list[float]:
        """Lengths of swings from which a search may begin [s]."""
        return [float(one) for one in np.geomspace(self.widths_s[0], self.forgets_s / 4, 4)]

    def without_each_block(self) -> list[_Curve]:
        """The same without one stretch of time after another."""
        seen, expected, width = self.cells
        n_blocks = min(BLOCKS, len(seen) // (4 * WINDOWS_MIN))
        places = np.array_split(np.arange(len(seen)), n_blocks)
        kept = [np.delete(np.arange(len(seen)), place) for place in places]
        return [
            _Curve._from((seen[k], expected[k], width), self.forgets_s, self.kept) for k in kept
        ]


def _mean_covariance(widths_s: Floats, cv2: float, lasts_s: float) -> Floats:
    """Return the variance of a window's mean factor: 2 / w^2 x integral of (w - u) C(u)."""
    sigma2 = np.log1p(cv2)
    # Nodes in the square root of time, because the covariance falls quickly at first.
    root = (NODES + 1) / 2
    u = root**2
    covariance = np.expm1(sigma2 * np.exp(-np.outer(widths_s / lasts_s, u)))
    return np.asarray((covariance * ((1 - u) * 2 * root * WEIGHTS)).sum(axis=1))


def _swings(curve: _Curve, lengths_s: Sequence[float], *, fixed: bool) -> Floats:
    """Fit clusters' variance, swings' squared cv and length [s]; from some lengths, without clusters if fixed."""

    def read(logs: Floats) -> Floats:
        return np.asarray(np.exp(np.concatenate(([0.0], logs)) if fixed else logs))

    def misses(logs: Floats) -> Floats:
        burst2, cv2, lasts_s = read(logs)
        return curve.misses(curve.said(float(burst2), float(cv2), float(lasts_s)))

    shortest, longest = float(curve.widths_s[0]), float(curve.forgets_s)
    best = None
    for lasts in lengths_s:
        start = np.log([float(np.clip(curve.seen[0], 0.3, 5)), 0.1, lasts])
        low = np.log([0.05, 1e-6, shortest / 4])
        high = np.log([BURST_CV_MAX**2, SWINGS_CV_MAX**2, longest])
        cut = slice(1 if fixed else 0, None)
        found = least_squares(misses, start[cut], bounds=(low[cut], high[cut]))
        best = found if best is None or found.cost < best.cost else best
    assert best is not None
    return read(best.x)


def _flat(curve: _Curve, cv: float) -> Floats:
    """The curve of gamma gaps: close to cv^2, except that strong clusters need long windows to show."""
    if cv <= 1.5:
        return np.full(len(curve.widths_s), cv**2)
    seen, _, width = curve.cells
    shape = 1 / min(cv, BURST_CV_MAX) ** 2
    numbers = np.arange(GAPS_DRAWN, dtype=np.uint64)
    luck = draws.uniforms(draws.purpose(0, 0, "fit", "gamma gaps"), numbers)
    times = np.cumsum(gammaincinv(shape, luck)) / shape * width / max(seen.mean(), 1e-12)
    edges = np.arange(0, times[-1], width)
    counts = np.diff(np.searchsorted(times, edges)).astype(np.float64)
    made = _Curve._from((counts, np.full(len(counts), counts.mean()), width), curve.forgets_s, 1.0)
    return np.interp(np.log(curve.widths_s), np.log(made.widths_s), made.seen)


def _burst(times: Times, counts: Floats, level: Floats, edges: Times, n_fitted: int) -> Clusters:
    """Coefficient of variation of the gaps on a clock that runs as fast as the rate.

    A clock with numbers fitted to n gaps makes them look more even: their squared cv by two in n for each.
    """
    if (counts != 1).any():
        return Clusters(
            {}, (), ("the log has rates, no instants: clusters of neighbours are not known",)
        )
    inside = times[(times >= edges[0]) & (times < edges[-1])]
    clock = np.interp(inside, edges, np.concatenate(([0.0], np.cumsum(level))))
    gaps = np.diff(clock)
    if len(gaps) < GAPS_MIN or gaps.mean() <= 0:
        return Clusters(
            {}, (), (f"{len(gaps)} gaps are too few to tell clusters: Poisson is taken",)
        )
    uneven = float(np.sqrt(1 + 2 * n_fitted / len(gaps)))
    cv = float(gaps.std() / gaps.mean()) * uneven
    jack = _jackknife(gaps) * uneven
    error = float(np.sqrt((BLOCKS - 1) / BLOCKS * ((jack - jack.mean()) ** 2).sum()))
    estimate = student("cv of gaps within the hour", cv, error, BLOCKS - 1)
    poor: tuple[str, ...] = ()
    if cv > BURST_CV_MAX:
        poor = (f"gaps have a cv of {cv:.1f}; the most that a scenario can say is {BURST_CV_MAX}",)
    if estimate.low <= 1.0 <= estimate.high:
        return Clusters({}, (estimate,), poor)
    return Clusters({"burst": {"cv": rounded(min(cv, BURST_CV_MAX), 3)}}, (estimate,), poor)


def _jackknife(gaps: Floats) -> Floats:
    """The cv of the gaps without one stretch after another; (BLOCKS,)."""
    parts = np.array_split(gaps, BLOCKS)
    n = len(gaps) - np.array([len(part) for part in parts])
    sums = gaps.sum() - np.array([part.sum() for part in parts])
    squares = (gaps**2).sum() - np.array([(part**2).sum() for part in parts])
    return np.asarray(np.sqrt(np.maximum(squares / n - (sums / n) ** 2, 0.0)) / (sums / n))


def _log_student(name: str, value: float, error: float, freedom: int, unit: str) -> Estimate:
    half = min(float(stdtrit(max(freedom, 1), 0.5 + LEVEL / 2)) * error, 50.0)
    return Estimate(name, value, value * float(np.exp(-half)), value * float(np.exp(half)), unit)
