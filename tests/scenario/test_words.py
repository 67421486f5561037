"""Small words that the vocabulary reads: effects, lengths, jitters, clients."""

from __future__ import annotations

from datetime import date

import pytest

from sim.errors import QuantityError
from sim.policies.client import Client
from sim.scenario.horizon import Horizon
from sim.scenario.incidents import Effect, read_effect
from sim.scenario.tables import ppf


@pytest.mark.parametrize(
    ("text", "effect"),
    [
        ("outage", Effect(outage=True)),
        ("errors 30%", Effect(errors=0.3)),
        ("slow x 2", Effect(slow=2.0)),
        ("quota x 0.5", Effect(quota=0.5)),
        ("slow x 2 and slow x 3 and quota x 0", Effect(slow=6.0, quota=0.0)),
    ],
)
def test_an_effect_is_read(text: str, effect: Effect) -> None:
    found = read_effect(text)
    assert (found.outage, found.slow, found.quota) == (effect.outage, effect.slow, effect.quota)
    assert found.errors == pytest.approx(effect.errors)


@pytest.mark.parametrize(
    "text", ["outage 5%", "errors", "errors 130%", "slow 2", "quota 50%", 5, ""]
)
def test_what_is_no_effect_is_refused(text: object) -> None:
    with pytest.raises(QuantityError):
        read_effect(text)


@pytest.mark.parametrize(
    ("start", "length", "until"),
    [
        ("2027-07-01", "3mo", date(2027, 10, 1)),
        ("2027-01-31", "1mo", date(2027, 2, 28)),
        ("2027-07-01", "1y", date(2028, 7, 1)),
        ("2027-12-01", "2w", date(2027, 12, 15)),
    ],
)
def test_a_horizon_of_some_length(start: str, length: str, until: date) -> None:
    assert Horizon.model_validate({"start": start, "length": length}).until == until


def test_the_usual_client_is_the_sdk_of_openai_and_anthropic() -> None:
    client = Client.model_validate({"retries": 2})
    factor = client.factor_law().table()
    assert (client.backoff.first, client.backoff.times, client.backoff.cap_us()) == (
        500_000,
        2.0,
        8_000_000,
    )
    assert [ppf(factor, u) for u in (1e-9, 0.5, 1 - 1e-9)] == pytest.approx([0.75, 0.875, 1.0])
    assert client.retry_after.heard_up_to == 120_000_000
    assert Client().retries == 0


def test_a_first_wait_above_the_usual_cap_stands() -> None:
    assert Client.model_validate({"backoff": {"first": "1h"}}).backoff.cap_us() == 3_600_000_000
