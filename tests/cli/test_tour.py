"""The README's tour of five minutes: each command, in order, in an empty folder."""

import re
import shlex

from cli.commands import ROOT, simulate


def commands():
    tour = (ROOT / "README.md").read_text().split("## A tour of five minutes")[1].split("\n## ")[0]
    return re.findall(r"^    (simulate .*?)(?:   .*)?$", tour, re.MULTILINE)


def test_the_tour_runs_as_it_is_written(tmp_path):
    assert len(commands()) >= 5
    for line in commands():
        done = simulate(*shlex.split(line)[1:], cwd=tmp_path)
        assert done.returncode == 0, (line, done.stderr)
    assert (tmp_path / "outputs" / "help_desk" / "report.html").exists()
    assert (tmp_path / "outputs" / "twice" / "costs.xlsx").exists()
