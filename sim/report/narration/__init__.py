"""One request in sentences: a line for each thing that happened to it, on the planner's own clock.

    print(narrate(Told(followed, "1234.2", …), screen))

A new event of the engines needs a row in `SENTENCES`; a test asks for it.
"""

from sim.report.narration.page import narrate
from sim.report.narration.sentences import SENTENCES
from sim.report.narration.words import Told

__all__ = ["SENTENCES", "Told", "narrate"]
