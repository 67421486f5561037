"""An endpoint with a `vendor` as a planner would write it out. Each key that is written stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sim.errors import PlaceError, QuantityError
from sim.scenario.paths import did_you_mean, nearest
from sim.units import shown, whole_number
from sim.vendors import registry
from sim.vendors.fill import filled, placeholders
from sim.vendors.models import latency_of
from sim.vendors.presets import Capacity, LimitRule, Quotas, Vendor
from sim.vendors.pricing import deployment_of, price_of
from sim.vendors.spending import spend_in_10min, spend_limit
from sim.vendors.units import units_values

Written = Mapping[str, Any]
OWN_KEYS = ("deployment", "tier", "quota", "units", "commitment", "spend_cap")
"""Keys that say something only together with a vendor."""
MINUTES_A_DAY = 1440
VOLUME = "tokens_per_month"
"""What templates of limits call the volume of a month."""


def expanded(raw: Written, unpublished: Callable[[str], Written], on: date) -> dict[str, Any]:
    """An endpoint written out.

    Args:
        raw: as a planner wrote it, with a `vendor`.
        unpublished: what holds of the unpublished quantities of a preset or model.
        on: the day whose facts count.

    Raises `PlaceError` at the key that is wrong.
    """
    vendor = registry.asked(Vendor, "vendor", raw["vendor"], "vendor")
    model = _model(vendor, raw)
    for key in ("tier", "deployment"):
        _check_choice(vendor, raw, key)
    found: dict[str, Any] = {"caches_prompts": vendor.caches_prompts.value}
    unknown = {name: one.range["likely"] for name, one in vendor.unpublished.items()}
    values = {**unknown, **unpublished(vendor.preset)}
    found["errors"] = filled(vendor.errors, values)
    bills = vendor.bills[-1].model_dump(include={"wasted", "errors", "filtered"})
    found["bills"] = {**bills, **(raw.get("bills") or {})}
    found |= price_of(vendor, model, raw, on)
    if "limits" not in raw:
        values |= _quota(vendor, model, raw) | units_values(vendor, model, raw)
        values |= _weights(vendor, model)
        found["limits"] = [*_limits(vendor, model, values), *_spend(vendor, raw, found, on)]
    if "latency" not in raw and "station" not in raw:
        found["latency"] = latency_of(model, unpublished(model))
    return {**found, **{key: value for key, value in raw.items() if key != "bills"}}


def _model(vendor: Vendor, raw: Written) -> str:
    model = raw.get("model")
    if not isinstance(model, str):
        raise PlaceError("a vendor needs a `model`", ("model",) if "model" in raw else ())
    known = known_models(vendor)
    if not vendor.provider and model not in known:
        message = f"{vendor.preset} has no {model!r}{did_you_mean(model, known)}"
        raise PlaceError(message, ("model",), "unknown_model")
    return model


def known_models(vendor: Vendor) -> list[str]:
    """Every model of which a vendor's file knows something."""
    written = [name for table in vendor.quotas for name in table.models]
    single = [name for name in written if name not in vendor.families]
    families = [name for family in vendor.families.values() for name in family]
    units = list(vendor.units.models) if vendor.units else []
    own = [one.model for one in vendor.prices]
    capacity = vendor.requests_follow_tokens
    others = list(capacity.tokens_for_a_request) if capacity else []
    return list(dict.fromkeys([*families, *single, *units, *own, *others]))


def tier_of(vendor: Vendor, raw: Written) -> str | None:
    """The tier that an endpoint has."""
    return str(raw["tier"]) if "tier" in raw else vendor.default_tier


def _check_choice(vendor: Vendor, raw: Written, key: str) -> None:
    if key not in raw:
        return
    known = list(vendor.deployments)
    if key == "tier":
        known = list(dict.fromkeys(table.tier for table in vendor.quotas))
    if raw[key] not in known:
        what = f"is no {key} of {vendor.preset}"
        near = nearest(shown(raw[key]), known)
        meant = f'; did you mean "{near}"? It has ' if near else "; it has "
        hint = meant + (", ".join(known) if known else f"no {key}s")
        raise PlaceError(f"{shown(raw[key])!r} {what}{hint}", (key,), f"unknown_{key}")


def _tables(vendor: Vendor, raw: Written) -> list[Quotas]:
    """The tables of an endpoint's tier and deployment, the latest first."""
    tier, deployment = tier_of(vendor, raw), deployment_of(vendor, raw)
    if deployment is not None and deployment in vendor.deployments:
        deployment = vendor.deployments[deployment].quotas_as or deployment
    tables = [table for table in vendor.quotas if table.tier == tier]
    return [table for table in reversed(tables) if table.deployment in (None, deployment)]


def quota_table(vendor: Vendor, model: str, raw: Written) -> tuple[Quotas, Written] | None:
    """The latest table that holds a model's quota, and what stands there."""
    names = [model, *(name for name, family in vendor.families.items() if model in family)]
    for table in _tables(vendor, raw):
        for name in names:
            if name in table.models:
                return table, table.models[name]
    return None


def spend_table(vendor: Vendor, raw: Written) -> Quotas | None:
    """The latest table that says what an endpoint's tier may spend."""
    capped = (one for one in _tables(vendor, raw) if one.spend_cap is not None)
    return next(capped, None)


def _quota_keys(vendor: Vendor) -> list[str]:
    """What a planner may write under `quota`."""
    templates = [rule.limit for rule in vendor.limits]
    templates += [vendor.batch_queue.limit] if vendor.batch_queue else []
    wanted = placeholders(templates)
    return sorted(
        name
        for name in wanted
        if ("_per_" in name or "batch_" in name) and not name.startswith("unit_")
    )


