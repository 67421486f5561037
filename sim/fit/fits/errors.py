"""How often endpoints fail, and how often they refuse because of a limit."""

from __future__ import annotations

from typing import Any

from sim.fit.finding import Estimate, Finding, rounded, wilson
from sim.fit.log import Log

REFUSED = 429


def fit(log: Log) -> Finding | None:
    """Shares of errors and of 429s, by endpoint; None where the log tells no status."""
    if not log.has("status"):
        return None
    endpoints: dict[str, Any] = {}
    estimates: list[Estimate] = []
    poor: list[str] = []
    for code, name in enumerate(log.endpoints):
        status = log.columns["status"][log.columns["endpoint"] == code]
        if not len(status):
            continue
        refused = int((status == REFUSED).sum())
        sent = len(status) - refused
        estimates.append(wilson(f"{name} refused by a limit (429)", refused, len(status)))
        if sent:
            failed = int((status >= 500).sum())
            estimates.append(wilson(f"{name} errors", failed, sent))
            endpoints[name] = {"errors": {"share": f"{rounded(100 * failed / sent)}%"}}
        if refused:
            poor.append(
                f"{name}: 429s come from the limits that the scenario writes; their share is told, not fitted"
            )
    return Finding(
        "errors",
        "answers of 500 and above among attempts that no limit refused; Wilson's interval",
        tuple(estimates),
        "a share, no law; that errors come together in time is left to incidents",
        tuple(poor),
        endpoints=endpoints,
    )
