"""Faults that somebody might make, each a change of a few lines of the package, and the test that notices."""

from __future__ import annotations

from dataclasses import dataclass

REFERENCE = "engine/reference/"
COMPILED = "engine/compiled/"


@dataclass(frozen=True)
class Mutant:
    """Old lines to new lines in one file below `sim/`, and the test below `tests/spec/` that must fail."""

    name: str
    file: str
    old: str
    new: str
    killed_by: str
    fast: bool = False
    """Tried in every run of the tests."""


MUTANTS = (
    Mutant(
        "an adaptive client does not hear refusals",
        "limits/adaptive.py",
        "    for _ in range(reserved - actual):",
        "    for _ in range(0):",
        "test_adaptive.py::test_after_one_there_is_one_attempt_in_two_seconds_where_little_comes_back[reference]",
    ),
    Mutant(
        "a vendor refuses what its client still holds back",
        REFERENCE + "nodes.py",
        "if self.row[Column.SERVERS] >= 0 and not self.is_sent(attempt, held_by=[]):",
        "if not self.is_sent(attempt, held_by=[]):",
        "test_sending.py::test_who_waits_for_a_clients_limit_is_refused_only_when_it_is_sent[reference]",
        fast=True,
    ),
    Mutant(
        "a client's limit lets go of a refused attempt at once, compiled",
        COMPILED + "starting.py",
        "    m[attempt + A.STATE] = At.HELD",
        "    m[attempt + A.STATE] = At.RETURNING",
        "test_sending.py::test_a_clients_limit_holds_a_refused_one_until_its_refusal_comes_back[compiled]",
    ),
    Mutant(
        "who leaves unsent gives back to the vendor's limits",
        REFERENCE + "nodes.py",
        "            if attempt.started if limiter.queues else attempt.is_sent:",
        "            if attempt.started or not limiter.queues:",
        "test_sending.py::test_who_is_turned_away_or_leaves_unsent_gives_nothing_back_to_the_vendor[reference]",
    ),
    Mutant(
        "an attempt that goes on begins again",
        COMPILED + "starting.py",
        "        lasts = m[attempt + A.LEFT_US]\n",
        "        lasts = m[attempt + A.LEFT_US]\n        count_begun(m, attempt, now)\n",
        "test_days.py::test_an_attempt_that_went_back_to_the_queue_begins_once[compiled]",
    ),
    Mutant(
        "a tie at the door by insertion, not by order",
        REFERENCE + "nodes.py",
        "newcomers = sorted(self.newcomers, key=lambda attempt: attempt.order)",
        "newcomers = list(self.newcomers)",
        "test_extremes.py::test_at_the_door_too_the_order_is_that_of_sessions[reference]",
    ),
    Mutant(
        "a tie in the queue by insertion, not by order",
        REFERENCE + "nodes.py",
        "        attempt.place = WAITING\n        insort(self.queue, (attempt.order, attempt))",
        "        attempt.place = WAITING\n        self.queue.append((attempt.order, attempt))",
        "test_limits.py::test_who_stood_behind_one_that_was_turned_away_is_looked_at_in_the_same_instant[reference]",
    ),
    Mutant(
        "a tie by insertion, compiled",
        COMPILED + "calls.py",
        "    while place != NONE and joins_before(m, attempt, place):",
        "    while False:",
        "test_extremes.py::test_who_joins_together_stands_in_order_of_session_whoever_set_out_first[compiled]",
        fast=True,
    ),
    Mutant(
        "nodes start in reverse order",
        REFERENCE + "world.py",
        "for node in sorted(self._looks):",
        "for node in sorted(self._looks, reverse=True):",
        "test_extremes.py::test_of_two_nodes_with_one_limit_the_first_of_the_plan_starts_first[reference]",
    ),
    Mutant(
        "a bucket's wait rounds down",
        "limits/token_bucket.py",
        "    return -(-short // p[RATE])",
        "    return short // p[RATE]",
        "test_extremes.py::test_a_bucket_that_was_idle_for_a_year_admits_its_cap_and_no_more[reference]",
        fast=True,
    ),
    Mutant(
        "a bucket is one deeper",
        "limits/token_bucket.py",
        "    full = p[CAP] * MINUTE_US",
        "    full = (p[CAP] + 1) * MINUTE_US",
        "test_extremes.py::test_a_bucket_that_was_idle_for_a_year_admits_its_cap_and_no_more[reference]",
    ),
    Mutant(
        "a bucket starts empty",
        "limits/token_bucket.py",
        "    s[LEVEL] = p[CAP] * MINUTE_US\n    s[LAST] = now",
        "    s[LEVEL] = 0\n    s[LAST] = now",
        "test_extremes.py::test_a_bucket_that_was_idle_for_a_year_admits_its_cap_and_no_more[reference]",
        fast=True,
    ),
    Mutant(
        "a bucket's refill is not clamped to the cap",
        "limits/token_bucket.py",
        "    return min(full, s[LEVEL] + min(now - s[LAST], to_full_us) * p[RATE])",
        "    return s[LEVEL] + (now - s[LAST]) * p[RATE]",
        "test_extremes.py::test_a_bucket_that_was_idle_for_a_year_admits_its_cap_and_no_more[reference]",
    ),
    Mutant(
        "one retry too many",
        REFERENCE + "calls.py",
        "if 0 <= columns[Endpoint.RETRIES] <= retries:",
        "if 0 <= columns[Endpoint.RETRIES] < retries:",
        "test_clients.py::test_an_error_that_is_not_retried_is_the_requests_end[reference]",
        fast=True,
    ),
    Mutant(
        "jitter is missing",
        "engine/arithmetic.py",
        "    return max(1, least_us + whole((wait - least_us) * factor))",
        "    return max(1, wait)",
        "test_clients.py::test_a_back_off_is_stretched_by_its_factor[reference]",
    ),
    Mutant(
        "eleven servers, not ten",
        REFERENCE + "nodes.py",
        "while self.queue and (servers < 0 or len(self.served) < servers):",
        "while self.queue and (servers < 0 or len(self.served) < servers + 1):",
        "test_changes.py::test_more_servers_start_who_waits_at_once[reference]",
        fast=True,
    ),
    Mutant(
        "eleven servers, not ten, compiled",
        COMPILED + "starting.py",
        "        if servers >= 0 and m[node + N.BUSY] >= servers:",
        "        if servers >= 0 and m[node + N.BUSY] > servers:",
        "test_changes.py::test_more_servers_start_who_waits_at_once[compiled]",
    ),
    Mutant(
        "a queue holds one more",
        REFERENCE + "nodes.py",
        "            if len(self.queue) <= self.row[Column.QUEUE_LIMIT]:",
        "            if len(self.queue) <= self.row[Column.QUEUE_LIMIT] + 1:",
        "test_changes.py::test_work_that_went_back_has_no_patience_and_is_not_turned_away[reference]",
    ),
    Mutant(
        "a queue holds one more, compiled",
        COMPILED + "starting.py",
        "    most = m[node + Node.QUEUE_LIMIT]",
        "    most = m[node + Node.QUEUE_LIMIT] + 1",
        "test_changes.py::test_work_that_went_back_has_no_patience_and_is_not_turned_away[compiled]",
    ),
    Mutant(
        "last in, first out",
        REFERENCE + "nodes.py",
        "            attempt = self.queue[0][1]",
        "            self.queue.insert(0, self.queue.pop())\n            attempt = self.queue[0][1]",
        "test_branches.py::test_steps_at_one_node_start_in_order_of_branch[reference]",
        fast=True,
    ),
    Mutant(
        "services half a per cent longer",
        "engine/arithmetic.py",
        "    return max(1, whole(value) * slow_ppm // MILLION)",
        "    return max(1, whole(value * 1.005) * slow_ppm // MILLION)",
        "test_days.py::test_time_is_split_at_the_hours_of_the_day[reference]",
    ),
    Mutant(
        "time-outs before finishes",
        REFERENCE + "world.py",
        "FINISH = 2\nTIMEOUT = 3",
        "FINISH = 3\nTIMEOUT = 2",
        "test_clients.py::test_a_time_out_exactly_at_completion_is_completion[reference-3-OK-3]",
    ),
    Mutant(
        "changes before joins",
        REFERENCE + "world.py",
        "CHANGE = 2_001",
        "CHANGE = 1_001",
        "test_changes.py::test_who_arrives_as_a_phase_begins_is_of_the_phase_before[reference]",
    ),
    Mutant(
        "time-outs before finishes, compiled",
        COMPILED + "codes.py",
        "    FINISH = 0\n    TIMEOUT = 1",
        "    FINISH = 1\n    TIMEOUT = 0",
        "test_clients.py::test_a_time_out_of_one_who_waited_exactly_at_completion_is_completion[compiled]",
    ),
    Mutant(
        "settling is skipped",
        "limits/concurrency.py",
        "    s[HELD] -= reserved",
        "    s[HELD] -= 0",
        "test_limits.py::test_a_place_of_a_concurrency_limit_is_free_as_its_holder_ends[reference]",
    ),
    Mutant(
        "who is turned away gives nothing back",
        REFERENCE + "nodes.py",
        "                limiter.settle_unused(attempt)",
        "                pass",
        "test_limits.py::test_who_is_full_gives_its_place_back_at_once[reference]",
    ),
    Mutant(
        "the person's patience is ignored",
        REFERENCE + "branches.py",
        "        if self.workload[Workload.PATIENCE_LAW] >= 0:",
        "        if False:",
        "test_branches.py::test_who_gives_up_leaves_detached_jobs_alone[reference]",
    ),
    Mutant(
        "patience in the queue is ignored, compiled",
        COMPILED + "starting.py",
        "            law = m[node + Node.PATIENCE_LAW]\n            if law >= 0:",
        "            law = m[node + Node.PATIENCE_LAW]\n            if False:",
        "test_limits.py::test_who_leaves_the_queue_gives_its_place_back[compiled]",
    ),
    Mutant(
        "a window opens 1 µs late",
        "limits/fixed_window.py",
        "    return p[WINDOW_US] - now % p[WINDOW_US]",
        "    return p[WINDOW_US] - now % p[WINDOW_US] + 1",
        "test_changes.py::test_a_time_out_of_work_that_was_not_sent_starts_with_it_even_if_servers_came_meanwhile[reference]",
    ),
    Mutant(
        "the retry budget is never spent",
        REFERENCE + "limiters.py",
        "        self.budget_ppm -= self._cost_ppm(failure)",
        "        self.budget_ppm -= 0",
        "test_clients.py::test_a_retry_needs_one_of_the_budget[reference]",
    ),
    Mutant(
        "the vendor's advice is not heard",
        REFERENCE + "attempts.py",
        "    advice_us = attempt.advice_us if refused else 0",
        "    advice_us = 0",
        "test_clients.py::test_followed_advice_lets_the_retry_pass[reference]",
    ),
    Mutant(
        "a minute counter forgets what it refused",
        "limits/minute_counter.py",
        '    """A refused attempt counts as well."""\n'
        "    s[USED] = min(USED_MAX, used_at(p, s, now) + min(USED_MAX, amount))",
        '    """A refused attempt counts as well."""\n    s[USED] = used_at(p, s, now)',
        "test_vendor_limits.py::test_a_minute_counter_charges_what_it_refuses[reference]",
        fast=True,
    ),
    Mutant(
        "a leaky bucket adds before it checks",
        "limits/leaky_bucket.py",
        "    over = level_at(p, s, now) - p[FULL] * MINUTE_US",
        "    over = level_at(p, s, now) + (amount - p[FULL]) * MINUTE_US",
        "test_vendor_limits.py::test_a_ptu_worked_by_hand[reference]",
        fast=True,
    ),
    Mutant(
        "a leaky bucket keeps what was estimated too high",
        "limits/leaky_bucket.py",
        "    s[LEVEL] = poured(level_at(p, s, now), actual - reserved)",
        "    s[LEVEL] = level_at(p, s, now)",
        "test_vendor_limits.py::test_a_ptu_takes_back_what_was_estimated_too_high[reference]",
    ),
    Mutant(
        "a bucket does not settle",
        "limits/token_bucket.py",
        "    if p[SETTLES] == 1:",
        "    if False:",
        "test_vendor_limits.py::test_a_settling_bucket_gets_back_what_was_not_written[reference]",
    ),
    Mutant(
        "a bucket that settles does not hear of an attempt's end",
        "limits/token_bucket.py",
        "    return p[SETTLES] == 1",
        "    return False",
        "test_vendor_limits.py::test_a_settling_bucket_gets_back_what_was_not_written[compiled]",
    ),
    Mutant(
        "advice in seconds rounds down",
        "engine/arithmetic.py",
        "        return -(-wait_us // MILLION) * MILLION",
        "        return wait_us // MILLION * MILLION",
        "test_vendor_limits.py::test_advice_comes_as_the_vendor_sends_it[reference]",
        fast=True,
    ),
    Mutant(
        "a part of a unit is free",
        "engine/arithmetic.py",
        "    return -(-(cells[reserves] + tokens_ppm) // MILLION)",
        "    return (cells[reserves] + tokens_ppm) // MILLION",
        "test_vendor_limits.py::test_a_part_of_a_unit_counts_as_one[reference]",
    ),
    Mutant(
        "a limit slows by what is left after it was taken",
        REFERENCE + "limiters.py",
        "        slow_ppm = self.rule.slow_ppm(",
        "        self.rule.take(self.parameters, self.state, self.world.now, amount)\n        slow_ppm = self.rule.slow_ppm(",
        "test_vendor_limits.py::test_beyond_a_quota_all_pass_and_are_slower_until_its_reset[reference]",
    ),
    Mutant(
        "of two limits that slow the last one counts",
        COMPILED + "limiting.py",
        "slowed_ppm(m[attempt + A.SLOW_PPM], slow_ppm)",
        "slow_ppm",
        "test_vendor_limits.py::test_slow_limits_and_a_slow_endpoint_multiply_for_first_token_and_answer[compiled]",
    ),
    Mutant(
        "beyond a threshold all take something out",
        "limits/soft_threshold.py",
        "    if is_below(p, s, now, amount):\n        level -=",
        "    if True:\n        level -=",
        "test_vendor_limits.py::test_beyond_a_soft_threshold_an_attempt_may_be_slower[reference]",
        fast=True,
    ),
    Mutant(
        "what was filtered counts as an error",
        COMPILED + "kernel.py",
        "        is_error = result == Result.ERROR",
        "        is_error = True",
        "test_filters.py::test_what_was_filtered_is_counted_apart_with_its_input_and_that_of_long_prompts[compiled]",
    ),
    Mutant(
        "the filter comes before the error",
        REFERENCE + "nodes.py",
        "        if attempt.chance(endpoint[Endpoint.ERROR_CHANCE], Draw.ERROR):",
        "        if not endpoint[Endpoint.FILTER_CHANCE] and attempt.chance(endpoint[Endpoint.ERROR_CHANCE], Draw.ERROR):",
        "test_filters.py::test_an_error_comes_before_the_filter_and_a_share_is_a_share[reference]",
    ),
    Mutant(
        "a breaker never half-opens",
        "policies/breaker.py",
        "    if s[STATE] != CLOSED and now >= s[UNTIL]:",
        "    if False:",
        "test_breakers.py::test_a_probe_that_does_well_closes_it[reference]",
        fast=True,
    ),
    Mutant(
        "a half-open breaker lets everyone through",
        "policies/breaker.py",
        "        if s[PROBED] >= p[PROBES]:",
        "        if False:",
        "test_breakers.py::test_a_probe_that_does_well_closes_it[reference]",
    ),
    Mutant(
        "one good probe is enough",
        "policies/breaker.py",
        "        if s[WELL] >= p[PROBES]:",
        "        if s[WELL] >= 1:",
        "test_breakers.py::test_all_probes_must_do_well[reference]",
    ),
    Mutant(
        "a breaker hears who set out before it opened",
        REFERENCE + "limiters.py",
        "        if generation == self.state[breaker.GENERATION]:",
        "        if True:",
        "test_breakers.py::test_who_set_out_before_it_opened_is_not_heard[reference]",
    ),
    Mutant(
        "a breaker hears who set out before it opened, compiled",
        COMPILED + "breaking.py",
        "    if found == NONE or m[branch + B.GENERATION] != m[found + GENERATION]:",
        "    if found == NONE:",
        "test_breakers.py::test_who_set_out_before_it_opened_is_not_heard[compiled]",
    ),
)
