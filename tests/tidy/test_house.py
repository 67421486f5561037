"""The table of the house in ARCHITECTURE.md names what stands in `sim/`, and nothing else."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_table_of_the_house_is_what_stands_there():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    table = text.split("## The house")[1].split("##")[0]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    named = {name.rstrip("/") for cell in cells for name in re.findall(r"`sim/([^`]+)`", cell)}
    there = {
        path.name
        for path in (ROOT / "sim").iterdir()
        if path.name not in ("__init__.py", "__pycache__", "py.typed")
        and (path.suffix == ".py" or (path / "__init__.py").exists())
    }
    assert named == there
