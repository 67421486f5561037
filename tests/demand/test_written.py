"""What a planner may write about demand, and the sentence for each way to miswrite it."""

from datetime import date, datetime
from types import SimpleNamespace

import pytest
from crowds import OFFICE, horizon, phase
from pydantic import ValidationError

from sim.demand.adoption import Step
from sim.demand.build import demand_of, population_spec, workload_spec
from sim.errors import PlaceError
from sim.scenario.people import Arrivals, Population, WorkloadDemand
from sim.scenario.schema import json_schema

HOURS = {"active_hours": OFFICE}
PEOPLE = {"population": "staff", "sessions_per_user_day": 9}

WRONG = [
    (Population, {}, "active_hours"),
    (Population, {"active_hours": {"mon-fri": "office_9_to_6"}}, 'did you mean "office_9_to_5"'),
    (Population, {"active_hours": {"mon-fry": "flat"}}, "are not days"),
    (Population, {"active_hours": {"mon-fri": "flat", "fri": "flat"}}, "share a day"),
    (Population, {"active_hours": {"sat": {"scale": 0.5}}}, "needs a curve"),
    (Population, {"active_hours": {"mon": [1] * 23}}, "24, 48, 96 or 1440 numbers, not 23"),
    (Population, {"active_hours": {"mon": [0] * 24}}, "sum to zero"),
    (Population, {"active_hours": {"mon": {"curve": "wave", "swing": "50%"}}}, "peak_at"),
    (Population, {"active_hours": {"mon": {"curve": "flat", "swing": "50%"}}}, "belongs to"),
    (Population, {**HOURS, "adoption": {"ceiling": "70%"}}, "needs half_after"),
    (
        Population,
        {**HOURS, "adoption": {"curve": "immediate", "half_after": "1d"}},
        "no half_after",
    ),
    (Population, {**HOURS, "day_to_day": {"cv": "12%", "autocorrelation": 1}}, "less than 1"),
    (Population, {**HOURS, "holidays": {"country": "XX"}}, "no holidays are known"),
    (Population, {**HOURS, "holidays": {"country": "US", "subdivision": "Illinois"}}, "IL"),
    (
        Population,
        {**HOURS, "surges": [{"name": "a", "per_month": 1, "multiplies": 2, "lasts": "1d"}] * 2},
        "twice",
    ),
    (Arrivals, {}, "write one of per_day"),
    (Arrivals, {"rate": "1/s", "per_day": 3}, "exclude each other"),
    (Arrivals, {"rate": "0/s"}, "greater than 0"),
    (Arrivals, {"at": "3s", "curve": "flat"}, "curve means nothing beside at"),
    (Arrivals, {"closed": {"users": 3}, "count": 3}, "count means nothing beside closed"),
    (Arrivals, {"steps": [{"from": "0s", "rate": "1/s"}], "days": "mon"}, "days means nothing"),
    (Arrivals, {"rate": "1/s", "gaps": 1, "burst": {"cv": 2}}, "gaps and burst"),
    (Arrivals, {"rate": "1/s", "gaps": 0}, "more than 0"),
    (Arrivals, {"rate": "1/s", "burst": {"cv": 21}}, "less than or equal to 20"),
    (Arrivals, {"rate": "1/s", "swings": {"cv": 11, "lasts": "1h"}}, "less than or equal to 10"),
    (Arrivals, {"at": "3s", "swings": {"cv": 1, "lasts": "1h"}}, "swings means nothing beside at"),
    (WorkloadDemand, {}, "either population"),
    (WorkloadDemand, {"population": "staff"}, "sessions_per_user_day"),
    (WorkloadDemand, {**PEOPLE, "sessions_per_user_day": 3000}, "2000"),
    (WorkloadDemand, {**PEOPLE, "arrivals": {"rate": "1/s"}}, "either population"),
    (WorkloadDemand, {"arrivals": {"rate": "1/s"}, "sessions_per_user_day": 3}, "nothing beside"),
    (WorkloadDemand, {**PEOPLE, "turns": 3}, "think_time is missing"),
    (WorkloadDemand, {**PEOPLE, "think_time": "3s"}, "needs turns"),
    (WorkloadDemand, {"arrivals": {"closed": {"users": 2}}}, "think_time is missing"),
    (
        WorkloadDemand,
        {"arrivals": {"closed": {"users": 2}}, "think_time": "1s", "turns": 2},
        "for ever",
    ),
]


