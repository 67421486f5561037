"""Latency, availability, saturation and blame: what is kept of the outcomes; knows no prices."""

from sim.measure.layout import OVERDUE, Layout
from sim.measure.measures import BAD, ENDINGS, GOOD, Measures, Sum
from sim.measure.tally import Tally

__all__ = ["BAD", "ENDINGS", "GOOD", "OVERDUE", "Layout", "Measures", "Sum", "Tally"]
