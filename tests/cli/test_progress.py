"""Progress stands on a terminal alone; colour too, and NO_COLOR takes it away."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

QUICK = ("--replications", "2", "--jobs", "1", "--engine", "reference")


def on_a_terminal(scenario: Path, **environment: str) -> tuple[str, str]:
    """Stdout and stderr of a run whose stdout and stderr are terminals, 80 columns wide."""
    texts = []
    ends = [pty.openpty() for _ in range(2)]
    done = subprocess.Popen(
        [sys.executable, "-m", "sim.cli", scenario.name, *QUICK],
        cwd=scenario.parent,
        env={**os.environ, "COLUMNS": "80", "TERM": "xterm", **environment},
        stdout=ends[0][1],
        stderr=ends[1][1],
    )
    for _, theirs in ends:
        os.close(theirs)
    for ours, _ in ends:
        texts.append(read_all(ours))
    assert done.wait(timeout=120) == 0, texts
    return texts[0], texts[1]


def read_all(ours: int) -> str:
    found = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # Linux says so when the other end is closed.
            break
        if not part:
            break
        found += part
    os.close(ours)
    return found.decode()


def test_a_terminal_sees_progress_and_colour(scenario):
    out, err = on_a_terminal(scenario)
    assert "replication 2 of 2" in err
    assert "\x1b[" in out


def test_no_color_is_heard(scenario):
    out, _ = on_a_terminal(scenario, NO_COLOR="1")
    assert "\x1b[" not in out
    assert max(len(line) for line in out.splitlines()) <= 80


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_a_pipe_sees_neither(scenario, encoding):
    done = subprocess.run(
        [sys.executable, "-m", "sim.cli", scenario.name, *QUICK],
        cwd=scenario.parent,
        env={**os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0
    assert done.stderr == b""
    assert b"\x1b[" not in done.stdout
    done.stdout.decode(encoding)
