"""One request of a replication: find it, follow it, tell it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sim.cli.progress import Progress
from sim.cli.screen import screen_of_stdout, write_report
from sim.errors import UsageError

if TYPE_CHECKING:
    from sim.engine import EngineName
    from sim.scenario.document import Document

NUMBER = re.compile(r"(\d{1,18})\.(\d{1,9})")
WORDS = ("worst", "slowest", "failed")


def tell_request(
    document: Document, request: str, replication: int, seed: int, engine: EngineName
) -> None:
    """Write what happened to a request, which a number or a word chooses."""
    number = NUMBER.fullmatch(request)
    if number is None and request not in WORDS:
        raise UsageError(
            f"--request is SESSION.TURN, such as 1234.1, or one of {', '.join(WORDS)}; not {request[:40]!r}"
        )
    from sim.follow import Play, follow, pick
    from sim.report.narration import Told, narrate
    from sim.study.of_scenario import ScenarioSource
    from sim.study.ready import is_ready

    source = ScenarioSource(document)
    scenario = source.scenario
    days = (scenario.horizon.until - scenario.horizon.start).days
    progress = Progress()
    if engine == "compiled" and not is_ready():
        progress.note("compiling the engine, once on this machine: about half a minute")
    play = Play(seed, replication, engine, lambda done: progress.days(done, days))
    if number is None:
        session, turn = pick(source, play, request)
    else:
        session, turn = int(number[1]), int(number[2])
    followed = follow(source, play, session, turn)
    progress.clear()
    picked = "" if number else request
    stations = frozenset(scenario.stations)
    own_queues = frozenset(
        name for name, endpoint in scenario.endpoints.items() if any(endpoint.client.own_limits())
    )
    told = Told(followed, stations, seed, replication, engine, picked, own_queues)
    write_report(narrate(told, screen_of_stdout()))
