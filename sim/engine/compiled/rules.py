"""The rules of all kinds of limits, folded from the registry into one compiled function each."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numba

from sim.engine.compiled.jit import module, once
from sim.limits import LIMITS

Rule = Callable[..., Any]


def _compiled(name: str) -> list[Rule]:
    """One rule function of every kind, in the registry's order."""
    return [getattr(part, name) for part in _PARTS]


def _folded(rules: list[Rule], arguments: str, kind: int = 0) -> Rule:
    """A function `(kind, *arguments)` that calls the kind's rule: `if of == 0: ...`, else the rest.

    The text is made for the number of arguments, since compiled code has no `*arguments`.
    """
    scope: dict[str, Any] = {"rule": rules[0], "kind": kind}
    text = f"def choose(of, {arguments}):\n    return rule({arguments})\n"
    if len(rules) > 1:
        scope["rest"] = _folded(rules[1:], arguments, kind + 1)
        text = (
            f"def choose(of, {arguments}):\n"
            f"    if of == kind:\n        return rule({arguments})\n"
            f"    return rest(of, {arguments})\n"
        )
    exec(text, scope)
    compiled: Rule = once(numba.njit(scope["choose"]))
    return compiled


_PARTS = [module(sys.modules[kind.wait_us.__module__]) for kind in LIMITS]

fits = _folded(_compiled("fits"), "p, amount")
wait_us = _folded(_compiled("wait_us"), "p, s, now, amount")
take = _folded(_compiled("take"), "p, s, now, amount")
refuse = _folded(_compiled("refuse"), "p, s, now, amount")
settle = _folded(_compiled("settle"), "p, s, now, reserved, actual")
retune = _folded(_compiled("retune"), "old, new, s, now")
