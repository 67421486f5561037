"""Reads logs of any format, a part at a time, into columns of numbers; says what it took and what it refused."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from sim.errors import UsageError
from sim.fit.clock import bare_instants_us, instant_us
from sim.fit.formats import FORMATS
from sim.fit.formats.format import Format, Raw
from sim.fit.formats.plain_csv import INSTANTS
from sim.fit.formats.servegen import WINDOW_S
from sim.fit.log import COLUMNS, MISSING, Log, Reading, hashed

HEAD_LETTERS = 65_536
ZERO = "2024-01-01T00:00"
"""Where a log without dates begins, unless `--starts` says otherwise: a Monday's midnight."""
TOKENS_MAX = 2**31 - 1
ENDPOINTS_MAX = 1_000
FAILED, REFUSED, FINE = 500, 429, 200


@dataclass(frozen=True)
class Options:
    """How a log is to be read."""

    form: str | None = None
    """A name in `FORMATS`; recognised by the first line unless given."""
    timezone: str = "UTC"
    """Whose clock instants without a zone are on, and hours and weekdays are read on [IANA zone]."""
    starts: str = ZERO
    """What a log that counts seconds from zero counts from [local time]."""
    names: dict[str, str] = field(default_factory=dict)
    """By field of ours, the field of the file; before the format's own names."""
    cached: str | None = None
    """`inside` or `outside` input tokens; as the format says unless given."""


def read_log(files: Sequence[str], options: Options) -> Log:
    """Read files as one log, in the order of time."""
    reading, codes = Reading(), dict[str, int]()
    parts: list[dict[str, NDArray[np.generic]]] = []
    for file in files:
        for part in _parts(file, options, reading, codes):
            reading.rows += len(part["time_us"])
            parts.append(part)
    if not parts:
        raise UsageError(f"{files[0]}: no row could be read; {'; '.join(reading.sentences()[1:])}")
    columns = {name: np.concatenate([part.pop(name) for part in parts]) for name in COLUMNS}
    return _in_order(Log(columns, tuple(codes), options.timezone, reading))


def _in_order(log: Log) -> Log:
    """Sort by time and leave out spans that stand twice; both are said."""
    kept = np.ones(len(log), np.bool_)
    ids = log.columns["id"]
    if log.has("id"):
        _, first = np.unique(ids, return_index=True)
        kept[:] = ids == MISSING
        kept[first] = True
        if not kept.all():
            log.reading.note(f"{int((~kept).sum()):,} rows left out: their id stands before them")
    times = log.columns["time_us"]
    if kept.all() and (np.diff(log.time_us) >= 0).all():
        return log
    log.reading.note("the rows were not in the order of time, and were sorted")
    order = np.flatnonzero(kept)[np.argsort(times[kept], kind="stable")]
    for name in log.columns:
        log.columns[name] = log.columns[name][order]
    return log


def _parts(
    file: str, options: Options, reading: Reading, codes: dict[str, int]
) -> Iterator[dict[str, NDArray[np.generic]]]:
    if file.endswith(".parquet"):
        stream: TextIO = _parquet(file)
    else:
        stream = _opened(file)
    with stream:
        form = _format_of(file, stream, options)
        reading.taken.setdefault("format", form.name)
        _check_names(file, options)
        fields = {**form.fields}
        for ours, theirs in options.names.items():
            fields[ours] = (theirs,)
        columns = _Columns(form, options, reading, codes, Path(file).name)
        for raw in form.rows(stream, Path(file).name, fields, reading):
            yield columns.of(raw)


def _check_names(file: str, options: Options) -> None:
    known = FORMATS["csv"].fields
    for name in options.names:
        if name not in known:
            raise UsageError(f"{file}: {name!r} is no field; there are {', '.join(known)}")


def _opened(file: str) -> TextIO:
    path = Path(file)
    if not path.is_file():
        raise UsageError(f"there is no file {file}")
    with path.open("rb") as start:
        packed = start.read(2) == b"\x1f\x8b"
    binary: Any = gzip.open(path, "rb") if packed else path.open("rb")  # noqa: SIM115
    # Bytes that are no UTF-8 can only be in texts, which are not read.
    return io.TextIOWrapper(binary, "utf-8", "replace", newline="")


def _parquet(file: str) -> TextIO:
    """A Parquet file as CSV text: its columns come a batch at a time in the extra's reader."""
    try:
        import pyarrow.csv as arrow_csv
        import pyarrow.parquet as arrow
    except ImportError as error:
        raise UsageError(f"{file}: Parquet needs the extra: pip install '.[parquet]'") from error
    import tempfile

    table = arrow.ParquetFile(file)
    spool = tempfile.TemporaryFile()  # noqa: SIM115
    with arrow_csv.CSVWriter(spool, table.schema_arrow) as writer:
        for batch in table.iter_batches():
            writer.write_batch(batch)
    spool.seek(0)
    return io.TextIOWrapper(spool, "utf-8", newline="")


