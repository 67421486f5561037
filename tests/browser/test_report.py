"""The report in a real browser: it renders with and without scripts, prints, and asks nothing of a network."""

import re
from pathlib import Path
from typing import Any

import pytest

WIDTHS = (390, 1024, 1440)
PAGE_ONE = ("Claims assistant", "Not ready.", "Targets", "Chance met", "it stays in budget")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
MARK = """() => {
  const svg = document.querySelector('figure[data-chart="spend_by_month"] svg');
  const [x, y, words] = JSON.parse(document.getElementById('page-data').textContent).marks.spend_by_month[0];
  const scale = svg.clientWidth / svg.viewBox.baseVal.width;
  return [x * scale, y * scale, words];
}"""
"""The first value of the first chart, in pixels of the screen from the chart's corner."""
OVERLAPS = """() => {
  const found = [];
  for (const svg of document.querySelectorAll('figure svg')) {
    const texts = [...svg.querySelectorAll('text')].filter(t => t.textContent.trim());
    const boxes = texts.map(t => t.getBoundingClientRect());
    const edge = svg.getBoundingClientRect();
    for (let i = 0; i < texts.length; i++) {
      const a = boxes[i];
      if (a.left < edge.left - 1 || a.right > edge.right + 1) found.push('outside: ' + texts[i].textContent);
      for (let j = i + 1; j < texts.length; j++) {
        const b = boxes[j];
        const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        // A line's box is taller than its letters: a fifth of it is room between lines.
        if (wide > 1 && high > 0.2 * Math.min(a.height, b.height))
          found.push(texts[i].textContent + ' | ' + texts[j].textContent);
      }
    }
  }
  return found;
}"""


def opened(
    chromium: Any, file: Path, width: int = 1024, scripts: bool = True
) -> tuple[Any, list[str]]:
    """A page, and what it complained of or asked for beside its own file."""
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, java_script_enabled=scripts
    )
    page, heard = context.new_page(), []
    page.on("console", lambda message: heard.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: heard.append(f"error: {error}"))
    page.on("dialog", lambda dialog: heard.append("dialog"))
    page.on(
        "request",
        lambda request: (
            heard.append(f"request: {request.url[:80]}")
            if request.url not in (file.as_uri(), "data:,")
            else None
        ),
    )
    page.goto(file.as_uri())
    return page, heard


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts on", "scripts off"])
@pytest.mark.parametrize("name", ["usual", "hostile"])
def test_the_report_stands_alone_and_complains_of_nothing(chromium, reports, name, scripts):
    page, heard = opened(chromium, reports[name], scripts=scripts)
    assert page.locator("figure svg").count() >= 8
    assert page.locator("figure svg").first.bounding_box()["height"] > 100
    assert page.locator("#what-if").is_visible() is scripts
    assert page.get_by_role("heading", name="Readiness to scale").is_visible()
    page.context.close()
    assert heard == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["usual", "hostile", "year", "loose"])
def test_labels_of_charts_do_not_touch_and_the_page_is_no_wider_than_the_screen(
    chromium, reports, name, width
):
    page, _ = opened(chromium, reports[name], width)
    assert page.evaluate(OVERLAPS) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("name", ["compare", "sweep", "sensitivity"])
def test_pages_of_studies_hold_together_and_ask_nothing(chromium, reports, name, width):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed"
    )
    page, heard = opened(chromium, reports[name], width)
    assert page.locator("figure svg").count() >= 1
    assert page.evaluate(OVERLAPS) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = axe.Axe().run(page, options=RULES).response["violations"]
    page.context.close()
    assert heard == [] and [(v["id"], v["nodes"][0]["html"][:120]) for v in found] == []


def test_nothing_that_a_name_holds_is_executed(chromium, reports):
    page, heard = opened(chromium, reports["hostile"])
    assert page.evaluate("window.harmed") is None
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 2
    assert "{{ 7 * 7 }}" in page.content() and heard == []
    page.context.close()


