"""Templates: what a planner would write, with `<names>` in it.

`<tokens_per_minute>` alone is the value itself; `<requests_per_minute> in 10s`, or `in <window>`, its share of that
stretch; in a longer text it is put in as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sim.errors import PlaceError, QuantityError
from sim.units import US_PER_SECOND, duration_us, shown, whole_number

US_PER_MINUTE = 60 * US_PER_SECOND
NAME = re.compile(r"<([a-z0-9_]+)>")
STRETCH = re.compile(r"<([a-z0-9_]+)> in (\d+\w+|<[a-z0-9_]+>)")


def placeholders(template: Any) -> set[str]:
    """The names that a template wants."""
    return {name for text in _texts(template) for name in NAME.findall(text)}


def filled(template: Any, values: Mapping[str, Any]) -> Any:
    """A template with its names filled in; PlaceError where a value is missing."""
    if isinstance(template, Mapping):
        return {_text(str(k), values): filled(item, values) for k, item in template.items()}
    if isinstance(template, list | tuple):
        return [filled(item, values) for item in template]
    if not isinstance(template, str):
        return template
    stretch = STRETCH.fullmatch(template)
    if stretch:
        return _in_stretch(stretch[1], stretch[2], values)
    alone = NAME.fullmatch(template)
    return _value(alone[1], values) if alone else _text(template, values)


def _in_stretch(name: str, stretch: str, values: Mapping[str, Any]) -> int:
    """A minute's share of a stretch of time; one at the least, since a stretch that lets nothing pass is no rate."""
    try:
        stretch_us = duration_us(filled(stretch, values))
    except QuantityError as error:
        raise PlaceError(f"{stretch}: {error}", (), error.code) from None
    return max(1, whole_number(_value(name, values)) * stretch_us // US_PER_MINUTE)


def _text(text: str, values: Mapping[str, Any]) -> str:
    return NAME.sub(lambda match: shown(_value(match[1], values)), text)


def _value(name: str, values: Mapping[str, Any]) -> Any:
    if name not in values:
        raise PlaceError(f"`{name}` is not known", (), "missing")
    return values[name]


def _texts(template: Any) -> Iterator[str]:
    if isinstance(template, Mapping):
        for key, item in template.items():
            yield str(key)
            yield from _texts(item)
    elif isinstance(template, list | tuple):
        for item in template:
            yield from _texts(item)
    elif isinstance(template, str):
        yield template
