"""`--format markdown` goes to stdout and, in a GitHub job, to the page that the job shows."""

from cli.commands import simulate

QUICK = ("--replications", "1", "--jobs", "1", "--engine", "reference")


def test_markdown_is_printed_and_appended_to_the_job_summary(scenario, tmp_path):
    page = tmp_path / "page.md"
    page.write_text("before\n")
    done = simulate(
        scenario.name, *QUICK, "--format", "markdown", cwd=tmp_path, GITHUB_STEP_SUMMARY=str(page)
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("### simulate: A help desk assistant")
    assert page.read_text() == "before\n" + done.stdout


def test_a_job_summary_that_cannot_be_written_is_named(scenario, tmp_path):
    done = simulate(
        scenario.name, *QUICK, "--format", "markdown", cwd=tmp_path, GITHUB_STEP_SUMMARY="/no/page"
    )
    assert done.returncode == 3
    assert "GITHUB_STEP_SUMMARY" in done.stderr
