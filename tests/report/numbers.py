"""Numbers that a face shows, held against those of the summary: who is not found there is a stranger."""

import re
from collections.abc import Iterable
from decimal import Decimal

SCALES = {
    "k": 1e3, "M": 1e6, "B": 1e9, "%": 0.01, " µs": 1e-6, " ms": 1e-3, " s": 1, " min": 60, " h": 3600, " d": 86_400,
}  # fmt: skip
NUMBER = re.compile(r"(?<![\w.,])(\d[\d,]*(?:\.\d+)?)(k|M|B|%| µs| ms| s| min| h| d)?(?![\w])")
NOT_FIGURES = re.compile(
    r"\b\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4}(?:, \d\d:\d\d)?|"
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4}|week \d+, \d{4}|"
    r"[<>]\d+%|[89] of 10|of at least 20 runs|in 30 days|\b[Pp](?:10|50|90|95)\b|worst \w+|100 %"
)
"""Dates, and words of the method."""
RANGE = re.compile(r"(\d[\d,.]*)–(\d[\d,.]*)(%| µs| ms| s| min| h| d)")
"""A range has its unit once."""


def leaves(raw):
    if isinstance(raw, dict):
        for value in raw.values():
            yield from leaves(value)
    elif isinstance(raw, list):
        yield len(raw)
        for value in raw:
            yield from leaves(value)
    elif raw is not None and not isinstance(raw, bool):
        yield raw


def numbers_of(summary) -> list[float]:
    found = []
    for leaf in leaves(summary):
        if isinstance(leaf, int | float) or re.fullmatch(r"-?\d+(\.\d+)?", leaf):
            found.append(float(leaf))
    return found


def strangers(lines: Iterable[str], summary) -> list[str]:
    """Numbers in lines of text that no number of the summary rounds to."""
    texts = sorted(
        {s for s in leaves(summary) if isinstance(s, str) and re.search(r"\d", s)}, key=len
    )
    known, unknown = numbers_of(summary), []
    for line in lines:
        if line in texts:
            continue
        bare = RANGE.sub(r"\1\3 \2\3", NOT_FIGURES.sub(" ", line))
        for words in reversed(texts):
            bare = bare.replace(words, " ") if len(words) > 2 else bare
        for digits, suffix in NUMBER.findall(bare):
            if not _is_known(digits, suffix, known):
                unknown.append(f"{digits}{suffix} in: {line}")
    return unknown


def _is_known(digits: str, suffix: str, known: list[float]) -> bool:
    number = Decimal(digits.replace(",", ""))
    # A whole amount in a table that foots may be a unit or two off: its parts carry the rounding.
    half = 0.501 * 10.0 ** -len(digits.partition(".")[2]) if "." in digits or suffix else 2.5
    scale = SCALES.get(suffix, 1.0)
    shown = float(number) * scale
    return any(
        abs(shown - abs(value) * times) <= half * scale for value in known for times in (1, 1e6, 60)
    )
