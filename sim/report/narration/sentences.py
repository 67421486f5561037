"""A sentence for each kind of line in a trace. The registry is `SENTENCES`, at the end."""

from __future__ import annotations

from collections.abc import Callable

from sim.follow import Moment
from sim.outcome import Event, Row
from sim.plan.columns import Result, Status, Step, StepKind, Workload
from sim.report import format as form
from sim.report.narration.words import (
    RESULTS,
    STATUSES,
    Told,
    listed,
    span,
    tokens,
    tokens_of,
)

Sentence = Callable[[Told, Moment], str]
"""What a moment means; empty where it adds nothing to the line before."""
MILLION = 1_000_000
QUIET_STEPS = (StepKind.END, StepKind.CHANCE, StepKind.DETACH)
"""Steps of which other lines tell, or that take no time and send nobody away."""


def _arrives(told: Told, moment: Moment) -> str:
    row, workload = told.followed.row, told.followed.workload
    name = form.label(told.followed.names.workloads[moment.where], 40)
    deadline = workload[Workload.DEADLINE_US]
    answer = row[Row.OUTPUT_TOKENS]
    said = [
        *([f"{tokens(moment.value)} in"] if moment.value else []),
        *([f"an answer of {tokens(answer)} to come"] if answer else []),
        *([f"the deadline is {span(deadline)}"] if deadline >= 0 else []),
    ]
    return f"a request of {name} arrives{': ' if said else ''}{', '.join(said)}"


def _comes_to(told: Told, moment: Moment) -> str:
    kind = told.followed.steps[moment.where, Step.KIND]
    if kind in QUIET_STEPS:
        return ""
    lap = f", lap {moment.value + 1}" if moment.value else ""
    verb = {StepKind.FORK: "forks", StepKind.BLOCK: "a policy says no"}.get(
        StepKind(kind), "begins"
    )
    return f"{told.step(moment.where)}: {verb}{lap}"


def _joins(told: Told, moment: Moment) -> str:
    attempt = moment.attempt
    assert attempt is not None
    name = told.endpoint(moment.where)
    if told.is_station(moment.where):
        again = f", attempt {attempt.in_call}" if attempt.in_call > 1 else ""
        return f"comes to {name}{again}"
    held = [
        f"{form.count(hold.amount)} of {told.limit(hold.limit, moment.where)}"
        for hold in attempt.holds
    ]
    reserved = f"; reserves {listed(held)}" if held else ""
    return f"attempt {attempt.in_call} at {name}: {tokens_of(attempt)}{reserved}"


def _starts(told: Told, moment: Moment) -> str:
    attempt = moment.attempt
    assert attempt is not None
    waited = moment.at_us - attempt.queued_us
    queue = f"after {span(waited)} in {told.queue(moment.where)}" if waited else "at once"
    if told.is_station(moment.where):
        return f"{told.endpoint(moment.where)} begins {queue}"
    return f"sent to {told.endpoint(moment.where)} {queue}" if waited else ""


def _slowed(told: Told, moment: Moment) -> str:
    times = form.count(moment.value / MILLION)
    return f"beyond a limit of {told.endpoint(moment.where)} that slows: all times are x {times}"


def _cold(told: Told, moment: Moment) -> str:
    return f"cold start: {told.endpoint(moment.where)} is ready in {span(moment.value)}"


def _refused(told: Told, moment: Moment) -> str:
    limit = told.limit(moment.value, moment.where)
    silent = moment.attempt is not None and not moment.attempt.advice_us
    advice = ", without a retry-after" if silent else ""
    waited = moment.at_us - moment.attempt.queued_us if moment.attempt else 0
    queue = f", sent after {span(waited)} in {told.queue(moment.where)}" if waited else ""
    return f"429 from {told.endpoint(moment.where)}{queue}: its limit {limit} refuses{advice}"


def _advised(told: Told, moment: Moment) -> str:
    return f"retry-after: {span(moment.value)}"


def _full(told: Told, moment: Moment) -> str:
    return f"turned away from {told.endpoint(moment.where)}: its queue is full"


def _leaves(told: Told, moment: Moment) -> str:
    attempt = moment.attempt
    assert attempt is not None
    waited = span(moment.at_us - attempt.queued_us)
    return f"leaves the queue of {told.endpoint(moment.where)} unserved after {waited}"


def _returned(told: Told, moment: Moment) -> str:
    return (
        f"back to the queue of {told.endpoint(moment.where)}, which has fewer servers now; "
        f"{span(moment.value)} of work is left"
    )


