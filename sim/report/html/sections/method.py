"""Method: what is modelled, what is not, and how a chance is computed."""

from __future__ import annotations

from sim.report import read
from sim.report.html.blocks import Section, Text
from sim.report.read import Summary

MODELLED = (
    "Every request is simulated, from the person who sends it through each stage, queue, limit, retry, "
    "fallback, incident and price to its end. Time is in whole microseconds, money in exact decimals."
)
FAILED = (
    "Failed work counts: a percentile is over good and bad requests, and one without an answer is slower "
    "than any answer. Availability is good / (good + bad) by the deadline. An attempt that was given up "
    "keeps the vendor busy and is billed as the vendor bills it."
)
NOT_MODELLED = (
    "Not modelled: the quality of answers, the network between regions unless a stage says so, taxes, "
    "exchange rates, credits, and what people would do instead. A price that the scenario does not change "
    "stays as it is. Nothing here says that a vendor will keep a published limit."
)


def section(summary: Summary) -> Section:
    """Return the section."""
    runs = read.replications(summary)
    level = next((raw["chance_interval_level"] for raw in summary["targets"]), None)
    certain = f" at a level of {level:.0%}" if level is not None else ""
    chance = (
        f"The horizon was played {runs} times. What is random differs from run to run; what is unknown is "
        "drawn once a run. P10, P50 and P90 are over runs; the chance of a target is the share of runs "
        f"that met it, and it is undecided where its interval{certain} holds the chance that is asked for. "
        "A title states a finding only where 9 of 10 of at least 20 runs agree, or all of a few, or where it "
        "tells a mean."
    )
    return Section("method", "Method", [Text(w) for w in (MODELLED, chance, FAILED, NOT_MODELLED)])
