"""The one formatter: every number that a person reads, on every face, is written here.

Numbers come in their plain units (USD, seconds, fractions, tokens) and go out with three significant
digits, a true minus, and a unit. It never rounds a number across the limit it is compared with.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

Number = int | float | Decimal | str

NOT_A_NUMBER = "n/a"
MINUS = "−"
SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
SCALES = ((Decimal(10) ** 9, "B"), (Decimal(10) ** 6, "M"), (Decimal(10) ** 3, "k"))
DURATIONS = (
    (Decimal(3 * 86_400), Decimal(86_400), "d"),
    (Decimal(2 * 3_600), Decimal(3_600), "h"),
    (Decimal(120), Decimal(60), "min"),
    (Decimal(1), Decimal(1), "s"),
    (Decimal("0.001"), Decimal("0.001"), "ms"),
    (Decimal(0), Decimal("0.000001"), "µs"),
)
"""(from, in units of, name) in seconds."""
FEW_RUNS = 20
"""Below this many replications a chance is written as a count of them."""
RUNS_FOR_P10 = 10
"""Of fewer replications P10 is the least and P90 the largest."""
FAR_APART = 240
"""A number this large is better told in another unit than the one beside it."""
DIGITS_MAX = 6
FINE_PLACES = 6
"""Places of the cost of one request: a hundredth of a cent has four, and tokens cost less."""
PLACES_MAX = 10
HUGE = Decimal(10) ** 15
"""From here on a number is written in powers of ten."""

ASCII = str.maketrans(
    {
        **{"✓": "ok", "✗": "FAIL", "≤": "<=", "≥": ">=", "–": "-", "−": "-", "—": "-", "·": "-"},
        **{"█": "#", "…": "...", "µ": "u", "×": "x", "’": "'", "→": "->", "│": "|", "─": "-"},
        **{"€": "EUR ", "£": "GBP ", "¥": "JPY "},
    }
)
"""What to write where a terminal cannot show a sign."""


def plain(text: str, encoding: str) -> str:
    """Return a text that an encoding can hold; the signs of this package have twins in ASCII."""
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return text.translate(ASCII).encode("ascii", errors="replace").decode("ascii")
    return text


def label(text: object, width_max: int = 60) -> str:
    """Return a planner's words as one line, without control characters, cut where too long."""
    words = "".join(
        " " if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") else c for c in str(text)
    )
    line = " ".join(words.split())
    return line if len(line) <= width_max else line[: width_max - 1].rstrip() + "…"


def decimal(value: Number | None) -> Decimal | None:
    """Return a number as Decimal; None where it is missing or not finite."""
    if value is None:
        return None
    number = Decimal(repr(float(value))) if isinstance(value, float) else Decimal(value)
    return number if number.is_finite() else None


def sign(currency: str) -> str:
    """Return what stands before an amount: `$`, or `CHF ` where there is no sign."""
    return SYMBOLS.get(currency) or f"{currency} "


def money(value: Number | None, currency: str = "USD", digits: int = 3) -> str:
    """Return `$1.08M`, `$131k`, `$0.71`."""
    return money_row([value], currency, digits)[0]


def money_row(values: Sequence[Number | None], currency: str = "USD", digits: int = 3) -> list[str]:
    """Return amounts that are read together, in one scale and to one place."""
    numbers = [decimal(value) for value in values]
    scale, suffix, places = _scale_of(numbers, digits)
    if suffix:
        places = _bare([n / scale for n in numbers if n is not None], places)
    return [
        NOT_A_NUMBER
        if n is None
        else _priced(_fixed(n / scale, places), suffix if n else "", currency)
        for n in numbers
    ]


def money_whole(value: Number | None, currency: str = "USD") -> str:
    """Return `$412,300`, for tables that add up."""
    number = decimal(value)
    return NOT_A_NUMBER if number is None else _priced(_fixed(number, 0), "", currency)


def money_unit(value: Number | None, currency: str = "USD") -> str:
    """Return a price of one unit: `$15.00`, `$0.0028`."""
    number = decimal(value)
    if number is None:
        return NOT_A_NUMBER
    if abs(number) >= 1_000:
        return _priced(_fixed(number, 0), "", currency)
    places = 2 if number == 0 or abs(number) >= 1 else min(PLACES_MAX, 1 - number.adjusted())
    return _priced(_fixed(number, max(2, places)), "", currency)


