"""Neither the machine's habits nor the number of workers change a byte."""

import json

from cli.commands import simulate

from sim.errors import ExitCode

QUICK = ("--replications", "2", "--engine", "reference", "--seed", "4")
HABITS = (
    {"LC_ALL": "C", "TZ": "UTC", "PYTHONHASHSEED": "0"},
    {"LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Kathmandu", "PYTHONHASHSEED": "1"},
    {"LC_ALL": "de_DE.UTF-8", "TZ": "America/St_Johns", "PYTHONHASHSEED": "2"},
)


def test_locale_time_zone_hashes_and_workers_change_no_byte(scenario):
    summaries = []
    for jobs, habits in zip(("1", "2", "1"), HABITS, strict=True):
        words = (scenario, *QUICK, "--jobs", jobs)
        done = simulate(*words, cwd=scenario.parent, **habits)
        assert done.returncode == ExitCode.DONE, done.stderr
        results = scenario.parent / "outputs" / "help_desk"
        summaries.append((results / "summary.json").read_bytes())
    assert len(set(summaries)) == 1
    assert json.loads(summaries[0])["engine"]["replications"] == 2
