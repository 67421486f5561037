"""The rules of all kinds of limits, folded from the registry into one compiled function each."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import Any

from sim.engine.compiled.jit import module, once
from sim.limits import LIMITS

Rule = Callable[..., Any]


@cache
def _module(name: str) -> SimpleNamespace:
    """A module of rules, compiled."""
    return module(sys.modules[name])


def _compiled(name: str) -> list[Rule]:
    """One rule function of every kind, in the registry's order, each from the module that it stands in."""
    plain = [getattr(kind, name) for kind in LIMITS]
    return [getattr(_module(rule.__module__), rule.__name__) for rule in plain]


def _folded(rules: list[Rule], arguments: str) -> Rule:
    """A function `(kind, *arguments)` that calls the kind's rule: `if of == 0: ...`, and so on.

    Its text is written here, since compiled code has neither `*arguments` nor tables of functions.
    """
    scope: dict[str, Any] = {f"rule_{kind}": rule for kind, rule in enumerate(rules)}
    lines = [f"def choose(of, {arguments}):"]
    for kind in range(len(rules) - 1):
        lines += [f"    if of == {kind}:", f"        return rule_{kind}({arguments})"]
    lines.append(f"    return rule_{len(rules) - 1}({arguments})")
    exec("\n".join(lines), scope)
    return once(scope["choose"])


fits = _folded(_compiled("fits"), "p, amount")
wait_us = _folded(_compiled("wait_us"), "p, s, now, amount, luck")
slow_ppm = _folded(_compiled("slow_ppm"), "p, s, now, amount")
take = _folded(_compiled("take"), "p, s, now, amount")
refuse = _folded(_compiled("refuse"), "p, s, now, amount")
settles = _folded(_compiled("settles"), "p")
settle = _folded(_compiled("settle"), "p, s, now, reserved, actual")
retune = _folded(_compiled("retune"), "old, new, s, now")
