"""Incidents come when their history says: at busy hours, every week, or one by one from a list."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from vendors.test_facts import least

from sim import draws
from sim.errors import ScenarioError
from sim.plan import causes
from sim.plan.journey import journey_of
from sim.scenario.document import document_from_tree, load_document, validate
from sim.scenario.scenario import Scenario

CHAT = {"latency": {"total": "1s"}}
YEAR = {"start": "2027-01-01", "length": "1y", "timezone": "America/Chicago"}
HOUR_US = 3_600_000_000


def starts_of(incident: dict, horizon: dict, replications: int) -> list[datetime]:
    """When incidents start, in UTC."""
    tree = least(CHAT, incidents=[incident], horizon=horizon)
    scenario = validate(document_from_tree(tree), Scenario)
    calendar = scenario.horizon.calendar()
    first = datetime(2027, 1, 1, 6, tzinfo=UTC)
    found = []
    for number in range(replications):
        key = draws.purpose(0, number, "incident")
        for start, _, _ in causes.occurrences(scenario.incidents[0], key, calendar):
            found.append(first + timedelta(microseconds=start))
    return found


def test_incidents_of_openai_start_on_workdays_and_in_the_american_day():
    starts = starts_of({"endpoints": ["chat"], "from": "openai-api-2024"}, YEAR, 60)
    weekend = sum(start.weekday() >= 5 for start in starts) / len(starts)
    hours = Counter(start.hour for start in starts)
    assert weekend == pytest.approx(0.066, abs=0.012)  # 25 of 365 as found, 0.46 / 6.96 as weighed
    assert hours[19] / len(starts) == pytest.approx(38 / 356, abs=0.012)
    assert hours[10] / len(starts) == pytest.approx(3 / 356, abs=0.006)


def test_the_clock_of_busy_hours_changes_neither_the_number_nor_the_order_of_incidents():
    even = {"endpoints": ["chat"], "every": "30h", "lasts": "1h", "what": "outage"}
    timed = {**even, "starts": {"hours": [1] * 12 + [5] * 12, "weekdays": [1, 1, 1, 1, 1, 0, 0]}}
    plain, busy = starts_of(even, YEAR, 1), starts_of(timed, YEAR, 1)
    assert abs(len(plain) - len(busy)) <= 2
    assert busy == sorted(busy)


def test_a_years_rate_is_that_of_the_history():
    starts = starts_of({"endpoints": ["chat"], "from": "openai-api-2024"}, YEAR, 60)
    assert len(starts) / 60 / 365 * 30 == pytest.approx(8.9, rel=0.05)


def test_weekly_hours_come_every_week_and_pass_midnight():
    weekly = {"days": "sun", "hours": "23:00-01:30"}
    incident = {"endpoints": ["chat"], "weekly": weekly, "what": "slow x 2"}
    horizon = {"start": "2027-03-01", "length": "28d", "timezone": "America/Chicago"}
    tree = least(CHAT, incidents=[incident], horizon=horizon)
    scenario = validate(document_from_tree(tree), Scenario)
    calendar = scenario.horizon.calendar()
    found = list(causes.occurrences(scenario.incidents[0], 1, calendar))
    assert [round((end - start) / HOUR_US, 3) for start, end, _ in found] == [2.5] * 5
    # Sunday 28 February runs into the horizon; from 14 March on the clock is an hour ahead.
    assert [start // HOUR_US for start, _, _ in found] == [-1, 167, 334, 502, 670]


SCENARIO = """
schema: genai-rollout/v1
name: one
horizon: {start: 2027-07-01, length: 7d}
workloads:
  ask: {arrivals: {per_day: 40}, input_tokens: 10, output_tokens: 10, pipeline: one}
pipelines:
  one: [{stage: answer, call: chat}]
endpoints:
  chat: {latency: {total: 1s}}
incidents:
  - {name: last year, endpoints: [chat], list: outages.csv}
"""
ROWS = """at,lasts,what
2027-07-02T10:00,90min,errors 30%
3d,2h,outage
"""


def test_a_list_of_incidents_is_played_again_from_a_csv_file(tmp_path):
    (tmp_path / "one.yaml").write_text(SCENARIO)
    (tmp_path / "outages.csv").write_text(ROWS)
    document = load_document(str(tmp_path / "one.yaml"))
    scenario = validate(document, Scenario)
    found = list(causes.occurrences(scenario.incidents[0], 1, scenario.horizon.calendar()))
    assert [(start // HOUR_US, (end - start) / HOUR_US) for start, end, _ in found] == [
        (34, 1.5),
        (72, 2),
    ]
    assert [effect.outage for _, _, effect in found] == [False, True]
    replayed = journey_of(document_from_tree(document.tree), 0, 0)
    assert replayed.lowered.changes.time_us.tolist() == [
        instant * HOUR_US for instant in (34, 35.5, 72, 74)
    ]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ("at,lasts\n1d,1h\n", "needs the columns at, lasts, what"),
        ("at,lasts,what\n1d,1h\n", "this row has 2 cells"),
        ("at,lasts,what\n1d,1 hour,outage\n", "outages.csv:2"),
        ("at,lasts,what\n9d,1h,outage\n", "this is outside the horizon"),
    ],
)
def test_a_wrong_list_is_told_at_its_line(tmp_path, rows, sentence):
    (tmp_path / "one.yaml").write_text(SCENARIO)
    (tmp_path / "outages.csv").write_text(rows)
    with pytest.raises(ScenarioError) as caught:
        validate(load_document(str(tmp_path / "one.yaml")), Scenario)
    assert sentence in str(caught.value)


def test_a_list_stays_within_the_folder_above_the_scenarios_own(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "outages.csv").write_text(ROWS)
    text = SCENARIO.replace("outages.csv", "../../outages.csv")
    (tmp_path / "a" / "b" / "one.yaml").write_text(text)
    with pytest.raises(ScenarioError, match="within the folder above"):
        load_document(str(tmp_path / "a" / "b" / "one.yaml"))