def money_fine(value: Number | None, currency: str = "USD") -> str:
    """Return `$0.004310`, for tables of what one request costs."""
    number = decimal(value)
    return NOT_A_NUMBER if number is None else _priced(_fixed(number, FINE_PLACES), "", currency)


def duration(seconds: Number | None, digits: int = 2) -> str:
    """Return `1.9 s`, `480 ms`, `3.1 h`; at least `digits` significant digits."""
    number = decimal(seconds)
    if number is None:
        return NOT_A_NUMBER
    _, unit, name = _duration_unit(number)
    return f"{_significant(number / unit, digits)} {name}"


def duration_row(seconds: Sequence[Number | None], digits: int = 2) -> list[str]:
    """Return durations that are read together, in one unit; the first decides to which place."""
    numbers = [decimal(value) for value in seconds]
    known = [n for n in numbers if n is not None]
    _, unit, name = _duration_unit(known[0] if known else Decimal(0))
    if known and max(known) / unit >= FAR_APART:
        return [duration(n, digits) for n in numbers]
    places = _places(known[0] / unit, digits) if known else 0
    places = _bare([n / unit for n in known], places)
    return [NOT_A_NUMBER if n is None else f"{_fixed(n / unit, places)} {name}" for n in numbers]


def share(fraction: Number | None, digits: int = 2) -> str:
    """Return `38%`, `0.4%`, `99.71%`: finer where the distance to 0 or 1 is what matters."""
    return share_row([fraction], digits)[0]


def share_row(fractions: Sequence[Number | None], digits: int = 2) -> list[str]:
    """Return shares that are read together; the first decides to which place."""
    numbers = [decimal(value) for value in fractions]
    known = [n for n in numbers if n is not None]
    places = _share_places(known[0], digits) if known else 0
    places = _bare([n * 100 for n in known], places)
    return [NOT_A_NUMBER if n is None else f"{_fixed(n * 100, places)}%" for n in numbers]


def chance(fraction: Number | None, runs: int) -> str:
    """Return `97%`, `>99%`; of few runs `3 of 4`."""
    number = decimal(fraction)
    if number is None:
        return NOT_A_NUMBER
    if runs < FEW_RUNS:
        return f"{round(number * runs)} of {runs}"
    if number > Decimal("0.99"):
        return ">99%"
    return "<1%" if number < Decimal("0.01") else f"{_fixed(number * 100, 0)}%"


def count(value: Number | None, digits: int = 3) -> str:
    """Return `38,400`, `1.54M`, `27.5B`."""
    number = decimal(value)
    if number is None:
        return NOT_A_NUMBER
    if abs(number) < 100_000:
        whole = number == number.to_integral_value() or abs(number) >= 1_000
        return _fixed(number, 0) if whole else _significant(number, digits)
    scale, suffix, places = _scale_of([number], digits)
    return f"{_fixed(number / scale, _bare([number / scale], places))}{suffix}"


def month(day: date) -> str:
    """Return `Aug 2027`."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def day(value: date) -> str:
    """Return `16 Aug 2027`."""
    return f"{value.day} {month(value)}"


def measure(value: Number | None, unit: str, currency: str = "USD", digits: int = 0) -> str:
    """Return a number in its unit: `s`, `share`, `money` (or the currency), or the unit's own name."""
    return measure_row([value], unit, currency, digits)[0]


def measure_row(
    values: Sequence[Number | None], unit: str, currency: str = "USD", digits: int = 0
) -> list[str]:
    """Return numbers of one unit that are read together; `digits` 0 takes the unit's usual ones."""
    if unit in ("s", "seconds"):
        return duration_row(values, digits or 2)
    if unit in ("share", "fraction"):
        return share_row(values, digits or 2)
    if unit in ("money", currency):
        return money_row(values, currency, digits or 3)
    return [count(value, digits or 3) + (f" {unit}" if unit else "") for value in values]


