"""The compiled engine's machine code is made once a machine, by one process, while others wait for it."""

from __future__ import annotations

import numpy as np

from sim.cache import alone, is_compiled
from sim.engine import start
from sim.plan import Arrivals, Changes, Day, Plan


def is_ready() -> bool:
    """Whether this machine has compiled the engine before."""
    from sim.engine.compiled.jit import cache_folder

    return is_compiled(cache_folder())


def compile_once(plan: Plan) -> None:
    """Compile the engine unless that has been done; a second process finds what the first has made."""
    # Read here, so that workers which are copies of this process have it.
    from sim.engine.compiled.jit import cache_folder
    from sim.measure import adding  # noqa: F401

    folder = cache_folder()
    if is_compiled(folder):
        return
    folder.mkdir(parents=True, exist_ok=True)
    with alone(folder):
        start(plan, "compiled").advance(_empty_day())


def _empty_day() -> Day:
    none = np.zeros(0, np.int64)
    nobody = Arrivals(none, none, np.zeros(0, np.uint64), none)
    return Day(0, 1, nobody, Changes(none, none, none, none, none))
