"""Incidents and searches: tables that are no logs of requests."""

import json

import numpy as np
import pytest
from fit.logs import lognormal, public, uniforms

from sim.errors import UsageError
from sim.fit.calibrate import calibrate
from sim.fit.fits.incidents import fit_incidents, read_incidents
from sim.fit.fits.searches import fit_search
from sim.fit.read import Options
from sim.fit.tables import measured, searches_of, table_kind
from sim.scenario.incidents import Incident

N = 400
START_S = 1_700_000_000


def incidents_file(path, clustered=False):
    gaps_h = -np.log(uniforms(1, "gaps", N)) * 40
    if clustered:
        gaps_h = np.where(uniforms(1, "cluster", N) < 0.8, gaps_h / 20, gaps_h * 4.8)
    starts = START_S + np.cumsum(gaps_h) * 3600
    lengths_s = lognormal(1, "lengths", N, 60 * 60, 1.0)
    rows = [
        {"start": float(a), "end": float(a + b), "severity": "major"}
        for a, b in zip(starts, lengths_s, strict=True)
    ]
    path.write_text(json.dumps(rows))
    return str(path)


@pytest.mark.parametrize(("clustered", "told"), [(False, False), (True, True)])
def test_incidents_give_gaps_and_durations_and_tell_clusters(tmp_path, clustered, told):
    found, _ = read_incidents(incidents_file(tmp_path / "status.json", clustered), "UTC")
    fitted = fit_incidents(found, "UTC", ["chat"])
    values = {one.name: one for one in fitted.estimates}
    gap, median = values["mean gap"], values["duration geometric mean"]
    assert clustered or gap.low < 40 < gap.high
    assert median.low < 60 < median.high
    assert any("clusters" in said for said in fitted.poor) == told
    written = fitted.top["incidents"][0]
    assert Incident.model_validate(written).every is not None


def test_a_list_without_starts_says_how_long_but_not_how_often():
    found, reading = read_incidents(public("aws_azure_gcp_labelled_incidents.csv"), "UTC")
    fitted = fit_incidents(found, "UTC", ["chat"])
    assert not fitted.top
    assert any("no starts" in said for said in fitted.poor)
    assert sum(reading.refused.values()) + len(found) == 460


def test_too_few_incidents_are_refused():
    with pytest.raises(UsageError, match="too few"):
        fit_incidents([], "UTC", [])


def test_a_search_gives_back_the_curve_it_was_made_of():
    clients = np.array([1.0, 5, 10, 20])
    mean = np.sqrt(0.002**2 + (clients * 0.002 / 6) ** 2)
    search = fit_search(clients, mean, mean * 1.8)
    assert search.service_s == pytest.approx(0.002, rel=0.02)
    assert search.servers == pytest.approx(6, rel=0.02)
    assert float(search.mean_s(80)) == pytest.approx(
        float(np.hypot(0.002, 80 * 0.002 / 6)), rel=0.02
    )


def test_p99_at_40_and_80_clients_is_foretold_within_a_quarter_for_three_of_four_engines():
    misses: dict[tuple[str, int], list[float]] = {}
    for engine, points in searches_of(public("vectordb/vectordbbench_concurrency_latency.csv")):
        search = fit_search(*measured(points, 20).T)
        truth = {clients: p99 for clients, _, p99 in points if p99 > 0}
        for clients in (40, 80):
            if search is not None and clients in truth:
                miss = abs(search.p99_s(clients) / truth[clients] - 1)
                misses.setdefault((engine, clients), []).append(miss)
    engines = {engine for engine, _ in misses}
    assert len(engines) == 4
    good = [e for e in engines if all(np.median(misses[e, c]) <= 0.25 for c in (40, 80))]
    assert len(good) >= 3


def test_tables_are_recognised_and_logs_are_not(tmp_path):
    assert table_kind(public("vectordb/vectordbbench_concurrency_latency.csv")) == "searches"
    assert table_kind(incidents_file(tmp_path / "status.json")) == "incidents"
    assert table_kind(public("traces/ragpulse_flat_days1-4.csv")) is None


def test_calibrate_takes_a_status_list(tmp_path):
    found = calibrate((incidents_file(tmp_path / "s.json"),), Options(), "ask", {"chat": "chat"})
    assert "incidents:" in found.block
    assert found.tree["incidents"][0]["endpoints"] == ["chat"]
