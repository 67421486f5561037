"""One replication of a scenario with bounded backlogs, in a process of its own.

python -m tests.benchmarks.horizon DAYS PER_SECOND

prints the seconds that it took and the most memory that the process held [kB]. A small replication
comes first, so that neither imports nor the loading of machine code are counted.
"""

from __future__ import annotations

import resource
import sys
from contextlib import suppress
from pathlib import Path

from sim.scenario.document import document_from_text
from sim.study.of_scenario import ScenarioSource
from sim.study.replication import replicate
from tests.benchmarks.timing import seconds_of

TEXT = """
schema: genai-rollout/v1
name: bounded
horizon: {{start: 2027-03-01, length: {days}d}}
workloads:
  ask: {{arrivals: {{rate: {rate}/s}}, input_tokens: {{mean: 3000, cv: 0.4}}, output_tokens: {{mean: 250, cv: 0.6}}, pipeline: main}}
pipelines: {{main: [{{stage: search, station: desk}}, {{stage: answer, call: vendor}}]}}
stations: {{desk: {{servers: 4, queue_limit: 50, service: {{mean: 300ms, cv: 1}}}}}}
endpoints:
  vendor:
    price: {{input: 3, output: 15}}
    latency: {{total: {{mean: 3s, cv: 0.5}}}}
    errors: {{share: 1%}}
    limits: [{{limit: token_bucket, counts: tokens, per_minute: 4M}}]
    client: {{retries: 2}}
"""


def source(days: int, rate: float) -> ScenarioSource:
    """The scenario at some length and rate."""
    return ScenarioSource(document_from_text(TEXT.format(days=days, rate=f"{rate:g}")))


def main(days: int, rate: float) -> None:
    """Run and print."""
    replicate(source(1, 0.01), 1, 0)
    forget_the_peak()
    seconds = seconds_of(lambda: replicate(source(days, rate), 1, 0))
    print(seconds, peak_kilobytes())


def forget_the_peak() -> None:
    """Loading machine code takes more memory than a run: on Linux, count the peak from here on."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def peak_kilobytes() -> int:
    """The most memory that this process has held [kB]; elsewhere than on Linux, since it began."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(status.read_text().partition("VmHWM:")[2].split()[0])


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
