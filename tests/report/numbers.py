"""Numbers that a face shows, held against those of the summary: who is not found there is a stranger.

A shown number is known if some number of the summary, rounded by the formatter to the places shown, gives the
same digits. Amounts of money are held against the summary's amounts, shares and durations against its numbers.
"""

import re
from collections.abc import Iterable
from decimal import Decimal
from xml.etree import ElementTree

from sim.report import format as form

SCALES = {
    "k": "1e3", "M": "1e6", "B": "1e9", "%": "0.01", " µs": "1e-6", " ms": "1e-3", " s": "1", " min": "60",
    " h": "3600", " d": "86400",
}  # fmt: skip
NUMBER = re.compile(
    r"(?<![\w.,])(\$?)(\d+(?:,\d{3})*(?:\.\d+)?)(k|M|B|%| µs| ms| s| min| h| d)?(?![\w])"
)
NOT_FIGURES = re.compile(
    r"\b\d{4}-\d\d(?:-\d\d)?(?:T[\d:]*)?|\b\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4}(?:, \d\d:\d\d)?|"
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4}|week \d+, \d{4}|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
    r" (?:at )?\d\d:00|[<>]\d+%|[89] of 10|of at least 20 runs|in 30 days|older than 180 days|\d+…|\b[Pp](?:10|50|90|95)\b|worst \w+|100 %"
)
"""Dates, hours of the week, words of the method, and what a narrow screen has cut."""
RANGE = re.compile(r"(\$?\d[\d,.]*)–(\d[\d,.]*)(%| µs| ms| s| min| h| d)")
"""A range has its unit once."""
PLAIN = re.compile(r"-?\d+(\.\d+)?")
IN_UNITS = {"hours": 3600, "minutes_to_page_in_an_outage": 60, "short_minutes": 60}
"""Durations that the summary keeps in other units than seconds, as its keys say."""


def leaves(raw, key=""):
    """(key, leaf) of each leaf; the length of a list is a count under the list's key."""
    if isinstance(raw, dict):
        if raw.get("unit") == "1M tokens":
            yield "tokens", str(Decimal(raw["qty"] if "qty" in raw else raw["quantity"]) * 10**6)
        for name, value in raw.items():
            yield from leaves(value, name)
    elif isinstance(raw, list):
        yield key, len(raw)
        for value in raw:
            yield from leaves(value, key)
    elif raw is not None and not isinstance(raw, bool):
        yield key, raw


def _begins(line):
    return lambda words: words.startswith(line[:-1])


class Known:
    """The numbers of a summary, and what the formatter makes of them."""

    def __init__(self, summary) -> None:
        found = list(leaves(summary))
        self.lines = {" ".join(s.split()) for _, s in found if isinstance(s, str)}
        self.texts = {s for s in self.lines if not PLAIN.fullmatch(s)}
        self.texts = {s for s in self.texts if re.search(r"\d", s)}
        self.amounts = {
            abs(Decimal(s)) for _, s in found if isinstance(s, str) and PLAIN.fullmatch(s)
        }
        self.numbers = {
            abs(Decimal(repr(n))) * IN_UNITS.get(key, 1)
            for key, n in found
            if isinstance(n, int | float)
        }
        self._shown: dict[tuple[bool, str, int], set[str]] = {}

    def has(self, sign: str, digits: str, suffix: str) -> bool:
        places = len(digits.partition(".")[2])
        shown = self._as_shown(bool(sign), suffix, places)
        # A part of a table that foots is cut or raised to a whole step, so that the parts add up.
        return digits in shown or (sign and not suffix and digits in self._steps(places))

    def _as_shown(self, money: bool, suffix: str, places: int) -> set[str]:
        key = (money, suffix, places)
        if key not in self._shown:
            scale = Decimal(SCALES.get(suffix, "1"))
            exact = suffix == "%" or suffix.startswith(" ")
            values = (
                self.amounts if money else self.numbers if exact else self.numbers | self.amounts
            )
            self._shown[key] = {form._fixed(value / scale, places) for value in values}
        return self._shown[key]

    def _steps(self, places: int) -> set[str]:
        key = (True, "steps", places)
        if key not in self._shown:
            step = Decimal(1).scaleb(-places)
            floors = {value // step * step for value in self.amounts}
            self._shown[key] = {
                form._fixed(value + up, places) for value in floors for up in (0, step)
            }
        return self._shown[key]


def strangers(lines: Iterable[str], summary) -> list[str]:
    """Numbers in lines of text that the formatter makes of no number of the summary."""
    known = Known(summary)
    texts = sorted(known.texts, key=len, reverse=True)
    unknown = []
    for line in lines:
        if line in known.lines or (line.endswith("…") and any(map(_begins(line), known.lines))):
            continue
        bare = line
        for words in texts:
            if words in bare:
                bare = re.sub(rf"(?<![\w.,$]){re.escape(words)}(?!\w)", " ", bare)
        bare = RANGE.sub(r"\1\3 \2\3", NOT_FIGURES.sub(" ", bare))
        bare = re.sub(r"(\$[\d,.]+)(k|M|B)?–\$", r"\1\2 $", bare)
        unknown += [
            f"{sign}{digits}{suffix} in: {line}"
            for sign, digits, suffix in NUMBER.findall(bare)
            if not known.has(sign, digits, suffix)
        ]
    return unknown


def chart_lines(drawing) -> list[str]:
    """What a chart tells: its words, its values, and the text within its drawing but for the ticks of its axes."""
    words = drawing.words
    told = [mark.words for mark in drawing.marks]
    return [words.title, words.subtitle, words.description, *told, *_svg_texts(drawing.svg)]


def _svg_texts(svg: bytes) -> list[str]:
    found: list[str] = []

    def walk(node):
        if re.fullmatch(r"[xy]tick_\d+", node.get("id") or ""):
            return
        if node.tag.endswith("}text"):
            found.append(" ".join("".join(node.itertext()).split()))
        for child in node:
            walk(child)

    walk(ElementTree.fromstring(svg))
    return found
