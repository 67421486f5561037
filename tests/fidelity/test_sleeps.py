"""What real SDKs sleep before they try again, beside what the simulated client may draw.

Each SDK is driven against a server on loopback that always says no; its sleeps are written down instead of slept.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from typing import Any

import pytest

from sim.engine.arithmetic import added_us, backoff_us, pause_us
from sim.plan.columns import Endpoint
from sim.policies.client import Client
from sim.scenario.tables import ppf
from sim.vendors.clients import expanded

CALLS_OF_A_CLIENT = 15
"""botocore's purse of 500 is empty after 17 calls that failed thrice (14 for each retry)."""
PRESETS = {
    "openai": "openai-python",
    "anthropic": "anthropic-python",
    "google-genai": "google-genai-retrying",
    "botocore": "botocore",
    "tenacity": "tenacity",
}
"""The preset that says what each SDK does."""


def client(sdk: str) -> Client:
    """The simulated client, as a scenario has it that names the preset."""
    return Client.model_validate(expanded(PRESETS[sdk]))


class _No(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    """Head and body leave together: two small packets would wait for each other."""
    status = 429
    headers_sent: dict[str, str] = {}

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(self.status)
        for name, value in {**self.headers_sent, "content-length": "2"}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def refusing(status: int, headers: dict[str, str]) -> Iterator[str]:
    """The address of a server that always answers so."""
    handler = type("No", (_No,), {"status": status, "headers_sent": headers})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


MESSAGES = [{"role": "user", "content": "?"}]


def openai_asks(url: str) -> Callable[[], Any]:
    asking = pytest.importorskip("openai").OpenAI(api_key="none", base_url=url)
    return lambda: asking.chat.completions.create(model="m", messages=MESSAGES)


def anthropic_asks(url: str) -> Callable[[], Any]:
    asking = pytest.importorskip("anthropic").Anthropic(api_key="none", base_url=url)
    return lambda: asking.messages.create(model="m", max_tokens=9, messages=MESSAGES)


def google_asks(url: str) -> Callable[[], Any]:
    genai = pytest.importorskip("google.genai")
    retry = genai.types.HttpRetryOptions()
    options = genai.types.HttpOptions(base_url=url, retry_options=retry)
    client = genai.Client(api_key="none", http_options=options)
    return lambda: client.models.generate_content(model="m", contents="?")


def botocore_asks(url: str) -> Callable[[], Any]:
    session = pytest.importorskip("botocore.session").get_session()
    config = pytest.importorskip("botocore.config").Config(retries={"mode": "standard"})
    client = session.create_client(
        "bedrock-runtime",
        region_name="us-east-1",
        endpoint_url=url,
        config=config,
        aws_access_key_id="none",
        aws_secret_access_key="none",
    )
    return lambda: client.invoke_model(modelId="m", body=b"{}")


def tenacity_asks(_: str) -> Callable[[], Any]:
    tenacity = pytest.importorskip("tenacity")
    wait = tenacity.wait_random_exponential(min=1, max=60)

    @tenacity.retry(wait=wait, stop=tenacity.stop_after_attempt(6), reraise=True)
    def ask() -> None:
        raise OSError

    return ask


ASKS = {
    "openai": openai_asks,
    "anthropic": anthropic_asks,
    "google-genai": google_asks,
    "botocore": botocore_asks,
    "tenacity": tenacity_asks,
}


def sleeps(
    monkeypatch: pytest.MonkeyPatch,
    sdk: str,
    status: int,
    headers: dict[str, str],
    asks: int,
    of_a_client: int = CALLS_OF_A_CLIENT,
) -> list[list[float]]:
    """What an SDK sleeps in each of some calls, which all fail in the end [s]."""
    found: list[list[float]] = []
    with refusing(status, headers) as url:
        monkeypatch.setattr(time, "sleep", lambda seconds: found[-1].append(seconds))
        for number in range(asks):
            if number % of_a_client == 0:
                ask = ASKS[sdk](url)
            found.append([])
            with pytest.raises(Exception):
                ask()
        monkeypatch.undo()
    return found


def range_s(sdk: str, status: int, retry: int, advice_s: float = 0.0) -> tuple[float, float]:
    """The least and the most that the simulated client waits before a retry; -1: it does not retry."""
    simulated = client(sdk)
    row, law = simulated.row(), simulated.factor_law().table()
    plus = simulated.backoff.plus.table() if simulated.backoff.plus else None
    first = row[Endpoint.BACKOFF_REFUSED_US if status == 429 else Endpoint.BACKOFF_US]

    def wait_s(u: float) -> float:
        own_us = backoff_us(
            first,
            row[Endpoint.BACKOFF_GROWTH_PPM],
            row[Endpoint.BACKOFF_CAP_US],
            retry,
            ppf(law, u),
            row[Endpoint.BACKOFF_LEAST_US],
        )
        own_us = added_us(own_us, ppf(plus, u) if plus else 0.0, row[Endpoint.BACKOFF_TOTAL_CAP_US])
        cap_us, habit = row[Endpoint.RETRY_AFTER_CAP_US], row[Endpoint.RETRY_AFTER_HABIT]
        return pause_us(own_us, round(advice_s * 1e6), cap_us, habit) / 1e6

    return wait_s(1e-9), wait_s(1 - 1e-9)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("sdk", PRESETS)
@pytest.mark.parametrize("draws", [60, pytest.param(1000, marks=pytest.mark.slow)])
def test_sleeps_lie_in_the_range_of_the_policy_and_fill_it(monkeypatch, sdk, status, draws):
    retries = client(sdk).retries
    assert isinstance(retries, int)
    calls = sleeps(monkeypatch, sdk, status, {}, -(-draws // retries))
    # Of n uniform draws, this share of the range stays empty at an end with a chance of 10^-9.
    empty = 1.0 - 1e-9 ** (1.0 / len(calls))
    assert {len(call) for call in calls} == {retries}, f"{sdk} {version(sdk)}"
    for retry in range(retries):
        low, high = range_s(sdk, status, retry)
        slept = [call[retry] for call in calls]
        edge = 2e-5 + 1e-3 * (high - low)
        assert low - edge <= min(slept), (sdk, retry)
        assert max(slept) <= high + edge, (sdk, retry)
        if high > low:
            assert min(slept) < low + empty * (high - low), (sdk, retry)
            assert max(slept) > high - empty * (high - low), (sdk, retry)


def test_a_purse_that_is_empty_ends_the_retries_of_botocore_where_the_simulator_says(monkeypatch):
    purse = client("botocore").row()
    for status, column in (
        (503, Endpoint.BUDGET_TAKES_PPM),
        (429, Endpoint.BUDGET_TAKES_REFUSED_PPM),
    ):
        calls = sleeps(monkeypatch, "botocore", status, {}, 60, of_a_client=60)
        expected = purse[Endpoint.BUDGET_CAP_PPM] // purse[column]
        assert sum(len(call) for call in calls) == expected


ADVICE = [
    ("openai", {"retry-after-ms": "1234"}, 1.234),
    ("openai", {"retry-after": "7"}, 7.0),
    ("openai", {"retry-after": "120"}, 120.0),
    ("openai", {"retry-after": "121"}, 121.0),
    ("anthropic", {"retry-after-ms": "1234"}, 1.234),
    ("anthropic", {"retry-after": "121"}, 121.0),
    ("anthropic", {"retry-after": "86400"}, 86400.0),
    ("google-genai", {"retry-after": "7"}, 7.0),
    ("botocore", {"x-amz-retry-after": "3000"}, 3.0),
    ("botocore", {"x-amz-retry-after": "60000"}, 60.0),
]


@pytest.mark.parametrize(("sdk", "headers", "advice_s"), ADVICE)
def test_advice_is_taken_as_the_simulated_client_takes_it(monkeypatch, sdk, headers, advice_s):
    for call in sleeps(monkeypatch, sdk, 429, headers, 20):
        low, high = range_s(sdk, 429, 0, advice_s)
        if low < 0:
            assert call == []
        else:
            assert low - 1e-3 <= call[0] <= high + 1e-3
