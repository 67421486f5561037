"""The path grammar: how a place in a scenario is written, read and found.

`rollout.phases[1].users` is the tuple `("rollout", "phases", 1, "users")`. A key that itself holds
dots or brackets is quoted: `changes["endpoints.chat.quota"]`. In a list of named things the name
may stand for the number: `rollout.phases.midwest.users`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence

from sim.errors import QuantityError

Path = tuple[str | int, ...]

NAME_KEYS = ("name", "stage")
"""The keys by which an item of a list may be addressed."""

_PART = re.compile(r'\.?(?:\["((?:[^"\\]|\\.)*)"\]|\[(\d{1,6})\]|([^.\[\]"]+))')
_PLAIN_KEY = re.compile(r'[^.\[\]"=]+')


def path_text(path: Sequence[str | int]) -> str:
    """Write a path as a planner would."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _PLAIN_KEY.fullmatch(part):
            text += f".{part}" if text else part
        else:
            escaped = part.replace("\\", "\\\\").replace('"', '\\"')
            text += f'["{escaped}"]'
    return text


def parse_path(text: str) -> Path:
    """Read a path; raises `QuantityError` where the grammar is broken."""
    parts: list[str | int] = []
    position = 0
    while position < len(text):
        match = _PART.match(text, position)
        if not match or (position == 0) == match[0].startswith("."):
            if match and position and (match[1] is not None or match[2] is not None):
                pass
            else:
                raise _bad_path(text)
        quoted, index, key = match.groups()
        parts.append(_part(quoted, index, key))
        position = match.end()
    if not parts:
        raise _bad_path(text)
    return tuple(parts)


def nearest(word: str, words: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Return the word most like a misspelt one, or None when nothing is close."""
    choices = {other.casefold(): other for other in words}
    match = difflib.get_close_matches(word[:100].casefold(), choices, n=1, cutoff=cutoff)
    return choices[match[0]] if match else None


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """Return `; did you mean "x"?`, or what is allowed when few words are, or nothing."""
    known = sorted(set(words))
    best = nearest(word, known)
    if best is not None:
        return f'; did you mean "{best}"?'
    return f"; known here: {', '.join(known)}" if 0 < len(known) <= 12 else ""


def _part(quoted: str | None, index: str | None, key: str | None) -> str | int:
    if quoted is not None:
        return re.sub(r"\\(.)", r"\1", quoted)
    if index is not None:
        return int(index)
    assert key is not None
    return key


def _bad_path(text: str) -> QuantityError:
    message = f'"{text[:60]}" is not a path; write e.g. rollout.phases[1].users'
    return QuantityError(message, "path")
