"""How long a model takes, as a planner would write it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.errors import PlaceError
from sim.scenario.paths import nearest
from sim.units import duration_text
from sim.vendors import registry
from sim.vendors.fill import filled
from sim.vendors.kinds import FirstToken
from sim.vendors.presets import Unpublished

SPEED = "tokens_per_second"
SPEED_NOTE = "How fast an answer is written, of the mean answer"


def latency_of(model: str, unpublished: Mapping[str, Any]) -> dict[str, Any]:
    """The `latency` of a model; PlaceError with the nearest where it is not known."""
    preset = registry.latency()
    values = {**likely(model), **unpublished}
    for answer in preset.whole_answers:
        if model in answer.models:
            return dict(filled(answer.latency, values))
    found = preset.first_tokens().get(model)
    if found is None or SPEED not in values:
        near = nearest(model, preset.models())
        hint = f'; that of "{near}" is' if near else ""
        raise PlaceError(
            f"how long {model!r} takes is not known{hint}; write `latency`", ("model",)
        )
    written: dict[str, Any] = {
        "first_token": _first_token(found[1]),
        SPEED: {"mean": values[SPEED], "cv": preset.speed.cv},
    }
    if found[1].per_1k_input:
        written["per_1k_input"] = duration_text(found[1].per_1k_input)
    if model not in preset.congestion.models_not:
        written["congestion"] = filled(preset.congestion.congestion, values)
    return written


def _first_token(first: FirstToken) -> dict[str, Any]:
    """The body, and beyond its median the spikes, where there are some."""
    median = duration_text(first.median)
    body = {"law": "lognormal", "median": median, "sigma": first.sigma}
    if not first.spikes:
        return body
    spikes = {"law": "exponential", "mean": duration_text(first.spike_mean), "plus": median}
    parts = [
        {"weight": 100 - 100 * first.spikes, "of": body},
        {"weight": 100 * first.spikes, "of": spikes},
    ]
    return {"law": "mixture", "parts": parts}


def unknowns_of(model: str) -> dict[str, Unpublished]:
    """What is not known of a model, by its name under `unpublished`."""
    preset = registry.latency()
    for answer in preset.whole_answers:
        if model in answer.models:
            return {
                name: one.model_copy(update={"source": one.source or answer.source})
                for name, one in answer.unpublished.items()
            }
    found: dict[str, Unpublished] = {}
    if model in preset.speed.models:
        speed = dict(preset.speed.models[model])
        found[SPEED] = Unpublished(source=preset.speed.source, range=speed, note=SPEED_NOTE)
    if model in preset.first_tokens() and model not in preset.congestion.models_not:
        for name, one in preset.congestion.unpublished.items():
            source = one.source or preset.congestion.source
            found[name] = one.model_copy(update={"source": source})
    return found


def likely(model: str) -> dict[str, Any]:
    """The likeliest of what is not known."""
    return {name: one.range["likely"] for name, one in unknowns_of(model).items()}
