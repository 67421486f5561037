"""How a planner writes quantities, and the numbers that the package keeps instead.

Each reader takes what stands in the file (text or a number) and returns one plain value in one
unit; it raises `QuantityError` with a sentence that says what is wrong and what to write instead.
Time is int microseconds, bytes are int, money is Decimal; the rest are floats. No reader accepts
NaN, infinity, True or more digits than a person would write. Days and clock times are read in
`sim.scenario.calendar`.
"""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_EVEN, Decimal
from typing import NoReturn

from sim.errors import QuantityError

US_PER_MILLISECOND = 1_000
US_PER_SECOND = 1_000_000
US_PER_MINUTE = 60 * US_PER_SECOND
US_PER_HOUR = 60 * US_PER_MINUTE
US_PER_DAY = 24 * US_PER_HOUR
US_PER_WEEK = 7 * US_PER_DAY

DURATION_US_MAX = 100 * 366 * US_PER_DAY
"""A hundred years [us]; far inside int64, far outside any plan."""
COUNT_MAX = 10**15
"""Larger counts are typing errors, and floats hold every whole number up to here."""
QUANTITY_LETTERS_MAX = 64
"""No quantity needs more letters; the limit comes before any conversion of digits."""

DURATION_UNITS: dict[str, int] = {
    "us": 1,
    "ms": US_PER_MILLISECOND,
    "s": US_PER_SECOND,
    "m": US_PER_MINUTE,
    "min": US_PER_MINUTE,
    "h": US_PER_HOUR,
    "d": US_PER_DAY,
    "w": US_PER_WEEK,
}
COUNT_UNITS: dict[str, int] = {"": 1, "k": 10**3, "M": 10**6, "B": 10**9}
BYTE_UNITS: dict[str, int] = {
    **{"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12},
    **{"KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40},
}
SPAN_MONTHS: dict[str, int] = {"mo": 1, "q": 3, "y": 12}

_NUMBER = r"[+-]?(?:\d+(?:_\d+)*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?"
_QUANTITY = re.compile(rf"({_NUMBER})\s*(.*)", re.DOTALL)
_LEADING_ZERO = re.compile(r"[+-]?0[\d_]")
_NOT_FINITE = re.compile(r"[+-]?\.?(nan|inf|infinity)", re.IGNORECASE)
_UNIT_MEANT = {
    **dict.fromkeys(("sec", "secs", "second", "seconds", "S"), "s"),
    **dict.fromkeys(("mins", "minute", "minutes", "Min"), "min"),
    **dict.fromkeys(("hr", "hrs", "hour", "hours", "H"), "h"),
    **dict.fromkeys(("day", "days", "D"), "d"),
    **dict.fromkeys(("wk", "wks", "week", "weeks", "W"), "w"),
    **dict.fromkeys(("msec", "millis", "milliseconds", "MS", "Ms"), "ms"),
    **dict.fromkeys(("usec", "µs", "μs", "microseconds"), "us"),
    **dict.fromkeys(("K", "thousand"), "k"),
    **dict.fromkeys(("mn", "mio", "million", "mm"), "M"),
    **dict.fromkeys(("bn", "b", "G", "billion"), "B"),
    **dict.fromkeys(("KB", "kb", "Kb"), "kB"),
    **dict.fromkeys(("mb", "Mb"), "MB"),
    **dict.fromkeys(("gb", "Gb"), "GB"),
    **dict.fromkeys(("tb", "Tb"), "TB"),
}


def duration_us(value: object) -> int:
    """Read `800ms`, `2.5s`, `15min` (`15m`), `4h`, `3d`, `6w`, `200us`; return microseconds."""
    number, unit = split_number(value, "a duration", 'e.g. "800ms" or "800s"')
    if unit == "" and number == 0:
        return 0
    if unit == "":
        text = shown(value)
        hint = f'e.g. "{text}ms" or "{text}s"' if len(text) < 12 else 'e.g. "800ms" or "800s"'
        raise QuantityError(f"a duration needs a unit, {hint}", "unit_missing")
    if unit in SPAN_MONTHS or unit in {"mon", "month", "months", "year", "years"}:
        raise QuantityError(
            f"{shown(value)!r} is a calendar span, whose length varies; a duration goes up to "
            'weeks, e.g. "4w" or "30d"',
            "unit_wrong",
        )
    if unit == "M":
        _refuse_unit(value, f'"{number}min" for minutes')
    scale = _scale(value, unit, DURATION_UNITS, "a duration", '"800ms", "2.5s", "15min" or "3d"')
    microseconds = number * scale
    refuse_range(value, microseconds, 0, DURATION_US_MAX, "a duration", "100 years")
    if 0 < microseconds < 1:
        raise QuantityError(f"{shown(value)!r} is shorter than the clock's 1us", "too_small")
    return int(microseconds.to_integral_value(ROUND_HALF_EVEN))


def number(value: object) -> float:
    """Read a plain number of either sign: `0.35`, `-2`, `1e3`, `50k`."""
    return float(_count(value, -COUNT_MAX, "a number"))


def count(value: object) -> float:
    """Read `50000`, `50_000`, `50k`, `1.2M`, `3B`, `1e3`; zero or more, fractions allowed."""
    return float(_count(value, 0, "a count"))


def whole_number(value: object) -> int:
    """Read a count that must be whole: `12`, `50k`, `1.2M`; `1.5` is refused."""
    amount = _count(value, 0, "a count")
    if amount != amount.to_integral_value():
        below = math.floor(amount)
        message = f"{shown(value)!r} is not a whole number; write {below} or {below + 1}"
        raise QuantityError(message, "not_whole")
    return int(amount)


def share(value: object) -> float:
    """Read `99.5%` or `0.995`; return the fraction, from 0 to 1."""
    number, unit = split_number(value, "a share", '"99.5%" or 0.995')
    if unit == "%":
        refuse_range(value, number, 0, 100, "a share", "100%")
        return float(number / 100)
    if unit:
        _refuse_unit(value, '"99.5%" or 0.995')
    if 1 < number <= 100:
        message = f'a share goes from 0 to 1; did you mean "{shown(value)}%"?'
        raise QuantityError(message, "share_or_percent")
    refuse_range(value, number, 0, 1, "a share", "1 (or 100%)")
    return float(number)


def rate_per_second(value: object) -> float:
    """Read `120/h`, `3/s`, `2600/d`, `8/min`, `2k/d`; return events per second."""
    number, unit = split_number(value, "a rate", '"120/h" or "3/s"')
    if "/" not in unit:
        digits = _digits(value)
        meant = {"rps": "s", "qps": "s", "rpm": "min", "rph": "h"}.get(unit.lower(), "h")
        raise QuantityError(
            f'a rate says per what: {shown(value)!r} could be "{digits}/{meant}"', "unit_missing"
        )
    multiple, _, period = (part.strip() for part in unit.partition("/"))
    scale = _scale(value, multiple, COUNT_UNITS, "a rate", '"120/h", "2k/d"')
    period_us = _scale(value, period, DURATION_UNITS, "a rate", '"3/s", "8/min", "120/h", "90/d"')
    amount = number * scale
    refuse_range(value, amount, 0, COUNT_MAX, "a rate", str(COUNT_MAX))
    return float(amount * US_PER_SECOND / period_us)


def multiplier(value: object) -> float:
    """Read `x 0.5` or `x1.5`; return the factor, zero or more."""
    text = value.strip() if isinstance(value, str) else ""
    if text[:1] not in {"x", "X", "×"}:
        text = shown(value)
        raise QuantityError(f'a multiplier starts with x: write "x {text}"', "unit_missing")
    number, unit = split_number(text[1:].strip(), "a multiplier", '"x 0.5"')
    if unit == "%":
        number, unit = number / 100, ""
    if unit:
        _refuse_unit(value, '"x 0.5"')
    refuse_range(value, number, 0, 10**6, "a multiplier", "x 1e6")
    return float(number)


def money(value: object) -> Decimal:
    """Read `120k`, `0.55`, `2100` in the scenario's currency; return the exact Decimal."""
    text = value.strip() if isinstance(value, str) else ""
    if re.match(r"[^\w\s.+-]|[A-Z]{3}\b", text) or re.search(r"\d\s*([A-Z]{3}|[$€£¥])$", text):
        raise QuantityError(
            f"{shown(value)!r} names a currency; write the number alone, the scenario's "
            "`currency` applies",
            "currency",
        )
    return _count(value, 0, "an amount of money")


def byte_count(value: object) -> int:
    """Read `6kB`, `1.2GB`, `512KiB`; return bytes, rounded to a whole one."""
    number, unit = split_number(value, "a size", '"6kB" or "1.2GB"')
    if unit == "" and number == 0:
        return 0
    if unit == "":
        text = shown(value)
        raise QuantityError(f'a size needs a unit, e.g. "{text}kB" or "{text}MB"', "unit_missing")
    size = number * _scale(value, unit, BYTE_UNITS, "a size", '"6kB", "1.2GB" or "512KiB"')
    refuse_range(value, size, 0, 10**18, "a size", "1000000TB")
    return int(size.to_integral_value(ROUND_HALF_EVEN))


def duration_text(microseconds: int) -> str:
    """Write a duration as a planner would: the largest unit that leaves a short exact number."""
    for unit in ("w", "d", "h", "min", "s", "ms"):
        amount = Decimal(microseconds) / DURATION_UNITS[unit]
        if amount >= 1 and amount == amount.quantize(Decimal("0.001")):
            return f"{amount.normalize():f}{unit}"
    return f"{microseconds}us"


def split_quantity(value: object) -> tuple[str, Decimal, str]:
    """Split any written quantity into (prefix, number, unit): `x 1.5` -> ("x ", 1.5, "").

    Raises `QuantityError` where there is no number.
    """
    text = value.strip() if isinstance(value, str) else value
    if isinstance(text, str) and text[:1] in {"x", "X", "×"}:
        number, unit = split_number(text[1:].strip(), "a quantity", '"x 1.5"')
        return "x ", number, unit
    number, unit = split_number(text, "a quantity", "a number with its unit")
    return "", number, unit


def unit_scale(unit: str) -> tuple[str, Decimal]:
    """Return what a unit measures and how much of its base it is: `ms` -> ("time", 1000).

    Units that measure the same thing can stand beside each other in one unknown.
    """
    if unit in COUNT_UNITS:
        return "number", Decimal(COUNT_UNITS[unit])
    if unit == "%":
        return "number", Decimal("0.01")
    if unit in DURATION_UNITS:
        return "time", Decimal(DURATION_UNITS[unit])
    if unit in BYTE_UNITS:
        return "size", Decimal(BYTE_UNITS[unit])
    multiple, slash, period = (part.strip() for part in unit.partition("/"))
    if slash and multiple in COUNT_UNITS and period in DURATION_UNITS:
        return "rate", Decimal(COUNT_UNITS[multiple]) / DURATION_UNITS[period]
    raise QuantityError(f"{shown(unit)!r} is not a known unit", "unit_wrong")


def shown(value: object) -> str:
    """Return a value as an error message may show it: short, on one line, printable."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a map"
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, int) and abs(value) >= 10**40:
        return "a huge number"
    text = "".join(c if c.isprintable() else "?" for c in str(value)[:41])
    return text if len(text) <= 40 else text[:39] + "…"


def _count(value: object, smallest: int, what: str) -> Decimal:
    number, unit = split_number(value, what, 'e.g. 50000, "50k" or "1.2M"')
    amount = number * _scale(value, unit, COUNT_UNITS, what, 'e.g. 50000, "50k" or "1.2M"')
    refuse_range(value, amount, smallest, COUNT_MAX, what, "1e15")
    return amount


def split_number(value: object, what: str, example: str) -> tuple[Decimal, str]:
    """Return the number and the unit of a written quantity; refuse what is no number at all."""
    if isinstance(value, Decimal | int | float) and not isinstance(value, bool):
        return _finite(value), ""
    if not isinstance(value, str):
        raise QuantityError(f"{shown(value)} is not {what}; write {example}", "not_a_quantity")
    text = value.strip()
    if len(text) > QUANTITY_LETTERS_MAX:
        message = f"{what} of {len(text)} letters is too long to be meant; write {example}"
        raise QuantityError(message, "too_long")
    if _NOT_FINITE.fullmatch(text):
        raise QuantityError(f"{shown(value)!r} is not finite; write {example}", "not_finite")
    match = _QUANTITY.fullmatch(text)
    if not match or (not text.isascii() and not match[2]):
        raise QuantityError(f"{shown(value)!r} is not {what}; write {example}", "not_a_quantity")
    digits, unit = match[1], match[2]
    if _LEADING_ZERO.match(digits):
        meant = digits.lstrip("+-0_") or "0"
        message = f"{shown(value)!r} starts with a zero, which is ambiguous; write {meant}{unit}"
        raise QuantityError(message, "leading_zero")
    if re.match(r",\d", unit):
        meant = text.replace(",", "")
        raise QuantityError(f"{shown(value)!r} has a comma; write {shown(meant)}", "comma")
    return _finite(Decimal(digits)), unit


def _finite(value: Decimal | int | float) -> Decimal:
    """Return a finite number as Decimal, with no negative zero."""
    if isinstance(value, int) and value.bit_length() > 4 * QUANTITY_LETTERS_MAX:
        raise QuantityError("the number has too many digits to be meant", "too_long")
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        raise QuantityError(f"{shown(value)!r} is not finite; write a number", "not_finite")
    return number if number else Decimal(0)


def _scale(value: object, unit: str, units: dict[str, int], what: str, example: str) -> int:
    if unit in units:
        return units[unit]
    meant = _UNIT_MEANT.get(unit)
    if meant in units:
        _refuse_unit(value, f'"{_digits(value)}{meant}"')
    raise QuantityError(
        f"{shown(unit)!r} is not a unit of {what.split(' ', 1)[1]}; write {example}", "unit_wrong"
    )


def _digits(value: object) -> str:
    match = _QUANTITY.match(str(value).strip())
    return match[1] if match else shown(value)


def _refuse_unit(value: object, meant: str) -> NoReturn:
    raise QuantityError(f"{shown(value)!r} is not understood; did you mean {meant}?", "unit_wrong")


def refuse_range(
    value: object, amount: Decimal, smallest: int, largest: int, what: str, largest_text: str
) -> None:
    """Refuse an amount outside [smallest, largest] with a sentence; raises `QuantityError`."""
    if amount < smallest:
        least = "negative" if smallest == 0 else f"less than {smallest}"
        raise QuantityError(f"{what} cannot be {least}: {shown(value)}", "too_small")
    if amount > largest:
        raise QuantityError(f"{shown(value)} is more than {largest_text}, the most", "too_large")
