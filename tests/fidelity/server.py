"""A vendor's front door on loopback: a rate limiter with the vendor's status codes and headers, written independently.

It keeps its limits in floats of seconds and knows nothing of the simulator. What it saw is in `log`.
"""

from __future__ import annotations

import asyncio
import json
import math
import threading
import time
from dataclasses import dataclass, field
from typing import Protocol

SERVICE_S = 0.12


class Gate(Protocol):
    """A limit: 0 where the cost passes now, else the seconds until it could."""

    def wait_s(self, now_s: float, cost: float) -> float: ...


@dataclass
class Bucket:
    """Refills steadily, starts full."""

    per_second: float
    holds: float
    level: float = -1.0
    last_s: float = 0.0

    def wait_s(self, now_s: float, cost: float) -> float:
        if self.level < 0:
            self.level, self.last_s = self.holds, now_s
        self.level = min(self.holds, self.level + (now_s - self.last_s) * self.per_second)
        self.last_s = now_s
        if self.level >= cost:
            self.level -= cost
            return 0.0
        return (cost - self.level) / self.per_second


@dataclass
class Window:
    """So much in each window of the clock; where it `charges_refused`, what it turned away counts too."""

    allows: float
    length_s: float
    charges_refused: bool = False
    used: float = 0.0
    number: int = -1

    def wait_s(self, now_s: float, cost: float) -> float:
        number = int(now_s // self.length_s)
        if number != self.number:
            self.number, self.used = number, 0.0
        fits = self.used + cost <= self.allows
        if fits or self.charges_refused:
            self.used += cost
        return 0.0 if fits else (number + 1) * self.length_s - now_s


@dataclass(frozen=True)
class Seen:
    """One attempt, as the server saw it."""

    request: int
    retry: int
    at_s: float
    tokens: int
    status: int
    advice_s: float


@dataclass
class Vendor:
    """An endpoint under way; a context manager."""

    gate: Gate
    advice: str
    """`ms`, `seconds` or `none`: how a refusal says when to come back."""
    shape: str
    """`openai` or `anthropic`: what answers look like."""
    log: list[Seen] = field(default_factory=list)
    started_s: float = 0.0
    port: int = 0

    def __enter__(self) -> Vendor:
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        assert ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=500)
        )
        self.port = server.sockets[0].getsockname()[1]
        self.begin()
        ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    def begin(self) -> None:
        """Time 0 is now, and nothing has been seen."""
        self.started_s = time.monotonic()
        self.log.clear()

    def now_s(self) -> float:
        return time.monotonic() - self.started_s

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                at_s = self.now_s()
                lines = head.decode("latin-1").split("\r\n")[1:-2]
                headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in lines)}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                status, more, answer = await self._answer(at_s, headers, json.loads(body))
                text = json.dumps(answer).encode()
                top = [f"HTTP/1.1 {status} X", "content-type: application/json", *more]
                writer.write("\r\n".join([*top, f"content-length: {len(text)}", "", ""]).encode())
                writer.write(text)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _answer(self, at_s: float, headers: dict, body: dict) -> tuple[int, list[str], dict]:
        number = int(headers.get("x-number", -1))
        retry = int(headers.get("x-stainless-retry-count", 0))
        chars = sum(len(message["content"]) for message in body["messages"])
        tokens = math.ceil(chars / 4) + body["max_tokens"]
        wait_s = self.gate.wait_s(at_s, tokens) if number >= 0 else 0.0
        status = 429 if wait_s > 0 else 200
        if number >= 0:
            self.log.append(Seen(number, retry, at_s, tokens, status, wait_s))
        if wait_s > 0:
            return status, self._headers(wait_s), REFUSED[self.shape]
        await asyncio.sleep(SERVICE_S)
        return status, [], ANSWERED[self.shape]

    def _headers(self, wait_s: float) -> list[str]:
        if self.advice == "ms":
            return [f"retry-after-ms: {math.ceil(wait_s * 1000)}"]
        return [f"retry-after: {math.ceil(wait_s)}"] if self.advice == "seconds" else []


REFUSED = {
    "openai": {"error": {"message": "slow down", "type": "tokens", "code": "rate_limit_exceeded"}},
    "anthropic": {"type": "error", "error": {"type": "rate_limit_error", "message": "slow down"}},
}
ANSWERED = {
    "openai": {
        "id": "1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": "yes"},
            }
        ],
        "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110},
    },
    "anthropic": {
        "id": "1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "content": [{"type": "text", "text": "yes"}],
        "usage": {"input_tokens": 100, "output_tokens": 10},
    },
}
