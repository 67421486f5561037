"""The files of a results folder: one summary, many files, the same bytes."""

import csv
import hashlib
import io
import json

import pytest
from report import fake

from sim.errors import UsageError
from sim.report import record, timeline
from sim.report.record import Record
from sim.report.results import files_of

RAN = Record(
    "a.yaml", {"name": "x", "n": 1.5}, ("n=1.5",), 7, "auto", "compiled", {"simulate": "0"}
)


def test_the_files_are_the_same_bytes_on_a_rerun():
    assert files_of(fake.summary(), RAN) == files_of(fake.summary(), RAN)


def test_the_record_names_the_summary_that_it_belongs_to():
    files = files_of(fake.summary(), RAN)
    written = json.loads(files["run.json"])
    assert written["summary_sha256"] == hashlib.sha256(files["summary.json"]).hexdigest()


def test_a_record_comes_back_as_it_was_written():
    assert record.from_bytes(record.to_bytes(RAN), "run.json") == RAN


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{",
        b"\xff",
        b"[" * 100_000,
        b'{"format": "simulate-run/1"}',
        b'{"format": "simulate-run/9"}',
    ],
)
def test_what_is_no_record_is_refused(content):
    with pytest.raises(UsageError):
        record.from_bytes(content, "run.json")


def test_the_hash_of_a_scenario_does_not_depend_on_the_order_of_keys():
    assert record.scenario_sha256({"a": 1, "b": 2}) == record.scenario_sha256({"b": 2, "a": 1})


@pytest.mark.parametrize(
    ("file", "shown"),
    [
        ("scenarios/claims_q3.yaml", "scenarios/claims_q3.yaml"),
        ("/home/somebody/x.yaml", "x.yaml"),
        ("../../x.yaml", "x.yaml"),
    ],
)
def test_no_folder_of_a_machine_is_written(file, shown):
    assert record.file_shown(file) == shown


def test_the_timeline_has_a_row_for_each_day_and_workload():
    rows = list(csv.DictReader(io.StringIO(timeline.to_csv(fake.summary()))))
    assert len(rows) == 92
    assert rows[0]["date"] == "2027-07-01"
    assert rows[0]["latency.p95 [s] p50"] == "6.0"


def test_a_workload_cannot_be_a_formula_in_a_spreadsheet():
    summary = fake.summary()
    summary["daily"][0]["workloads"] = {
        "=cmd|'/C calc'!A0": summary["daily"][0]["workloads"]["ask_claim"]
    }
    rows = list(csv.reader(io.StringIO(timeline.to_csv(summary))))
    assert rows[1][1].startswith("'=")


def test_a_number_that_does_not_exist_is_an_empty_cell():
    summary = fake.summary()
    summary["daily"][0]["workloads"]["ask_claim"]["latency.p95"]["p90"] = None
    assert ",," in timeline.to_csv(summary).splitlines()[1]
