"""What may hold an attempt back or turn it away: a vendor's limits, and the client's budget of retries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine.arithmetic import actual_amount, advice_us, slowed_ppm
from sim.engine.reference.plain import Endpoint, Limit, Result, Route
from sim.engine.reference.world import World
from sim.limits import LIMITS, SOFT_THRESHOLD, STATE_WIDTH
from sim.policies import breaker

if TYPE_CHECKING:
    from sim.engine.reference.attempts import Attempt


class Limiter:
    """One limit of a vendor: its rule, parameters and state, and what it will get back at this instant."""

    def __init__(self, place: int, row: list[int], world: World) -> None:
        self.place = place
        self.row = row
        self.world = world
        self.rule = LIMITS[row[Limit.KIND]]
        self.is_soft = row[Limit.KIND] == SOFT_THRESHOLD
        self.queues = row[Limit.QUEUES] == 1
        self.held_nodes: set[int] = set()
        """Nodes whose queue it may hold back."""
        self.parameters = row[Limit.PARAMETERS :]
        self.state = [0] * STATE_WIDTH
        self.reserved = 0
        self.actual = 0
        self.rule.start(self.parameters, self.state, world.now)

    def wait_us(self, attempt: Attempt) -> int:
        """How long an attempt would have to wait for it."""
        amount = attempt.reserved(self.row)
        luck = attempt.luck() if self.is_soft else 0
        return self.rule.wait_us(self.parameters, self.state, self.world.now, amount, luck)

    def advice_us(self, attempt: Attempt) -> int:
        """What it tells an attempt that it refuses about coming back."""
        return advice_us(self.row[Limit.ADVICE], self.wait_us(attempt))

    def actual_amount(self, attempt: Attempt, output_tokens: int) -> int:
        """What an attempt that ends really cost."""
        fresh = attempt.input_tokens - attempt.cached_tokens
        return actual_amount(self.row, Limit.COUNTS, fresh, attempt.cached_tokens, output_tokens)

    def could_pass(self, attempt: Attempt) -> bool:
        """Whether an attempt could ever pass it."""
        return self.rule.fits(self.parameters, attempt.reserved(self.row))

    def take(self, attempt: Attempt) -> None:
        """Let an attempt pass, perhaps more slowly."""
        amount = attempt.reserved(self.row)
        slow_ppm = self.rule.slow_ppm(self.parameters, self.state, self.world.now, amount)
        attempt.slow_ppm = slowed_ppm(attempt.slow_ppm, slow_ppm)
        self.rule.take(self.parameters, self.state, self.world.now, amount)

    def refuse(self, attempt: Attempt) -> None:
        """Hear of an attempt that was refused."""
        self.rule.refuse(self.parameters, self.state, self.world.now, attempt.reserved(self.row))

    def get_back(self, attempt: Attempt, actual: int) -> None:
        """An attempt that it let pass has ended or left."""
        self.reserved += attempt.reserved(self.row)
        self.actual += actual
        self.world.settle_later(self)

    def settle(self) -> None:
        """Settle what this instant gave back."""
        self.rule.settle(self.parameters, self.state, self.world.now, self.reserved, self.actual)
        self.reserved = 0
        self.actual = 0

    def settle_unused(self, attempt: Attempt) -> None:
        """Settle at once what an attempt had reserved that is turned away."""
        reserved = attempt.reserved(self.row)
        self.rule.settle(self.parameters, self.state, self.world.now, reserved, 0)

    def retune(self) -> None:
        """Go over to the parameters that now stand in the plan, if they changed."""
        new = self.row[Limit.PARAMETERS :]
        if new != self.parameters:
            self.rule.retune(self.parameters, new, self.state, self.world.now)
            self.parameters = new


class Breaker:
    """A router's breaker at one place of a route, and what it will hear at the end of this instant."""

    def __init__(self, route: list[int], world: World) -> None:
        self.route = route
        self.world = world
        self.state = [0] * breaker.STATE_WIDTH
        self.good = self.bad = self.advice_us = 0

    def admit(self) -> int:
        """The generation that a call passes in; -1: it does not."""
        return breaker.admit(self.route[Route.OPENS_AFTER :], self.state, self.world.now)

    def report(self, generation: int, *, good: int = 0, bad: int = 0, advice_us: int = 0) -> None:
        """A call leaves the endpoint."""
        if generation == self.state[breaker.GENERATION]:
            self.good += good
            self.bad += bad
            self.advice_us = max(self.advice_us, advice_us)
            self.world.hear_later(self)

    def hear(self) -> None:
        """Hear what this instant brought."""
        p = self.route[Route.OPENS_AFTER :]
        breaker.hear(p, self.state, self.world.now, self.good, self.bad, self.advice_us)
        self.good = self.bad = self.advice_us = 0


class Client:
    """What all clients of an endpoint share: their budget of retries."""

    def __init__(self, row: list[int]) -> None:
        self.row = row
        self.budget_ppm = row[Endpoint.BUDGET_CAP_PPM]

    def allows(self, is_retry: bool, failure: int) -> bool:
        """Whether an attempt may be sent: a retry takes from the budget, a first attempt adds its share."""
        share_ppm = self.row[Endpoint.BUDGET_PPM]
        if share_ppm < 0:
            return True
        if not is_retry:
            self._gain(share_ppm)
            return True
        if self.budget_ppm < self._cost_ppm(failure):
            return False
        self.budget_ppm -= self._cost_ppm(failure)
        return True

    def hears_answer(self, is_retry: bool, failure: int) -> None:
        """An answer was heard: to a retry, which may put back what it took, or to a first attempt."""
        if self.row[Endpoint.BUDGET_PPM] < 0:
            return
        if not is_retry:
            self._gain(self.row[Endpoint.BUDGET_SUCCESS_PPM])
        elif self.row[Endpoint.BUDGET_REFUNDS]:
            self._gain(self._cost_ppm(failure))

    def _gain(self, gain_ppm: int) -> None:
        self.budget_ppm = min(self.row[Endpoint.BUDGET_CAP_PPM], self.budget_ppm + gain_ppm)

    def _cost_ppm(self, failure: int) -> int:
        """What a retry costs after a failure."""
        refused = failure == Result.REFUSED
        return self.row[Endpoint.BUDGET_TAKES_REFUSED_PPM if refused else Endpoint.BUDGET_TAKES_PPM]
