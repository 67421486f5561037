"""A vendor's front door on loopback: a rate limiter with the vendor's status codes and headers, written independently.

It keeps its limits in floats of seconds and knows nothing of the simulator. It runs in a process of its own, as
vendors do: it shares no interpreter with who asks it. Both sides read the same clock of the machine.
"""

from __future__ import annotations

import asyncio
import json
import math
import multiprocessing
import random
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Protocol

from fidelity.shapes import SHAPES, Shape

SERVICE_S = 0.12
ERROR_S = 0.05
ONE_WAY_S = 0.015
"""The median time that the network takes, to the limiter and again back from it; vendors are not on loopback."""
ONE_WAY_SIGMA = 0.35
WARMS_UP = -2
"""A request of this number, or of a lower one, is refused once: what an SDK does for the first time takes it long."""


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


@dataclass
class Log:
    """So much in any window of one length: all that passed is written down."""

    allows: float
    length_s: float
    passed: deque[tuple[float, float]] = field(default_factory=deque)

    def wait_s(self, now_s: float, cost: float) -> float:
        while self.passed and self.passed[0][0] <= now_s - self.length_s:
            self.passed.popleft()
        room = self.allows - sum(each for _, each in self.passed)
        for at_s, each in self.passed:
            if room >= cost:
                break
            room += each
            wait_s = at_s + self.length_s - now_s
            if room >= cost:
                return wait_s
        self.passed.append((now_s, cost))
        return 0.0


@dataclass(frozen=True)
class Spell:
    """A bad time: every attempt that the limit lets pass gets this status, or takes so many times as long."""

    from_s: float
    until_s: float
    status: int = 200
    slow: float = 1.0


@dataclass(frozen=True)
class Seen:
    """One attempt, as the server saw it."""

    request: int
    retry: int
    at_s: float
    status: int


@dataclass
class Vendor:
    """An endpoint under way; a context manager."""

    gate: Gate
    advice: str
    """`ms`, `seconds` or `none`: how a refusal says when to come back."""
    sdk: str
    """Whose vendor it is."""
    spells: tuple[Spell, ...] = ()
    started_s: float = 0.0
    port: int = 0

    def __enter__(self) -> Vendor:
        context = multiprocessing.get_context("spawn")
        self._line, other = context.Pipe()
        door = Door(self.gate, self.advice, self.sdk, self.spells)
        self._process = context.Process(target=serve, args=(door, other), daemon=True)
        self._process.start()
        assert self._line.poll(60), "the vendor did not open"
        self.port = self._line.recv()
        return self

    def __exit__(self, *_: object) -> None:
        self._line.send("close")
        self._process.join(10)

    def begin(self) -> None:
        """Time 0 is now, and nothing has been seen."""
        self._line.send("begin")
        self.started_s = self._line.recv()

    def seen(self) -> list[Seen]:
        """All attempts until now, in their order."""
        self._line.send("seen")
        found: list[Seen] = self._line.recv()
        return found


def serve(door: Door, line: Connection) -> None:
    """The vendor's process, until it is told to close."""
    asyncio.run(door.open(line))


@dataclass
class Door:
    """What stands in that process."""

    gate: Gate
    advice: str
    sdk: str
    spells: tuple[Spell, ...]
    log: list[Seen] = field(default_factory=list)
    tries: Counter[int] = field(default_factory=Counter)
    started_s: float = 0.0

    async def open(self, line: Connection) -> None:
        self._closed = asyncio.Event()
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=500)
        asyncio.get_running_loop().add_reader(line.fileno(), self._hear, line)
        line.send(server.sockets[0].getsockname()[1])
        await self._closed.wait()
        server.close()

    def _hear(self, line: Connection) -> None:
        word = line.recv()
        if word == "begin":
            self.started_s = time.monotonic()
            line.send(self.started_s)
        elif word == "seen":
            line.send(self.log)
        else:
            self._closed.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                lines = head.decode("latin-1").split("\r\n")[1:-2]
                headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in lines)}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                status, more, answer = await self._answer(headers, json.loads(body))
                text = json.dumps(answer).encode()
                top = [f"HTTP/1.1 {status} X", "content-type: application/json", *more]
                writer.write("\r\n".join([*top, f"content-length: {len(text)}", "", ""]).encode())
                writer.write(text)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _answer(self, headers: dict, body: dict) -> tuple[int, list[str], dict]:
        number = int(headers.get("x-number", -1))
        retry = self.tries[number]
        self.tries[number] += 1
        network = random.Random(1000 * number + retry)
        await asyncio.sleep(network.lognormvariate(math.log(ONE_WAY_S), ONE_WAY_SIGMA))
        status, wait_s, lasts_s = self._decide(number, retry, body)
        back_s = network.lognormvariate(math.log(ONE_WAY_S), ONE_WAY_SIGMA)
        await asyncio.sleep(lasts_s + back_s)
        shape: Shape = SHAPES[self.sdk]
        advice = self._advice(wait_s) if status == 429 else []
        return status, [*shape.headers[status], *advice], shape.answers[status]

    def _decide(self, number: int, retry: int, body: dict) -> tuple[int, float, float]:
        """The status, how long to wait before the next try, and how long it takes to say so [s]."""
        if number <= WARMS_UP and retry == 0:
            return 429, 0.001, 0.0
        if number < 0:
            return 200, 0.0, SERVICE_S
        at_s = time.monotonic() - self.started_s
        prompt, cap = SHAPES[self.sdk].asked(body)
        wait_s = self.gate.wait_s(at_s, math.ceil(len(prompt) / 4) + cap)
        spell = next((s for s in self.spells if s.from_s <= at_s < s.until_s), Spell(0, 0))
        status = 429 if wait_s > 0 else spell.status
        self.log.append(Seen(number, retry, at_s, status))
        lasts_s = {200: SERVICE_S * spell.slow, 429: 0.0, 503: ERROR_S}[status]
        return status, wait_s, lasts_s

    def _advice(self, wait_s: float) -> list[str]:
        if self.advice == "ms":
            return [f"retry-after-ms: {math.ceil(wait_s * 1000)}"]
        return [f"retry-after: {math.ceil(wait_s)}"] if self.advice == "seconds" else []
