"""The vendors' own SDKs at their default settings, driven with given arrivals against the server on loopback.

People who ask do not share an interpreter. Several processes ask, each with the SDK's client of its own; the requests
go round among them. One process alone serves a herd that is told to come back at one moment one by one, and who comes
last in it comes later: `RESULTS.md` says how much that makes.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import multiprocessing
import statistics
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import pytest
from fidelity.server import SERVICE_S, WARMS_UP, Vendor

PROMPT = "x" * 400
"""100 tokens, by the server's estimate."""
MAX_TOKENS = 200
TOKENS = 300
"""What an attempt reserves."""
THREADS = 300
"""Of one process, for SDKs that block while they sleep."""

NUMBER: ContextVar[int] = ContextVar("NUMBER", default=-1)
"""The request that a task is about."""
Ask = Callable[[], Awaitable[object]]
MESSAGES = [{"role": "user", "content": PROMPT}]


@dataclass(frozen=True)
class Result:
    """One request, as the person saw it."""

    arrived_s: float
    latency_s: float
    ok: bool
    sleeps_s: tuple[float, ...]
    """What its SDK chose to sleep before each retry."""


def _openai(url: str, timeout_s: float | None) -> Ask:
    openai = importlib.import_module("openai")
    options = {} if timeout_s is None else {"timeout": timeout_s}
    client = openai.AsyncOpenAI(api_key="none", base_url=f"{url}/v1", **options)
    return lambda: client.chat.completions.create(
        model="m",
        max_tokens=MAX_TOKENS,
        messages=MESSAGES,
        extra_headers={"x-number": str(NUMBER.get())},
    )


def _anthropic(url: str, timeout_s: float | None) -> Ask:
    anthropic = importlib.import_module("anthropic")
    options = {} if timeout_s is None else {"timeout": timeout_s}
    client = anthropic.AsyncAnthropic(api_key="none", base_url=url, **options)
    return lambda: client.messages.create(
        model="m",
        max_tokens=MAX_TOKENS,
        messages=MESSAGES,
        extra_headers={"x-number": str(NUMBER.get())},
    )


def _google(url: str, timeout_s: float | None) -> Ask:
    assert timeout_s is None
    genai = importlib.import_module("google.genai")
    types = genai.types
    options = types.HttpOptions(base_url=url, retry_options=types.HttpRetryOptions())
    client = genai.Client(api_key="none", http_options=options)

    def ask() -> Awaitable[object]:
        headers = types.HttpOptions(headers={"x-number": str(NUMBER.get())})
        config = types.GenerateContentConfig(max_output_tokens=MAX_TOKENS, http_options=headers)
        asked: Awaitable[object] = client.aio.models.generate_content(
            model="m", contents=PROMPT, config=config
        )
        return asked

    return ask


def _botocore(url: str, timeout_s: float | None) -> Ask:
    assert timeout_s is None
    config = importlib.import_module("botocore.config").Config(retries={"mode": "standard"})
    client = (
        importlib.import_module("botocore.session")
        .get_session()
        .create_client(
            "bedrock-runtime",
            region_name="us-east-1",
            endpoint_url=url,
            config=config,
            aws_access_key_id="none",
            aws_secret_access_key="none",
        )
    )

    def say_number(params: dict, **_: object) -> None:
        params["headers"]["x-number"] = str(NUMBER.get())

    client.meta.events.register("before-call.bedrock-runtime.InvokeModel", say_number)
    body = json.dumps({"prompt": PROMPT, "max_tokens": MAX_TOKENS}).encode()
    return lambda: asyncio.to_thread(client.invoke_model, modelId="m", body=body)


@dataclass(frozen=True)
class Sdk:
    """How one SDK is driven."""

    client: Callable[[str, float | None], Ask]
    """By the vendor's address and a time-out [s], what asks once."""
    package: str
    error: str
    """What it raises in the end, a name of the package's."""
    sleeps_in: tuple[str, str]
    """The module and the name of the function that it sleeps with; to sleep 0 is to let others go first."""
    callers: int = 3
    """Processes that ask."""