@pytest.mark.parametrize(("model", "written", "said"), WRONG)
def test_what_is_wrong_is_said(model, written, said):
    with pytest.raises(ValidationError) as error:
        model.model_validate(written)
    assert said in str(error.value)


def test_a_population_becomes_tables():
    when = horizon("2027-07-05", 60, "America/Chicago")
    written = {
        **HOURS,
        "users": 10,
        "adoption": {"half_after": "10d", "ceiling": "70%"},
        "day_to_day": {"cv": "12%", "autocorrelation": 0.5},
    }
    phases = (
        phase("2027-07-12", 50, 5),
        SimpleNamespace(start=date(2027, 7, 20), users={}, ramp=None),
    )
    spec = population_spec("staff", Population.model_validate(written), when, phases)
    assert spec.timezone == "America/Chicago"
    assert spec.ladder == (Step(0, 10), Step(7 * 86_400_000_000, 50, 5))
    assert spec.adoption.ceiling == pytest.approx(0.7)
    assert spec.week.weights.sum(axis=1).tolist() == pytest.approx([1, 1, 1, 1, 1, 0, 0])


def test_a_day_without_a_curve_takes_the_first_one():
    hours = {"sat": {"scale": 0.5}, "mon-fri": "campus", "sun": {"curve": "flat", "scale": 0.1}}
    weights = Population.model_validate({"active_hours": hours}).week().weights
    assert (weights[5] * 2).tolist() == pytest.approx(weights[0].tolist())
    assert weights[6].tolist() == pytest.approx([0.1 / 1440] * 1440)


FALLING = (phase("2027-07-05", 50), phase("2027-07-06", 40))
ACROSS = [
    ({}, {"rate": "1/s"}, (), ("populations", "staff")),
    ({}, {"rate": "1/s"}, FALLING, ("rollout", "phases", 1, "users", "staff")),
    (
        {},
        {"rate": "1/s"},
        (phase("2027-07-07", 1), phase("2027-07-06", 2)),
        ("rollout", "phases", 1),
    ),
    ({"users": 1}, {"at": ["3s", "9d"]}, (), ("workloads", "job", "arrivals", "at", 1)),
    (
        {"users": 1},
        {"steps": [{"from": "2027-07-01", "rate": "1/s"}]},
        (),
        ("workloads", "job", "arrivals", "steps", 0, "from"),
    ),
    (
        {"users": 1},
        {"steps": [{"from": "3s", "rate": "1/s"}, {"from": "3s", "rate": "2/s"}]},
        (),
        ("workloads", "job", "arrivals", "steps", 1, "from"),
    ),
]


@pytest.mark.parametrize(("people", "arrivals", "phases", "place"), ACROSS)
def test_contradictions_between_parts_have_a_place(people, arrivals, phases, place):
    populations = {"staff": Population.model_validate({**HOURS, **people})}
    workloads = {"job": WorkloadDemand.model_validate({"arrivals": arrivals})}
    with pytest.raises(PlaceError) as error:
        demand_of(horizon(), populations, workloads, phases, 1, 0)
    assert error.value.place == place


def test_instants_may_be_written_in_either_way():
    written = Arrivals.model_validate({"at": ["30s", "2027-07-05T09:00", date(2027, 7, 6)]})
    assert written.at == (30_000_000, datetime(2027, 7, 5, 9), datetime(2027, 7, 6))
    assert Arrivals.model_validate({"at": "30s"}).at == (30_000_000,)


@pytest.mark.parametrize("written", [{"rate": "120/h"}, {"per_day": 2880}])
def test_a_constant_rate_is_one_piece(written):
    workload = WorkloadDemand.model_validate({"arrivals": written})
    pace = workload_spec("job", workload, horizon()).pace
    assert pace.per_second.tolist() == pytest.approx([1 / 30])


def test_the_schema_knows_the_short_spellings():
    import jsonschema

    schema = json_schema(Population)
    jsonschema.validate(
        {"active_hours": {"mon-fri": "office_9_to_5", "sat": {"scale": 0.15}}}, schema
    )
    jsonschema.validate({"active_hours": {"mon": [1] * 24}}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"active_hours": {"mon-fri": "office_9_to_6"}}, schema)
    jsonschema.validate({"arrivals": {"at": "30s", "count": 3}}, json_schema(WorkloadDemand))