def _no_budget(told: Told, moment: Moment) -> str:
    return f"no retry at {told.endpoint(moment.where)}: the client's retry budget is used up"


def _ended(told: Told, moment: Moment) -> str:
    attempt = moment.attempt
    assert attempt is not None
    name, served = told.endpoint(moment.where), span(attempt.served_us)
    cost = f"; {told.money(attempt.cost)}" if attempt.bill else ""
    nobody = "" if attempt.wanted else ", for nobody"
    if moment.value != Result.OK:
        return f"{name}: {told.result(moment.value, moment.where)} after {served}{nobody}{cost}"
    if told.is_station(moment.where):
        return f"{name} is done after {served}{nobody}{cost}"
    out = f": {tokens(attempt.output_tokens)} out" if attempt.output_tokens else ""
    return f"{name} answers after {served}{nobody}{out}{cost}"


def _timed_out(told: Told, moment: Moment) -> str:
    attempt = moment.attempt
    waited = f" after {span(moment.at_us - attempt.joined_us)}" if attempt else ""
    left = "; it goes on for nobody" if attempt and attempt.ends_us > moment.at_us else ""
    return f"time-out: the client gives up {told.endpoint(moment.where)}{waited}{left}"


def _retries(told: Told, moment: Moment) -> str:
    return f"back-off: tries {told.endpoint(moment.where)} again in {span(moment.value)}"


def _falls_back(told: Told, moment: Moment) -> str:
    return f"the router goes on to {told.endpoint(moment.where)}"


def _too_slow(told: Told, moment: Moment) -> str:
    return f"{told.step(moment.where)} is too slow: goes on without it"


def _enough(told: Told, moment: Moment) -> str:
    return f"{told.step(moment.where)}: {moment.value} did well, goes on without the others"


def _failed(told: Told, moment: Moment) -> str:
    optional = told.followed.steps[moment.where, Step.OPTIONAL]
    onward = "; goes on without it" if optional else ""
    return f"{told.step(moment.where)} has failed: {RESULTS[Result(moment.value)]}{onward}"


def _gives_up(told: Told, moment: Moment) -> str:
    waited = span(moment.at_us - told.followed.row[Row.ARRIVED_US])
    return f"the person's patience ends after {waited}"


def _ends(told: Told, moment: Moment) -> str:
    what = "the job" if moment.job else "the request"
    return f"{what} ends: {STATUSES[Status(moment.value)]}"


def _detaches(told: Told, moment: Moment) -> str:
    return f"{told.step(moment.where)}: a job of its own, nobody waits for it"


def _thinks(told: Told, moment: Moment) -> str:
    session, turn = told.followed.row[Row.SESSION], told.followed.row[Row.TURN]
    return f"the next turn, {session}.{turn + 1}, comes {span(moment.value)} later"


def _open(told: Told, moment: Moment) -> str:
    return f"not sent: the router's breaker for {told.endpoint(moment.where)} is open"


def _unknown(told: Told, moment: Moment) -> str:
    """What an engine tells that nobody has put into words yet, as it stands."""
    name = Event(moment.event).name if moment.event in list(Event) else f"event {moment.event}"
    return f"{name} (where {moment.where}, value {moment.value})"


SENTENCES: dict[Event, Sentence] = {
    Event.ARRIVE: _arrives,
    Event.STEP: _comes_to,
    Event.JOIN: _joins,
    Event.START: _starts,
    Event.REFUSED: _refused,
    Event.FULL: _full,
    Event.LEFT: _leaves,
    Event.RETURNED: _returned,
    Event.NO_BUDGET: _no_budget,
    Event.ENDED: _ended,
    Event.TIMEOUT: _timed_out,
    Event.RETRY: _retries,
    Event.FALLBACK: _falls_back,
    Event.SLOWER: _too_slow,
    Event.ENOUGH: _enough,
    Event.FAILED: _failed,
    Event.GAVE_UP: _gives_up,
    Event.END: _ends,
    Event.DETACH: _detaches,
    Event.NEXT_TURN: _thinks,
    Event.OPEN: _open,
    Event.ADVICE: _advised,
    Event.SLOWED: _slowed,
    Event.COLD: _cold,
}


def sentence(told: Told, moment: Moment) -> str:
    """A moment in words."""
    known = {int(event): words for event, words in SENTENCES.items()}
    return known.get(moment.event, _unknown)(told, moment)
