"""Ctrl-C and SIGTERM: they end a run in order, wherever they come.

Python raises `KeyboardInterrupt` between any two instructions. In two places that is not good enough: in the middle
of an import it leaves half a module behind, which the writing of what has finished would stumble over; in a callback
(a finaliser, a fork) it is printed and forgotten. So an import is let end first, and until somebody has felt the
interrupt it is repeated.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

from sim.errors import ExitCode

AGAIN_S = 0.5
"""After so long an interrupt that nobody felt is repeated."""
AFTER_IMPORT_S = 0.02
"""How often it is looked whether an import has ended."""
IMPORTING = "<frozen importlib._bootstrap>"
SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGALRM") if hasattr(signal, name)
]


def hear() -> None:
    """From now on interrupt this process in order; an embedding program's other threads keep their ways."""
    owner = os.getpid()

    def interrupt(_signal: int, frame: FrameType | None) -> None:
        if os.getpid() != owner:
            os._exit(ExitCode.INTERRUPTED)  # A copy that has not yet settled in.
        if _is_importing(frame):
            _remind(AFTER_IMPORT_S)
        else:
            _remind(AGAIN_S)
            raise KeyboardInterrupt

    try:
        for number in SIGNALS:
            signal.signal(number, interrupt)
    except ValueError:
        return  # Not in the main thread.
    sys.unraisablehook = _forget_interrupts


def felt() -> None:
    """The interrupt has reached whom it concerns; it is not repeated."""
    _remind(0)


def _forget_interrupts(fault: sys.UnraisableHookArgs) -> None:
    """Say nothing of an interrupt in a callback: it comes again."""
    if not issubclass(fault.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(fault)


def _remind(seconds: float) -> None:
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _is_importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename == IMPORTING:
            return True
        frame = frame.f_back
    return False