@pytest.mark.parametrize(("name", "width"), [("usual", 390), ("usual", 1440), ("hostile", 390)])
def test_axe_finds_no_violation_of_wcag_aa(chromium, reports, name, width):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed"
    )
    page, _ = opened(chromium, reports[name], width)
    found = axe.Axe().run(page, options=RULES).response["violations"]
    page.context.close()
    assert [(v["id"], v["nodes"][0]["html"][:120]) for v in found] == []


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_page_one_stands_alone_on_paper(chromium, reports, paper, tmp_path):
    pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed")
    page, _ = opened(chromium, reports["usual"])
    page.pdf(path=tmp_path / "report.pdf", format=paper, print_background=True)
    page.context.close()
    pages = [
        re.sub(r"\s+", " ", one.extract_text())
        for one in pypdf.PdfReader(tmp_path / "report.pdf").pages
    ]
    assert all(words in pages[0] for words in PAGE_ONE)
    # The chart's own last words, and nothing of the next section.
    assert "Sep" in pages[0] and "$" in pages[0]
    assert "Whiskers" in pages[0]
    assert not pages[0].rstrip().endswith("Cost") and pages[1].lstrip().startswith("Cost")


def test_a_slider_changes_spend_exactly_and_says_that_latency_needs_a_run(chromium, reports):
    page, heard = opened(chromium, reports["usual"])
    first = page.locator("#what-if-rows tr").first
    before = _dollars(first.inner_text())
    page.locator("#discount").fill("50")
    assert abs(_dollars(first.inner_text()) * 2 - before) <= 1
    assert "rerun" in page.locator("#what-if").inner_text() and heard == []
    page.context.close()


def _dollars(row: str) -> int:
    found = re.search(r"\$([\d,]+)", row)
    assert found
    return int(found.group(1).replace(",", ""))


@pytest.mark.parametrize("width", [390, 1440])
def test_exact_values_stand_over_what_a_pointer_or_a_key_reaches(chromium, reports, width):
    page, heard = opened(chromium, reports["usual"], width)
    figure = page.locator('figure[data-chart="spend_by_month"]')
    tip = figure.locator(".tip")
    assert not tip.is_visible() and page.locator("#hover-note").is_visible()
    x, y, words = page.evaluate(MARK)
    figure.hover(position={"x": x + 2, "y": y - 1})
    assert tip.inner_text() == words
    assert tip.inner_text() == "Jul 2027, LLM output tokens: mean $15,030"
    page.mouse.move(0, 0)
    figure.focus()
    page.keyboard.press("End")
    assert tip.inner_text() == "Sep 2027, total: mean $225,004, P10–P90 $202,504–$258,755"
    assert tip.bounding_box()["x"] + tip.bounding_box()["width"] <= width
    page.keyboard.press("ArrowLeft")
    assert tip.inner_text().startswith("Sep 2027, 2 smaller lines")
    page.keyboard.press("Escape")
    assert not tip.is_visible() and heard == []
    page.context.close()


def test_a_day_is_found_by_how_far_along_it_is(chromium, reports):
    page, _ = opened(chromium, reports["usual"])
    figure = page.locator('figure[data-chart="latency_p95_by_day"]')
    figure.focus()
    page.keyboard.press("Home")
    assert figure.locator(".tip").inner_text() == "1 Jul 2027: P50 6 s, 5–7 s"
    box = figure.locator("svg").bounding_box()
    figure.hover(position={"x": box["width"] * 0.99, "y": box["height"] * 0.3})
    assert figure.locator(".tip").inner_text().startswith("30 Sep 2027: P50 ")
    page.context.close()


def test_without_scripts_nothing_speaks_of_values_to_point_at(chromium, reports):
    page, heard = opened(chromium, reports["usual"], scripts=False)
    assert not page.locator("#hover-note").is_visible() and page.locator(".tip").count() == 0
    assert heard == []
    page.context.close()


def test_axe_finds_nothing_while_a_value_stands_over_a_chart(chromium, reports):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed"
    )
    page, _ = opened(chromium, reports["usual"])
    page.locator('figure[data-chart="spend_by_month"]').focus()
    page.keyboard.press("ArrowRight")
    found = axe.Axe().run(page, options=RULES).response["violations"]
    page.context.close()
    assert [(v["id"], v["nodes"][0]["html"][:120]) for v in found] == []
