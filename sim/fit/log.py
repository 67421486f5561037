"""A log as columns of numbers. Names of sessions and clients are kept as hashes only, texts not at all."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
MISSING = -1
COLUMNS: dict[str, type] = {
    "time_us": np.int64,
    "session": np.int64,
    "client": np.int64,
    "id": np.int64,
    "endpoint": np.int16,
    "input": np.int32,
    "cached": np.int32,
    "output": np.int32,
    "first_token_us": np.int64,
    "duration_us": np.int64,
    "status": np.int16,
    "count": np.float32,
}
"""What is kept of a row: about 60 bytes, whatever its length in the file. `MISSING` where it is not told."""
LINES_SHOWN_MAX = 5


@dataclass
class Reading:
    """What a reader took, what it refused and what it mended."""

    taken: dict[str, str] = field(default_factory=dict)
    """By column of ours, the name of the field in the file."""
    rows: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    """Rows left out, by reason."""
    lines: dict[str, list[str]] = field(default_factory=dict)
    """The first places of each reason, as file:line."""
    notes: list[str] = field(default_factory=list)
    """What was mended or taken for granted, in sentences."""

    def refuse(self, reason: str, file: str, line: int) -> None:
        """Count a row that cannot be used."""
        self.refused[reason] += 1
        places = self.lines.setdefault(reason, [])
        if len(places) < LINES_SHOWN_MAX:
            places.append(f"{file}:{line}")

    def note(self, sentence: str) -> None:
        """Say once what was mended."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    def sentences(self) -> list[str]:
        """Everything that a reader of the fit must know of the reading."""
        taken = ", ".join(f"{ours} from {theirs}" for ours, theirs in self.taken.items())
        said = [f"{self.rows:,} rows read; fields taken: {taken}; nothing else was looked at"]
        for reason, count in sorted(self.refused.items()):
            said.append(f"{count:,} rows left out: {reason} ({', '.join(self.lines[reason])}, …)")
        return [*said, *self.notes]


@dataclass(frozen=True)
class Log:
    """Requests in the order of time. Every array has shape (requests,)."""

    columns: dict[str, NDArray[np.generic]]
    endpoints: tuple[str, ...]
    """What the codes of `endpoint` stand for."""
    timezone: str
    """Whose clock hours and weekdays are read on [IANA zone]."""
    reading: Reading

    def __len__(self) -> int:
        return len(self.columns["time_us"])

    def integers(self, name: str) -> Integers:
        """A column as int64."""
        return self.columns[name].astype(np.int64)

    @property
    def time_us(self) -> Integers:
        """When each request arrived [us since 1970, UTC]."""
        return self.integers("time_us")

    def has(self, name: str) -> bool:
        """Whether any row tells a column."""
        return bool((self.columns[name] != MISSING).any())

    def where(self, mask: NDArray[np.bool_]) -> Log:
        """Some of its requests."""
        chosen = {name: column[mask] for name, column in self.columns.items()}
        return Log(chosen, self.endpoints, self.timezone, self.reading)

    def between(self, start_us: int, until_us: int) -> Log:
        """The requests of a stretch."""
        return self.where((self.time_us >= start_us) & (self.time_us < until_us))


def hashed(text: str) -> int:
    """A name as a number that does not tell the name."""
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1
