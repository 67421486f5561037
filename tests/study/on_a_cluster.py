"""Run the scenario of stdin on a Dask cluster of two workers, kill one midway, and print the summary.

A program of its own: the workers of a LocalCluster are fresh processes that read their parent's main module.
"""

from __future__ import annotations

import os
import signal
import sys

from distributed import LocalCluster

from sim.scenario.document import document_from_text
from sim.study import run
from sim.study.of_scenario import ScenarioSource
from sim.summary import Origin, summarise, to_text


def main() -> None:
    source = ScenarioSource(document_from_text(sys.stdin.read()))
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
    ) as cluster:
        killed = []

        def kill_one(_replication) -> None:
            if not killed:
                killed.append(next(iter(cluster.workers.values())).pid)
                os.kill(killed[0], signal.SIGKILL)

        study = run(
            source, seed=2, replications=6, scheduler=cluster.scheduler_address, heard=kill_one
        )
        assert killed
        sys.stdout.write(to_text(summarise(study, Origin("Desk", "0.1.0"), source=source)))


if __name__ == "__main__":
    main()