def _quota(vendor: Vendor, model: str, raw: Written) -> dict[str, Any]:
    """The quota: the tier's, and over it what is written."""
    keys = _quota_keys(vendor)
    written = raw.get("quota") or {}
    if not isinstance(written, Mapping):
        message = f"write a map, such as {{{keys[0] if keys else 'tokens_per_minute'}: 1M}}"
        raise PlaceError(message, ("quota",))
    for key in written:
        if key not in keys:
            message = f"{vendor.preset} has no such quota{did_you_mean(str(key), keys)}"
            raise PlaceError(message, ("quota", key), "unknown_key")
    table = quota_table(vendor, model, raw)
    listed = {} if table is None else {name: int(number) for name, number in table[1].items()}
    values: dict[str, Any] = dict(listed)
    values |= volume_of(vendor, model)
    values |= {key: _whole(value, ("quota", key)) for key, value in written.items()}
    capacity = vendor.requests_follow_tokens
    if capacity and "tokens_per_minute" in values and "requests_per_minute" not in written:
        values |= _requests(capacity, model, listed, values["tokens_per_minute"])
    if "tokens_per_minute" in values:
        values.setdefault("tokens_per_day", values["tokens_per_minute"] * MINUTES_A_DAY)
    return values


def _requests(capacity: Capacity, model: str, listed: Written, tokens: int) -> dict[str, int]:
    """Requests a minute in proportion to tokens a minute, where it is known; one at the least."""
    if listed:
        requests = tokens * listed["requests_per_minute"] // listed["tokens_per_minute"]
    elif model in capacity.tokens_for_a_request:
        requests = int(tokens / capacity.tokens_for_a_request[model])
    else:
        return {}
    return {"requests_per_minute": max(1, requests)}


def volume_of(vendor: Vendor, model: str) -> dict[str, int]:
    """The volume of a month that is known of a model; nothing where none is."""
    known = {} if vendor.volumes is None else vendor.volumes.models
    return {VOLUME: int(known[model])} if model in known else {}


def rules_that_hold(vendor: Vendor, raw: Written) -> list[LimitRule]:
    """The limits that an endpoint has, less those by the month's volume where that is not known."""
    known = set(volume_of(vendor, str(raw.get("model")))) | set(raw.get("quota") or ())
    return [
        rule for rule in vendor.limits if VOLUME not in placeholders(rule.limit) or VOLUME in known
    ]


def _whole(value: Any, place: tuple[str, ...]) -> int:
    try:
        number = int(float(whole_number(value)))
    except QuantityError as error:
        raise PlaceError(str(error), place, error.code) from None
    if number < 1:
        raise PlaceError("a quota is at least 1", place, "too_small")
    return number


def _weights(vendor: Vendor, model: str) -> dict[str, Any]:
    if vendor.weights is None:
        return {}
    parts = [part for part in vendor.weights.models if part in model]
    longest = max(parts, key=len, default=None)
    return dict(vendor.weights.others if longest is None else vendor.weights.models[longest])


def _limits(vendor: Vendor, model: str, values: Written) -> list[dict[str, Any]]:
    needed = [rule.limit for rule in vendor.limits if not rule.optional]
    missing = sorted(placeholders(needed) - set(values))
    if missing:
        raise _no_quota(vendor, model, missing)
    rules = [rule.limit for rule in vendor.limits if placeholders(rule.limit) <= set(values)]
    return [filled(rule, values) for rule in rules]


def _no_quota(vendor: Vendor, model: str, missing: list[str]) -> PlaceError:
    """What a planner has to write; before that, in which tiers it is known, or which model was meant."""
    known = known_models(vendor)
    names = {model, *(name for name, family in vendor.families.items() if model in family)}
    tables = [one for one in vendor.quotas if names & set(one.models)]
    places = dict.fromkeys(" ".join(filter(None, (one.tier, one.deployment))) for one in tables)
    if places:
        hint = f" here; it is for {', '.join(places)}. Else"
    elif model not in known and (near := nearest(model, known)):
        hint = f'; did you mean "{near}"? Else'
    else:
        hint = ";"
    if "tokens_per_minute" in missing:  # a day's follow from a minute's
        missing = [name for name in missing if name != "tokens_per_day"]
    quota = ", ".join(f"{name}: .." for name in missing)
    message = f"the quota of {model!r} at {vendor.preset} is not known{hint} write"
    return PlaceError(f"{message} `quota: {{{quota}}}`", ("model",), "no_quota")


def batch_queue(raw: Written) -> list[dict[str, Any]]:
    """What the vendor's batch interface holds of an endpoint's batches, as limits; none where it is not known."""
    if "vendor" not in raw:
        return []
    vendor = registry.asked(Vendor, "vendor", raw["vendor"], "vendor")
    if vendor.batch_queue is None:
        return []
    values = _quota(vendor, str(raw["model"]), raw)
    known = placeholders(vendor.batch_queue.limit) <= set(values)
    return [filled(vendor.batch_queue.limit, values)] if known else []


def _spend(vendor: Vendor, raw: Written, found: Written, on: date) -> list[dict[str, Any]]:
    """What may be spent in a month, and where it is known in ten minutes, as limits that count money."""
    table = spend_table(vendor, raw)
    endpoint = {**found, **raw}
    cap = raw.get("spend_cap", table.spend_cap if table else None)
    if cap == "none":
        return []
    limits = [] if cap is None else [spend_limit(endpoint, cap, on)]
    if table and table.spend_in_10min is not None:
        limits += [spend_in_10min(endpoint, table.spend_in_10min, on)]
    return limits