def ticks(values: Sequence[Number], unit: str, currency: str = "USD") -> list[str]:
    """Return the marks of an axis, with as many digits as it takes to tell them apart."""
    numbers = [n for value in values if (n := decimal(value)) is not None]
    texts: list[str] = []
    for digits in range(1, PLACES_MAX):
        if unit in ("share", "fraction"):
            texts = [f"{_fixed(n * 100, digits - 1)}%" for n in numbers]
        else:
            texts = measure_row(numbers, unit, currency, digits)
        if len(set(texts)) == len(set(numbers)):
            break
    return texts


def range_ends(runs: int) -> tuple[str, str]:
    """Return what the ends of a range over replications are: of few, P10 and P90 are the least and the largest."""
    return ("lowest", "highest") if runs < RUNS_FOR_P10 else ("P10", "P90")


def range_name(runs: int) -> str:
    """Return `P10–P90`; of few replications `lowest to highest`."""
    return " to ".join(range_ends(runs)) if runs < RUNS_FOR_P10 else "–".join(range_ends(runs))


def between(low: str, high: str) -> str:
    """Return a range with its unit once: `8.7–10.2 s`, `$98k–$149k`."""
    if low == high:
        return low
    for unit in (f" {name}" for *_, name in DURATIONS):
        if low.endswith(unit) and high.endswith(unit):
            return f"{low.removesuffix(unit)}–{high}"
    if low.endswith("%") and high.endswith("%"):
        return f"{low[:-1]}–{high}"
    return f"{low}–{high}"


def beside_limit(
    values: Sequence[Number | None], limit: Number | None, unit: str, currency: str = "USD"
) -> list[str]:
    """Return values with as many digits as it takes to tell each from a limit that it is not."""
    edge = decimal(limit)
    for digits in range(2 if unit not in ("money", currency) else 3, DIGITS_MAX + 1):
        texts = measure_row(values, unit, currency, digits)
        edge_text = measure_row([*values, limit], unit, currency, digits)[-1]
        alike = [
            n
            for v, text in zip(values, texts, strict=True)
            if (n := decimal(v)) is not None and text == edge_text and n != edge
        ]
        if not alike:
            break
    return texts


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _share_places(fraction: Decimal, digits: int) -> int:
    """How many places of a percentage show `digits` digits of the smaller part."""
    smaller = min(abs(fraction), abs(1 - fraction)) * 100
    if smaller == 0:
        return 0
    return max(0, min(4, digits - 1 - smaller.adjusted()))


def _duration_unit(number: Decimal) -> tuple[Decimal, Decimal, str]:
    if number == 0:
        return DURATIONS[3]
    return next(row for row in DURATIONS if abs(number) >= row[0])


def _scale_of(numbers: Sequence[Decimal | None], digits: int) -> tuple[Decimal, str, int]:
    """Return the divisor, its letter, and the places that show `digits` of the largest number."""
    largest = max((abs(n) for n in numbers if n is not None), default=Decimal(0))
    for scale, suffix in SCALES:
        if largest >= scale * Decimal("0.9995"):
            return scale, suffix, _places(max(largest / scale, Decimal(1)), digits)
    if largest == 0:
        return Decimal(1), "", 0
    if largest >= 100:
        return Decimal(1), "", _places(largest, digits)
    return Decimal(1), "", max(2, _places(largest, digits) - (largest < 1))


def _places(number: Decimal, digits: int) -> int:
    """Return the places after the point that show a number to so many significant digits."""
    return 0 if number == 0 else min(PLACES_MAX, max(0, digits - 1 - number.adjusted()))


def _bare(numbers: Sequence[Decimal], places: int) -> int:
    """Return the places that are left when zeros at the end of all numbers are cut."""
    while places and all(_fixed(n, places).endswith("0") for n in numbers):
        places -= 1
    return places


def _significant(number: Decimal, digits: int) -> str:
    return _fixed(number, _bare([number], _places(number, digits)))


def _fixed(number: Decimal, places: int) -> str:
    if abs(number) >= HUGE:
        return f"{number:.2e}".replace("-", MINUS)
    rounded = number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
    text = f"{abs(rounded):,.{places}f}"
    return f"{MINUS}{text}" if rounded < 0 else text


def _priced(text: str, suffix: str, currency: str) -> str:
    minus, digits = (MINUS, text[1:]) if text.startswith(MINUS) else ("", text)
    return f"{minus}{sign(currency)}{digits}{suffix}"