SDKS = {
    "openai": Sdk(_openai, "openai", "OpenAIError", ("anyio", "sleep")),
    "anthropic": Sdk(_anthropic, "anthropic", "AnthropicError", ("anyio", "sleep")),
    "google-genai": Sdk(_google, "google.genai.errors", "APIError", ("asyncio", "sleep")),
    # One client, because all its requests share one purse of retries.
    "botocore": Sdk(_botocore, "botocore.exceptions", "ClientError", ("time", "sleep"), callers=1),
}


def drive(
    sdk: str, vendor: Vendor, arrivals_s: Sequence[float], timeout_s: float | None = None
) -> tuple[list[Result], float]:
    """Send each request at its time; what came of them, and how long one answer takes
    when nothing is in the way."""
    pytest.importorskip(
        SDKS[sdk].package, reason=f"{sdk} is not installed: pip install -e '.[fidelity]'"
    )
    context = multiprocessing.get_context("spawn")
    lines: list[Connection] = []
    callers = SDKS[sdk].callers
    for caller in range(callers):
        line, other = context.Pipe()
        mine = list(enumerate(arrivals_s))[caller::callers]
        duty = Duty(sdk, vendor.port, caller, mine, timeout_s)
        context.Process(target=call, args=(duty, other), daemon=True).start()
        lines.append(line)
    took_s = [each for line in lines for each in line.recv()]
    vendor.begin()
    for line in lines:
        line.send(vendor.started_s)
    results = dict(pair for line in lines for pair in line.recv())
    return [results[n] for n in range(len(arrivals_s))], max(SERVICE_S, statistics.median(took_s))


@dataclass(frozen=True)
class Duty:
    """What one process has to ask."""

    sdk: str
    port: int
    caller: int
    arrivals_s: Sequence[tuple[int, float]]
    """Which request comes when."""
    timeout_s: float | None


def call(duty: Duty, line: Connection) -> None:
    """A process that asks: first a few times to see how long an answer takes, then at the times that it was given."""
    asyncio.run(_call(duty, line))


async def _call(duty: Duty, line: Connection) -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS))
    how, slept = SDKS[duty.sdk], _written_down(duty.sdk)
    error = getattr(importlib.import_module(how.package), how.error)
    ask = how.client(f"http://127.0.0.1:{duty.port}", duty.timeout_s)
    NUMBER.set(WARMS_UP - duty.caller)
    await ask()
    NUMBER.set(-1)
    took_s = []
    for _ in range(12):
        since = time.monotonic()
        await ask()
        took_s.append(time.monotonic() - since)
    line.send(took_s[2:])
    started_s = line.recv()

    async def one(number: int, at_s: float) -> tuple[int, Result]:
        await asyncio.sleep(started_s + at_s - time.monotonic())
        since_s = time.monotonic()
        NUMBER.set(number)
        try:
            await ask()
            ok = True
        except error:
            ok = False
        latency_s = time.monotonic() - since_s
        return number, Result(since_s - started_s, latency_s, ok, tuple(slept[number]))

    line.send(await asyncio.gather(*(one(*each) for each in duty.arrivals_s)))


def _written_down(sdk: str) -> dict[int, list[float]]:
    """From now on, what the SDK sleeps for each request."""
    slept: dict[int, list[float]] = defaultdict(list)
    place, name = SDKS[sdk].sleeps_in
    module = importlib.import_module(place)
    sleep = getattr(module, name)

    def write_down_and_sleep(seconds: float, *more: Any) -> Any:
        if NUMBER.get() >= 0 and seconds > 0:
            slept[NUMBER.get()].append(seconds)
        return sleep(seconds, *more)

    setattr(module, name, write_down_and_sleep)
    return slept
