"""What a section of the report is made of. The template knows how each looks; sections know no HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    kind: ClassVar = "text"
    words: str


@dataclass(frozen=True)
class Charts:
    """Charts by name; those that have nothing to show are left out."""

    kind: ClassVar = "charts"
    names: Sequence[str]
    half: bool = False


@dataclass(frozen=True)
class Table:
    """Rows of text under titles; the first `left` columns are words, the others numbers."""

    kind: ClassVar = "table"
    caption: str
    titles: Sequence[str]
    rows: Sequence[Sequence[str]]
    left: int = 1
    foot: Sequence[str] = ()
    """A last row that the others add up to."""
    note: str = ""
    after: Sequence[Sequence[str]] = ()
    """Rows below the foot that do not belong to the sum."""
    marks: Sequence[str] = ()
    """The status of each row, which its first cell says in words."""
    folds: Literal["", "open", "closed"] = ""
    """Whether it may be folded up, and how it is at first; paper shows what is open."""


@dataclass(frozen=True)
class Evidence:
    """One thing to validate: what this run shows, and what the scenario does not state."""

    kind: ClassVar = "evidence"
    name: str
    shown: Sequence[str]
    gaps: Sequence[str]


@dataclass(frozen=True)
class Tile:
    """A figure at the top."""

    name: str
    value: str
    below: str
    mark: str = ""
    """The status of its target."""


Block = Text | Charts | Table | Evidence


@dataclass(frozen=True)
class Section:
    """A part of the report under a heading of its own."""

    id: str
    title: str
    blocks: Sequence[Block] = field(default=())
