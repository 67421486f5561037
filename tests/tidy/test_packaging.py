"""What the documents promise about installing and checking holds."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEST_COMMAND = "pip install -e '.[test]' && pytest"
RUN_COMMAND = "pip install -e . && simulate scenarios/claims_q3.yaml"


def test_the_readme_shows_the_two_commands():
    readme = (ROOT / "README.md").read_text()
    assert RUN_COMMAND in readme
    assert TEST_COMMAND in readme


def test_the_check_script_runs_the_readmes_test_command():
    assert TEST_COMMAND in (ROOT / ".ci" / "run").read_text()


def test_the_lint_tools_are_pinned():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extra = project["project"]["optional-dependencies"]["test"]
    for tool in ("ruff", "mypy", "import-linter"):
        assert any(re.match(rf"{tool}==", line) for line in extra)


def test_the_slow_tests_are_off_unless_asked_for(request):
    assert (
        "slow" in request.config.getoption("markexpr") or request.config.getoption("markexpr") == ""
    )


@pytest.mark.parametrize(
    "name", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE"]
)
def test_the_documents_are_there(name):
    assert (ROOT / name).stat().st_size > 200


@pytest.mark.parametrize("name", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_paths_that_a_document_names_exist(name):
    text = (ROOT / name).read_text()
    named = set(re.findall(r"`((?:sim|tests|scenarios|notebooks)/[\w./-]*)`", text))
    missing = [path for path in named if not (ROOT / path).exists()]
    assert not missing


def test_imports_run_one_way():
    tool = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([tool], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
