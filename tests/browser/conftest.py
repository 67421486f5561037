"""A headless Chromium, started by the tests; they are skipped, with a reason, where there is none."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from report import fake, hostile_names, test_html, test_studies

from sim.report import charts
from sim.report.html import studies, to_html

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# No sandbox: containers that run as root have none. The others keep it from calling home.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A browser, for the whole session."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine")
    with api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def loose() -> dict[str, Any]:
    """One day of six runs, with limits far from every value."""
    summary = fake.summary()
    summary["engine"]["replications"] = 6
    for target, limit in zip(summary["targets"], (9e6, 0.01, "9000000.00", 9e6), strict=True):
        target["limit"]["value"] = limit
    summary["daily"] = summary["daily"][:1]
    return summary


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Reports as files, by name."""
    folder = tmp_path_factory.mktemp("reports")
    made = {
        **{"usual": fake.summary(), "hostile": hostile_names.summary()},
        **{"year": test_html.a_year(), "loose": loose()},
    }
    for name, summary in made.items():
        text = to_html(summary, charts.draw_all(summary))
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    pages = {
        "compare": studies.compare_page(test_studies.comparison(), date(2027, 7, 1)),
        "sweep": studies.sweep_page(test_studies.sweep()),
        "sensitivity": studies.sensitivity_page(test_studies.sensitivity()),
    }
    for name, text in pages.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in (*made, *pages)}
