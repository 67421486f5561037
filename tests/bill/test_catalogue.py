"""Prices from genai-prices: dated, resolved once, and never zero for want of a name."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from sim.bill import catalogue_card, catalogue_prices
from sim.errors import FactError

DAY = date(2027, 7, 1)


def test_prices_have_their_date():
    days = [date(2025, 6, 1) + timedelta(days=n) for n in range(31)]
    card = catalogue_card("o3", "o3", "openai", days)
    assert card.on(date(2025, 6, 1)).input_per_mtok == Decimal(10)
    assert card.on(date(2025, 7, 1)).input_per_mtok == Decimal(2)
    assert len(card.periods) == 2


def test_a_model_of_another_maker_is_found_at_its_seller():
    prices = catalogue_prices("gpt-4.1", "azure", DAY)
    assert (prices.input_per_mtok, prices.output_per_mtok, prices.cached_per_mtok) == (
        2,
        8,
        Decimal("0.5"),
    )
    assert prices.source.startswith("genai-prices ")


def test_an_embedding_model_has_no_output():
    prices = catalogue_prices("text-embedding-3-small", "azure", DAY)
    assert (prices.input_per_mtok, prices.output_per_mtok) == (Decimal("0.02"), 0)


@pytest.mark.parametrize(
    ("model", "provider", "said"),
    [
        ("claude-sonet-5", "anthropic", "did you mean claude-sonnet-5"),
        ("gpt-4.1", "azur", "did you mean azure"),
        ("rerank-v3.5", "cohere", "no price of 'rerank-v3.5' at cohere"),
        ("deepseek-chat", "deepseek", "depends on the hour"),
    ],
)
def test_an_unknown_price_is_an_error_that_says_what_to_write(model, provider, said):
    with pytest.raises(FactError, match=said) as caught:
        catalogue_prices(model, provider, DAY)
    assert "scenario" in str(caught.value)


def test_a_context_changes_the_price_or_is_an_error():
    batch = catalogue_prices("gpt-5.4", "openai", DAY, (("processing", "batch"),))
    standard = catalogue_prices("gpt-5.4", "openai", DAY)
    assert batch.output_per_mtok * 2 == standard.output_per_mtok
    assert standard.long_from_tokens == 272_000
    for provider, context in (
        ("openai", ("processing", "bach")),
        ("azure", ("processing", "batch")),
    ):
        with pytest.raises(FactError, match="has no price for processing="):
            catalogue_prices("gpt-5.4", provider, DAY, (context,))
