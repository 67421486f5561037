"""One request of one replication, followed through an engine: what happened to it, with tokens and money.

    session, turn = pick(source, play, "worst")     # or a number that is known
    followed = follow(source, play, session, turn)
    followed.moments                                # line by line, for a face to put into sentences

Knows of numbers only; sentences are the report's.
"""

from sim.follow.attempts import Attempt, Hold
from sim.follow.moments import Moment
from sim.follow.pick import PICKS, pick
from sim.follow.play import Play
from sim.follow.request import Followed, follow

__all__ = ["PICKS", "Attempt", "Followed", "Hold", "Moment", "Play", "follow", "pick"]
