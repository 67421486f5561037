"""`init` gives something that runs and takes nothing away; `explain` knows what, from where, in place of what."""

import re

import click
import pytest
from cli.commands import ROOT, simulate

from sim.cli import cli
from sim.scenario.document import document_from_text, validate
from sim.scenario.meaning import meaning_of
from sim.scenario.scenario import Scenario
from sim.scenario.templates import TEMPLATES, text_of

WEEK = "scenarios/claims_q3_week.yaml"
QUICK = ("--replications", "1", "--jobs", "1", "--engine", "reference", "-q")


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_is_valid_and_explains_itself_in_comments(name):
    validate(document_from_text(text_of(name)), Scenario)
    assert text_of(name).startswith("# ")
    assert text_of(name).count(" # ") >= 3


@pytest.mark.parametrize("name", TEMPLATES)
def test_what_init_writes_runs(name, tmp_path):
    done = simulate("init", name, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert f"next: simulate {name}.yaml" in done.stderr
    ran = simulate(f"{name}.yaml", *QUICK, cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr


def test_init_never_overwrites(tmp_path):
    (tmp_path / "mine.yaml").write_text("years of work")
    done = simulate("init", "rollout", "mine.yaml", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == "error: mine.yaml is there already; give another file\n"
    assert (tmp_path / "mine.yaml").read_text() == "years of work"


def test_init_takes_a_file_alone_and_names_its_templates(tmp_path):
    assert simulate("init", "new.yaml", cwd=tmp_path).returncode == 0
    assert (tmp_path / "new.yaml").read_text() == text_of("help_desk")
    wrong = simulate("init", "chatbot", cwd=tmp_path)
    assert wrong.returncode == 2
    assert all(name in wrong.stderr for name in TEMPLATES)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (
            "horizon.end",
            ["2027-07-08", "claims_q3_week.yaml:4:16", "2027-10-01", "claims_q3.yaml:4:"],
        ),
        ("workloads.ask_claim.deadline", ["30s", "An answer after this is `late`"]),
        ("workloads.ask_claim.sessions_per_user_day", ["low 6, likely 9, high 13", "drawn once"]),
        (
            "rollout.phases.pilot.users.adjusters",
            ["rollout.phases[0].users.adjusters", "20", "150"],
        ),
        ("endpoints.claude.region", ["Where it stands"]),
    ],
)
def test_explain_tells_value_meaning_and_who_set_it(path, told):
    done = simulate("explain", WEEK, path, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert not [word for word in told if word not in done.stdout]


def test_explain_sees_what_set_overrode():
    done = simulate("explain", WEEK, "currency", "--set", "currency=EUR", cwd=ROOT)
    assert "--set currency=EUR" in done.stdout
    assert "USD  scenarios/claims_q3.yaml:3:11" in done.stdout


def test_explain_tells_what_counts_where_nothing_is_written():
    done = simulate("explain", WEEK, "workloads.ask_claim.priority", cwd=ROOT)
    assert "not written; normal counts" in done.stdout


def test_explain_without_a_path_is_a_map_of_all_parts():
    done = simulate("explain", WEEK, cwd=ROOT)
    assert {line.split()[0] for line in done.stdout.splitlines() if " value" in line} >= {
        "targets",
        "workloads",
        "costs",
    }


@pytest.mark.parametrize(
    ("path", "told"),
    [("workloads.ask_clam", 'did you mean "ask_claim"'), ("a..b", "is not a path")],
)
def test_a_path_that_is_not_there_is_one_line(path, told):
    done = simulate("explain", WEEK, path, cwd=ROOT)
    assert done.returncode == 2
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_every_value_of_the_largest_scenario_has_a_meaning():
    from sim.scenario.document import load_document

    document = load_document(str(ROOT / "scenarios" / "claims_q3.yaml"))
    unknown = {one.path for one in document.unknowns()}
    paths = [one.path for one in document.entries() if one.path[:-1] not in unknown]
    meanings = {path: meaning_of(Scenario, path, document.tree) for path in paths}
    dumb = [path for path, meaning in meanings.items() if meaning is None or not meaning.words]
    assert len(paths) > 200
    assert not dumb


@pytest.mark.parametrize("verb", ["run", "init", "report", "explain"])
def test_help_shows_examples(verb):
    assert re.search(r"Examples:\n +simulate ", simulate(verb, "--help").stdout)


def test_a_shell_completes_verbs_and_options():
    from click.shell_completion import ShellComplete

    def offered(words, start):
        found = ShellComplete(cli, {}, "simulate", "_SIMULATE_COMPLETE").get_completions(
            words, start
        )
        return {one.value for one in found}

    assert {"init", "explain", "report"} <= offered([], "")
    assert "--replications" in offered(["run"], "--r")
    assert isinstance(cli, click.Group)


def test_the_shell_gets_its_completion_script():
    done = simulate(_SIMULATE_COMPLETE="bash_source")
    assert "_SIMULATE_COMPLETE=bash_complete" in done.stdout
