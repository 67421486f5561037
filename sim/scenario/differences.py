"""Where scenarios differ: each place that not all of them wrote alike, by the names of things."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sim.scenario.document import Document

NOT_THERE = None
"""Stands for what a scenario does not write."""
NOT_COMPARED = ("name",)


@dataclass(frozen=True, slots=True)
class InputDifference:
    """One place, and what each scenario has there."""

    path: str
    values: tuple[Any, ...]
    """By scenario; None where it has nothing there."""


def input_differences(documents: Sequence[Document]) -> list[InputDifference]:
    """Every scalar value that is not the same in all; what the scenarios are called does not count."""
    written = [
        {document.named_path(entry.path): entry.value for entry in document.entries()}
        for document in documents
    ]
    paths = dict.fromkeys(path for values in written for path in values)
    return [
        InputDifference(path, tuple(values.get(path, NOT_THERE) for values in written))
        for path in paths
        if path not in NOT_COMPARED and len({repr(values.get(path)) for values in written}) > 1
    ]