def _format_of(file: str, stream: TextIO, options: Options) -> Format:
    if options.form is not None:
        return FORMATS[options.form]
    head = stream.read(HEAD_LETTERS)
    stream.seek(0)
    for form in FORMATS.values():
        if form.recognises(head):
            return form
    if options.names:
        return FORMATS["csv"]
    known = ", ".join(FORMATS)
    message = f"{file}: no format of {known} has such a first line; for a CSV of your own give "
    raise UsageError(message + "--map time=NAME --map input=NAME --map output=NAME")


class _Columns:
    """Turns the texts of some rows into numbers; a row that cannot be is counted with its line."""

    def __init__(
        self, form: Format, options: Options, reading: Reading, codes: dict[str, int], file: str
    ) -> None:
        self.form, self.reading, self.codes, self.file = form, reading, codes, file
        self.zone = ZoneInfo("UTC" if form.name == "langfuse" else options.timezone)
        self.zero_us = instant_us(options.starts, ZoneInfo(options.timezone), 0)
        self.starts_given = options.starts != ZERO
        inside = options.cached != "outside" if options.cached else form.cached_inside
        self.cached_inside = inside

    def of(self, raw: Raw) -> dict[str, NDArray[np.generic]]:
        """Return the columns of some rows."""
        if "time" not in raw.columns:
            raise UsageError(
                f"{self.file}: no column tells when; give it a name with --map time=NAME"
            )
        good = np.ones(len(raw.lines), np.bool_)
        times = self._numbers(raw, "time", self._instant, good, needed=True)
        ends = self._numbers(raw, "end", self._instant, good)
        firsts = self._numbers(raw, "first_token_at", self._instant, good)
        duration = self._numbers(raw, "duration", self._length_us, good)
        first = self._numbers(raw, "first_token", self._first_us, good)
        found = {
            "time_us": times,
            "duration_us": self._since(times, ends, duration, "end"),
            "first_token_us": self._since(times, firsts, first, "first token"),
            "session": self._numbers(raw, "session", _hash, good),
            "client": self._numbers(raw, "client", _hash, good),
            "id": self._numbers(raw, "id", _hash, good),
            "endpoint": self._numbers(raw, "endpoint", self._code, good),
            "input": self._numbers(raw, "input", _tokens, good),
            "cached": self._numbers(raw, "cached", _tokens, good),
            "output": self._numbers(raw, "output", _tokens, good),
            "status": self._status(raw, good),
            "count": self._count(raw, good),
        }
        self._add_cached(found)
        self._tell(found, good)
        return {name: found[name].astype(kind)[good] for name, kind in COLUMNS.items()}

    def _numbers(
        self,
        raw: Raw,
        name: str,
        read: Callable[[Any], float],
        good: NDArray[np.bool_],
        *,
        needed: bool = False,
    ) -> NDArray[np.int64]:
        column = raw.columns.get(name)
        if column is None:
            return np.full(len(raw.lines), MISSING, np.int64)
        try:
            if name in INSTANTS and (fast := self._bare_instants(column)) is not None:
                return fast
            return _each_once(column, read)
        except (ValueError, TypeError, OverflowError):
            return self._one_by_one(raw, name, read, good, needed)

    def _bare_instants(self, column: Sequence[Any]) -> NDArray[np.int64] | None:
        """A whole column of numbers since 1970, all in one unit; None where it is none."""
        if not isinstance(column[0], str) or not column[0].replace(".", "", 1).isdigit():
            return None
        try:
            numbers = np.array(column).astype(np.float64)
        except ValueError:
            return None
        return bare_instants_us(numbers)

    def _one_by_one(
        self,
        raw: Raw,
        name: str,
        read: Callable[[Any], float],
        good: NDArray[np.bool_],
        needed: bool,
    ) -> NDArray[np.int64]:
        found = np.full(len(raw.lines), MISSING, np.int64)
        for place, one in enumerate(raw.columns[name]):
            if one is None or one == "":
                continue
            try:
                found[place] = read(one)
            except (ValueError, TypeError, OverflowError):
                if good[place]:
                    reason = f"{name} is not {'an instant' if needed else 'a number as it must be'}"
                    self.reading.refuse(reason, self.file, raw.lines[place])
                good[place] = False
        return found

    def _instant(self, written: Any) -> int:
        return instant_us(written, self.zone, self.zero_us)

    def _length_us(self, written: Any) -> int:
        return _positive(float(written) * self.form.durations_to_us)

    def _first_us(self, written: Any) -> int:
        return _positive(float(written) * self.form.durations_to_us)

    def _code(self, written: Any) -> int:
        name = str(written)[:80]
        if len(self.codes) > ENDPOINTS_MAX:
            raise UsageError(f"{self.file}: more than {ENDPOINTS_MAX} endpoints; is it a model's?")
        return self.codes.setdefault(name, len(self.codes))

    def _since(
        self, start: NDArray[np.int64], at: NDArray[np.int64], told: NDArray[np.int64], what: str
    ) -> NDArray[np.int64]:
        lengths = np.where(at != MISSING, at - start, told)
        skewed = (at != MISSING) & (at < start)
        if skewed.any():
            self.reading.refused[
                f"(kept, without its times) the {what} lies before the start: clock skew"
            ] += int(skewed.sum())
            self.reading.lines.setdefault(
                f"(kept, without its times) the {what} lies before the start: clock skew",
                [self.file],
            )
        return np.where(skewed, MISSING, lengths)

    def _status(self, raw: Raw, good: NDArray[np.bool_]) -> NDArray[np.int64]:
        status = self._numbers(raw, "status", _status, good)
        errors = self._numbers(raw, "error", _error, good)
        return np.where((errors != MISSING) & (status < 400), errors, status)

    def _count(self, raw: Raw, good: NDArray[np.bool_]) -> NDArray[np.float64]:
        scale = float(WINDOW_S) if "rate" in raw.columns else 1.0
        column = raw.columns.get("rate", raw.columns.get("count"))
        if column is None:
            return np.ones(len(raw.lines))
        found = np.zeros(len(raw.lines))
        for place, one in enumerate(column):
            try:
                found[place] = float(one) * scale
            except (ValueError, TypeError):
                good[place] = False
                self.reading.refuse("a rate that is no number", self.file, raw.lines[place])
        return found

    def _add_cached(self, found: dict[str, NDArray[Any]]) -> None:
        both = (found["cached"] != MISSING) & (found["input"] != MISSING)
        if not both.any():
            return
        where = "inside" if self.cached_inside else "outside"
        self.reading.note(f"cached tokens are {where} input tokens")
        if not self.cached_inside:
            found["input"] = np.where(both, found["input"] + found["cached"], found["input"])
        above = both & (found["cached"] > found["input"])
        if above.any():
            self.reading.note("some rows have more cached than input tokens: theirs were left out")
            found["cached"] = np.where(above, MISSING, found["cached"])

    def _tell(self, found: dict[str, NDArray[Any]], good: NDArray[np.bool_]) -> None:
        no_time = good & (found["time_us"] == MISSING)
        if no_time.any():
            self.reading.refused["no time"] += int(no_time.sum())
            self.reading.lines.setdefault("no time", [self.file])
            good &= ~no_time
        if good.any() and int(found["time_us"][good].min()) == self.zero_us:
            if not self.starts_given:
                self.reading.note(
                    f"the log has no dates: its zero is taken as {ZERO} (a Monday); --starts says otherwise"
                )
        for name in ("input", "output"):
            lost = good & (found[name] == MISSING) & (found["status"] < 400)
            if lost.any() and name in self.reading.taken:
                self.reading.note(f"some rows tell no {name} tokens: their lengths are not used")


def _each_once(column: Sequence[Any], read: Callable[[Any], float]) -> NDArray[np.int64]:
    """Read a column; a text that stands in many rows is read once."""
    distinct = dict.fromkeys(column)
    known = {one: MISSING if one is None or one == "" else read(one) for one in distinct}
    return np.fromiter(map(known.__getitem__, column), np.int64, len(column))


def _hash(written: Any) -> int:
    return hashed(str(written))


def _tokens(written: Any) -> int:
    number = float(written)
    if not 0 <= number <= TOKENS_MAX or number != int(number):
        raise ValueError("no number of tokens")
    return int(number)


def _positive(number: float) -> int:
    if not 0 <= number < 1e15:
        raise ValueError("no duration")
    return round(number)


def _status(written: Any) -> int:
    text = str(written).strip()
    if text.isdigit():
        return int(text[:3])
    return FAILED if "fail" in text.lower() or "error" in text.lower() else FINE


def _error(written: Any) -> int:
    text = str(written).strip().lower()
    if text in ("", "default", "debug", "warning", "none", "null", "false", "0"):
        return MISSING
    if text.isdigit():
        return int(text[:3])
    return REFUSED if "429" in text or "ratelimit" in text.replace("_", "") else FAILED
