"""The vendors' own SDKs at their default settings, driven with given arrivals against the server on loopback."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import anyio
import pytest
from fidelity.server import SERVICE_S, Vendor

PROMPT = "x" * 400
"""100 tokens, by the server's estimate."""
MAX_TOKENS = 200
TOKENS = 300
"""What an attempt reserves."""


NUMBER: ContextVar[int] = ContextVar("NUMBER", default=-1)
"""The request that a task is about."""


@dataclass(frozen=True)
class Result:
    """One request, as the person saw it."""

    arrived_s: float
    latency_s: float
    ok: bool
    sleeps_s: tuple[float, ...]
    """What its SDK chose to sleep before each retry."""


def client_of(sdk: str, port: int) -> Any:
    """The SDK's client, as anybody would make it."""
    module = pytest.importorskip(
        sdk, reason=f"{sdk} is not installed: pip install -e '.[fidelity]'"
    )
    if sdk == "openai":
        return module.AsyncOpenAI(api_key="none", base_url=f"http://127.0.0.1:{port}/v1")
    return module.AsyncAnthropic(api_key="none", base_url=f"http://127.0.0.1:{port}")


async def ask(sdk: str, client: Any, number: int) -> bool:
    """One request; whether it was answered."""
    words = {
        "model": "m",
        "max_tokens": MAX_TOKENS,
        "messages": [{"role": "user", "content": PROMPT}],
        "extra_headers": {"x-number": str(number)},
    }
    create = client.chat.completions.create if sdk == "openai" else client.messages.create
    try:
        await create(**words)
    except pytest.importorskip(sdk).RateLimitError:
        return False
    return True


def drive(sdk: str, vendor: Vendor, arrivals_s: Sequence[float]) -> tuple[list[Result], float]:
    """Send each request at its time; what came of them, and how long one answer takes
    when nothing is in the way."""
    # In a thread of its own: other tests may have left a loop in this one.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, _drive(sdk, vendor, arrivals_s)).result()


async def _drive(
    sdk: str, vendor: Vendor, arrivals_s: Sequence[float]
) -> tuple[list[Result], float]:
    client = client_of(sdk, vendor.port)
    slept: dict[int, list[float]] = defaultdict(list)
    sleep = anyio.sleep

    async def written_down(seconds: float) -> None:
        slept[NUMBER.get()].append(seconds)
        await sleep(seconds)

    took_s = []
    for _ in range(12):
        since = time.monotonic()
        assert await ask(sdk, client, -1)
        took_s.append(time.monotonic() - since)
    vendor.begin()

    async def one(number: int, at_s: float) -> Result:
        await asyncio.sleep(at_s - vendor.now_s())
        since = vendor.now_s()
        NUMBER.set(number)
        ok = await ask(sdk, client, number)
        return Result(since, vendor.now_s() - since, ok, tuple(slept[number]))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(anyio, "sleep", written_down)
        results = await asyncio.gather(*(one(n, at_s) for n, at_s in enumerate(arrivals_s)))
    await client.close()
    return list(results), max(SERVICE_S, statistics.median(took_s[2:]))
