"""An interrupt waits for an import to end, is never lost in a callback, and is felt once."""

import subprocess
import sys

import pytest

BEGIN = """
import os, signal, sys, time
from sim.cli.interrupts import felt, hear
hear()
"""


def told(tmp_path, body: str) -> list[str]:
    """What a process prints that sends itself signals."""
    (tmp_path / "half.py").write_text(
        "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\nwhole = sum(range(10**6)) > 0\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", BEGIN + body],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout.split()


def test_an_import_ends_before_an_interrupt_is_felt(tmp_path):
    body = """
try:
    import half
    print("imported")
    time.sleep(30)
except KeyboardInterrupt:
    print("interrupted", half.whole)
"""
    assert told(tmp_path, body) == ["imported", "interrupted", "True"]


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_an_interrupt_that_a_finaliser_swallows_comes_again_in_silence(tmp_path, name):
    body = f"""
class Swallows:
    def __del__(self):
        os.kill(os.getpid(), signal.{name})
        sum(range(1000))

Swallows()
print("swallowed")
try:
    time.sleep(30)
except KeyboardInterrupt:
    print("interrupted")
"""
    assert told(tmp_path, body) == ["swallowed", "interrupted"]


def test_an_interrupt_that_was_felt_does_not_come_again(tmp_path):
    body = """
try:
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(30)
except KeyboardInterrupt:
    felt()
    print("interrupted")
time.sleep(1)
print("wrote")
"""
    assert told(tmp_path, body) == ["interrupted", "wrote"]


def test_a_copy_that_has_not_settled_in_ends_without_a_word(tmp_path):
    body = """
copy = os.fork()
if copy == 0:
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(30)
print(os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1]))
"""
    assert told(tmp_path, body) == ["130"]
