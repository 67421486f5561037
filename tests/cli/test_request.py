"""`simulate explain SCENARIO --request S.T`: what one person met, or one line that says why nothing is told."""

import re

import pytest
from cli.commands import simulate

from sim.cli.following import WORDS
from sim.errors import ExitCode
from sim.follow import PICKS


def test_a_word_chooses_a_request_and_the_answer_tells_its_number(scenario):
    chosen = simulate("explain", scenario, "--request", "slowest", "--set", "horizon.length=1d")
    assert chosen.returncode == ExitCode.DONE, chosen.stderr
    title, *lines = chosen.stdout.splitlines()
    number = re.fullmatch(r"Request (\d+\.1), the slowest answered one of its replication", title)[
        1
    ]
    assert all(len(line) <= 80 for line in lines)
    assert "model answers after" in chosen.stdout
    again = simulate("explain", scenario, "--request", number, "--set", "horizon.length=1d")
    assert again.stdout.splitlines()[1:] == lines


def test_the_words_are_those_of_the_help():
    assert tuple(PICKS) == WORDS
    told = simulate("explain", "--help").stdout
    assert all(f"  {word} " in told for word in WORDS)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--request", "99999999.1"], "there is no request 99999999.1"),
        (["--request", "best"], "SESSION.TURN"),
        (["--request", "failed"], "no request of replication 0 is one of the failed"),
        (["currency", "--request", "1.1"], "not both"),
        (["currency", "--seed", "3"], "--seed belongs to --request"),
    ],
)
def test_what_cannot_be_told_is_one_line_and_exit_code_2(scenario, words, told):
    done = simulate("explain", scenario, *words, "--set", "horizon.length=1d")
    assert (done.returncode, done.stdout) == (ExitCode.USAGE, "")
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1
