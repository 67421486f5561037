"""Scenarios to begin with: commented, small enough to run in seconds, one file each."""

from __future__ import annotations

from importlib import resources

TEMPLATES = {
    "help_desk": "requests at a steady rate, one vendor; the least that is useful",
    "rollout": "people in phases, a search, a quota and a budget",
    "two_vendors": "a second vendor takes over in an outage; what retries cost",
}
"""Each with what it is for; the first word of its file's name is its name."""


def text_of(name: str) -> str:
    """Return a template's text."""
    return (resources.files(__package__) / f"{name}.yaml").read_text(encoding="utf-8")
