"""The processes that replications run in.

Where a process can be copied with all that it has read and compiled (Linux), workers start at once; elsewhere
each reads the package anew. With a scheduler's address they are those of a Dask cluster, on which the same version
of this package is installed: a lost worker's calls are played again by another, with the same result.
"""

from __future__ import annotations

import ctypes
import importlib
import signal
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any, TypeVar

from sim.errors import ResourceError, UsageError

Result = TypeVar("Result")
M_MMAP_THRESHOLD, LARGE_BYTES = -3, 8 << 20
"""glibc, `mallopt(3)`: from which size on memory is asked of the system, and given back to it [bytes]."""
PR_SET_PDEATHSIG = 1
"""Linux, `prctl(2)`: a signal when the parent dies."""
CONNECT_SECONDS = 20
RETRIES = 3
"""How often a cluster may lose the same call's worker."""
DIED = "a worker process died, most likely for want of memory; try again with fewer --jobs"


@lru_cache(maxsize=1)
def give_large_arrays_back() -> None:
    """Let what a day takes go back to the system when it is freed.

    glibc learns from large arrays to keep ever larger ones in its heap, where days of different sizes leave gaps:
    20 days then held a third more memory than 2. A threshold that is set does not move.
    """
    if sys.platform == "linux":
        with suppress(AttributeError):  # another C library
            ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)


def each(
    jobs: int,
    function: Callable[..., Result],
    calls: Sequence[tuple[Any, ...]],
    scheduler: str | None = None,
) -> Iterator[Result]:
    """The results of calls, in their order; `scheduler` is a Dask scheduler's address, such as tcp://host:8786."""
    if scheduler is not None:
        return _on_cluster(scheduler, function, calls)
    return (_copied if sys.platform == "linux" else _fresh)(jobs, function, calls)


def _on_cluster(
    scheduler: str, function: Callable[..., Result], calls: Sequence[tuple[Any, ...]]
) -> Iterator[Result]:
    try:
        distributed: Any = importlib.import_module("distributed")
    except ImportError as error:
        raise UsageError(
            "--scheduler needs Dask: pip install 'genai-rollout-simulator[cluster]'"
        ) from error
    try:
        client = distributed.Client(scheduler, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ResourceError(f"no Dask scheduler answers at {scheduler}: {error}") from error
    try:
        # Not pure: Dask would hash the arguments to find equal calls, and there are none.
        futures = [
            client.submit(function, *arguments, pure=False, retries=RETRIES) for arguments in calls
        ]
        while futures:
            yield futures.pop(0).result()
    except distributed.KilledWorker as error:
        raise ResourceError(f"{DIED.split(';')[0]} again and again on the cluster") from error
    finally:
        client.cancel(futures)
        client.close()


def _copied(
    jobs: int, function: Callable[..., Result], calls: Sequence[tuple[Any, ...]]
) -> Iterator[Result]:
    import multiprocessing
    from concurrent.futures import Future, ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    results: list[Future[Result]] = []
    others = set(multiprocessing.active_children())
    context = multiprocessing.get_context("fork")
    pool = ProcessPoolExecutor(min(jobs, len(calls)), context, _leave_signals_to_the_parent)
    try:
        with warnings.catch_warnings():
            # Of threads that a copy lacks: NumPy's know of copies, and there are no others.
            warnings.simplefilter("ignore", DeprecationWarning)
            results = [pool.submit(function, *arguments) for arguments in calls]
        while results:
            yield results.pop(0).result()
    except BrokenProcessPool as error:
        raise ResourceError(DIED) from error
    finally:
        # After Ctrl-C nobody waits for what is half done.
        for worker in set(multiprocessing.active_children()) - others if results else ():
            worker.kill()
        pool.shutdown(wait=not results, cancel_futures=True)


def _leave_signals_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # A parent that is killed can tell nobody; Linux tells its children for it.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _fresh(
    jobs: int, function: Callable[..., Result], calls: Sequence[tuple[Any, ...]]
) -> Iterator[Result]:
    from joblib import Parallel, delayed
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    tasks = (delayed(function)(*arguments) for arguments in calls)
    try:
        yield from Parallel(n_jobs=jobs, backend="loky", return_as="generator")(tasks)
    except TerminatedWorkerError as error:
        raise ResourceError(DIED) from error
