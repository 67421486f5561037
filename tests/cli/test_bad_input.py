"""Whatever stands in a scenario, the command line names its place in one line each and ends with 2."""

import re

import pytest
from cli.commands import simulate

from sim.errors import ExitCode

GOOD = """\
schema: genai-rollout/v1
name: small
horizon: {start: 2027-07-01, length: 1d}
workloads:
  ask: {arrivals: {rate: 1/s}, input_tokens: 100, output_tokens: 10, pipeline: main}
pipelines: {main: [{station: desk, probability: 50%}, {call: chat}]}
stations: {desk: {servers: 3, service: 1s}}
endpoints:
  chat: {latency: {total: 1s}, errors: {share: 1%}, limits: [{limit: token_bucket, per_minute: 60k}]}
"""
HEADLINE = re.compile(r"^bad\.yaml(:\d+:\d+)?: error\[\w+\]: \S")

CHANGES = {
    "not a number": ("service: 1s", "service: .nan"),
    "infinity": ("service: 1s", "service: .inf"),
    "infinite tokens": ("input_tokens: 100", "input_tokens: .inf"),
    "a number too large": ("input_tokens: 100", "input_tokens: 1e400"),
    "a negative duration": ("service: 1s", "service: -1s"),
    "a negative rate": ("rate: 1/s", "rate: -1/s"),
    "negative tokens": ("input_tokens: 100", "input_tokens: -100"),
    "zero servers": ("servers: 3", "servers: 0"),
    "negative servers": ("servers: 3", "servers: -3"),
    "a bucket that never fills": ("per_minute: 60k", "per_minute: 0"),
    "a probability over 1": ("probability: 50%", "probability: 150%"),
    "a negative share": ("share: 1%", "share: -1%"),
    "an unknown station": ("station: desk", "station: dsk"),
    "an unknown endpoint": ("call: chat", "call: caht"),
    "an unknown key": ("servers: 3", "severs: 3"),
    "no unit": ("service: 1s", "service: 1"),
    "no horizon": ("length: 1d", "length: 0d"),
    "an alias bomb": ("name: small", "name: &a [x, x]\nb: &b [*a, *a, *a]"),
    "a circle": ("name: small", "name: small\nextends: bad.yaml"),
    "an unknown base": ("name: small", "name: small\nextends: nowhere.yaml"),
    "a file of 10 MB": ("name: small", "name: small\n# " + "x" * 10_000_000),
    "a value of 10 MB": ("name: small", "name: " + "x" * 10_000_000),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_bad_scenario_is_named_at_its_place(name, tmp_path):
    old, new = CHANGES[name]
    assert GOOD.count(old) == 1
    (tmp_path / "bad.yaml").write_text(GOOD.replace(old, new))
    done = simulate("bad.yaml", "--replications", "1", "--jobs", "1", cwd=tmp_path)
    assert done.returncode == ExitCode.USAGE, done.stderr[:500]
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    lines = done.stderr.splitlines()
    assert HEADLINE.match(lines[0]), lines[0][:300]
    assert max(map(len, lines)) < 500
    assert not (tmp_path / "outputs").exists() or not any((tmp_path / "outputs").iterdir())
