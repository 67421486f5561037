"""Prices of models from genai-prices, looked up once per model and day, never per request.

An unknown provider, model or price context is an error with the nearest names: the catalogue itself takes
an unknown context for the standard price, and a model borrowed from another provider drops it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from difflib import get_close_matches
from functools import lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING

from sim.bill.cards import Prices, RateCard
from sim.errors import FactError

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, ModelPrice, Provider, TieredPrices

NEAR_NAMES = 3


def catalogue_card(
    endpoint: str,
    model: str,
    provider: str,
    days: Iterable[date],
    context: Mapping[str, str] | None = None,
    *,
    times: Decimal | None = None,
    bills_wasted: bool = True,
    bills_errors: bool = False,
    bills_filtered: bool = True,
    cache_hits: Decimal = Decimal(1),
) -> RateCard:
    """The rate card of a model on the given local days (ascending), with a period for each change.

    Args:
        endpoint: the scenario's name for it.
        model: as the vendor calls it, `gpt-4.1`.
        provider: the catalogue's provider, `azure`.
        days: every day of the horizon; a price counts from the local day, read at noon UTC.
        context: what makes the price another, `{"processing": "batch"}`.
        times: what list prices are multiplied by, as for data that stays in a zone.
        bills_wasted, bills_errors, bills_filtered, cache_hits: as in `RateCard`.
    """
    periods: list[tuple[date, Prices]] = []
    for day in days:
        prices = catalogue_prices(model, provider, day, tuple(sorted((context or {}).items())))
        prices = prices if times is None else prices.times(times, "deployment")
        if not periods or periods[-1][1] != prices:
            periods.append((day, prices))
    return RateCard(
        endpoint,
        tuple(periods),
        bills_wasted=bills_wasted,
        bills_errors=bills_errors,
        bills_filtered=bills_filtered,
        cache_hits=cache_hits,
    )


def price_context(processing: str | None) -> dict[str, str]:
    """What the catalogue calls a way of processing."""
    if processing is None:
        return {}
    return {"processing": "batch"} if processing == "batch" else {"service_tier": processing}


@lru_cache(maxsize=10_000)
def catalogue_prices(
    model: str, provider: str, day: date, context: tuple[tuple[str, str], ...] = ()
) -> Prices:
    """The list prices of a model on one day, in USD."""
    owner, info = _find(model, provider)
    wanted = dict(context)
    if wanted:
        _check_context(owner, info, wanted)
    _check_time_of_day(info)
    price = info.get_prices(datetime.combine(day, time(12), UTC), wanted or None)
    if price.input_mtok is None and price.requests_kcount is None:
        raise FactError(f"{model} at {provider} has no price per token or request on {day}")
    tiered = (
        *(price.input_mtok, price.cache_read_mtok),
        *(price.cache_write_mtok, price.output_mtok),
    )
    starts = {tier.start for one in tiered for tier in getattr(one, "tiers", ())}
    if len(starts) > 1:
        raise FactError(
            f"{info.id} at {owner.id} has {len(starts) + 1} prices by the length of a prompt, and two are "
            "simulated; write its price in the scenario"
        )
    source = f"genai-prices {version('genai-prices')}: {owner.id} {info.id}"
    below = _in_band(price, 0, source)
    if not starts:
        return below
    (start,) = starts
    long = _in_band(price, start + 1, f"{source}, prompts above {start} tokens")
    return replace(below, long_from_tokens=start, long=long)


def _in_band(price: ModelPrice, tokens: int, source: str) -> Prices:
    """The prices of a prompt of so many tokens."""
    per_thousand = _at(price.requests_kcount, tokens) or Decimal(0)
    return Prices(
        input_per_mtok=_at(price.input_mtok, tokens) or Decimal(0),
        output_per_mtok=_at(price.output_mtok, tokens) or Decimal(0),
        cached_per_mtok=_at(price.cache_read_mtok, tokens),
        write_per_mtok=_at(price.cache_write_mtok, tokens) or None,
        per_request=per_thousand.scaleb(-3),
        source=source,
    )


def _at(price: Decimal | TieredPrices | None, tokens: int) -> Decimal | None:
    """The price of the band in which a prompt lies; it holds for all its tokens."""
    if price is None or isinstance(price, Decimal):
        return price
    higher = [tier.price for tier in price.tiers if tokens > tier.start]
    return higher[-1] if higher else price.base


def _find(model: str, provider: str) -> tuple[Provider, ModelInfo]:
    from genai_prices.data_snapshot import find_provider_by_id, get_snapshot

    snapshot = get_snapshot()
    owner = find_provider_by_id(snapshot.providers, provider)
    if owner is None:
        names = [one.id for one in snapshot.providers]
        raise FactError(f"no prices of a vendor {provider!r}" + _near(provider, names))
    info = owner.find_model(model, all_providers=snapshot.providers)
    if info is None:
        others = owner.fallback_model_providers or []
        shelves = [owner, *(one for one in snapshot.providers if one.id in others)]
        names = [one.id for shelf in shelves for one in shelf.models]
        raise FactError(f"no price of {model!r} at {provider}" + _near(model, names))
    return owner, info


def _near(name: str, names: Sequence[str]) -> str:
    near = get_close_matches(name.lower(), sorted(set(names)), n=NEAR_NAMES, cutoff=0.5)
    if not near:
        return "; write its price in the scenario"
    return f"; did you mean {' or '.join(near)}? Else write its price in the scenario"


def _check_context(owner: Provider, info: ModelInfo, wanted: Mapping[str, str]) -> None:
    own = any(info is model for model in owner.models)
    known = [variant.when for variant in info.price_variants or ()] if own else []
    if not any(when == wanted for when in known):
        raise FactError(
            f"{info.id} at {owner.id} has no price for {_words(wanted)}"
            + (f"; it has {', '.join(map(_words, known))}" if known else "")
            + "; write its price in the scenario"
        )


def _words(context: Mapping[str, str]) -> str:
    return " ".join(f"{key}={value}" for key, value in sorted(context.items()))


def _check_time_of_day(info: ModelInfo) -> None:
    from genai_prices.types import ModelPrice, TimeOfDateConstraint

    if isinstance(info.prices, ModelPrice):
        return
    if any(isinstance(one.constraint, TimeOfDateConstraint) for one in info.prices):
        raise FactError(f"the price of {info.id} depends on the hour; write one in the scenario")
