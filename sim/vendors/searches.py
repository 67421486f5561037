"""Stations with a `search` as a planner would write them out: servers and the time of one search.

A benchmark tells the p99 of a single caller and the most searches a second. The mean of one follows from the p99, and
as many servers as do that many a second at that mean are the station's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.errors import PlaceError
from sim.scenario.paths import did_you_mean
from sim.units import US_PER_SECOND, duration_text, shown
from sim.vendors import registry
from sim.vendors.kinds import SearchEngine, SearchPreset

PRESET = "vector-search"
RATIO = "p99_over_mean"


def preset() -> SearchPreset:
    """What is known of searches."""
    found = registry.preset(PRESET)
    assert isinstance(found, SearchPreset)
    return found


def expanded(raw: Mapping[str, Any], unpublished: Mapping[str, Any]) -> dict[str, Any]:
    """A station written out; PlaceError at `search` where there is no such engine.

    Args:
        raw: as a planner wrote it, with a `search`.
        unpublished: what holds of what the benchmark does not tell.
    """
    found = _engine(raw["search"])
    ratio = float(unpublished.get(RATIO, preset().unpublished[RATIO].range["likely"]))
    mean_us = found.p99 / ratio
    written: dict[str, Any] = {
        "service": {"median": duration_text(round(mean_us)), "p99": duration_text(found.p99)}
    }
    if "staff" not in raw:
        written["servers"] = max(1, round(found.most_per_second * mean_us / US_PER_SECOND))
    return {**written, **raw}


def _engine(name: Any) -> SearchEngine:
    known = preset().engines.engines
    if shown(name) not in known:
        hint = did_you_mean(shown(name), known) or f"; known are {', '.join(known)}"
        message = f"no search engine {shown(name)!r} was measured{hint}"
        raise PlaceError(message, ("search",), "unknown_preset")
    return known[shown(name)]
