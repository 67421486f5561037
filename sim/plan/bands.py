"""From which length on a prompt has another price: usage has to be counted by band before it can be priced."""

from __future__ import annotations

from datetime import date

from sim.bill import catalogue_prices
from sim.scenario.endpoints import Endpoint


def long_from(endpoint: Endpoint, on: date) -> int:
    """The band's edge of an endpoint, as it is on a day [tokens]; 0: all prompts cost alike."""
    if endpoint.price is not None:
        return endpoint.price.long.above if endpoint.price.long is not None else 0
    if endpoint.model is None or endpoint.provider is None:
        return 0
    context = tuple(sorted(endpoint.price_context.items()))
    return catalogue_prices(endpoint.model, endpoint.provider, on, context).long_from_tokens or 0
