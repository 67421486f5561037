"""A study as `summary.json`: the contract for scripts, and all that any face of the report reads."""

from sim.summary.build import Origin, summarise
from sim.summary.schema import SCHEMA, VERSION
from sim.summary.text import to_text

__all__ = ["SCHEMA", "VERSION", "Origin", "summarise", "to_text"]
