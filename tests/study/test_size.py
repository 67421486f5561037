"""What is too much is refused before it runs, with the figure."""

import pytest
from small_scenarios import LEAST

from sim.errors import ExitCode, ResourceError
from sim.scenario.document import document_from_text
from sim.study.of_scenario import ScenarioSource
from sim.study.size import BYTES_MAX, SESSIONS_MAX, Size, refuse_what_is_too_large, size_of

TEXT = LEAST + "pipelines: {main: [{delay: 1s}]}\n"


def source(rate: str, length: str = "3d") -> ScenarioSource:
    return ScenarioSource(
        document_from_text(TEXT.replace("1/s}", rate + "}").replace("3d", length))
    )


def test_a_small_scenario_has_the_sessions_of_its_rate():
    size = size_of(source("2/s").scenario)
    assert size.sessions == pytest.approx(3 * 86_400 * 2)
    assert size.busiest_day == pytest.approx(86_400 * 2)


@pytest.mark.parametrize(
    ("rate", "length", "figure"),
    [
        ("1000/s", "90d", "7,776,000,000 sessions"),
        ("3000/s", "1d", "259,200,000 sessions and would need at least 139 GiB"),
    ],
)
def test_too_much_is_refused_with_the_figure(rate, length, figure):
    with pytest.raises(ResourceError, match=figure) as caught:
        source(rate, length).terms()
    assert caught.value.exit_code == ExitCode.RESOURCES


def test_what_just_fits_is_not_refused():
    refuse_what_is_too_large(Size(SESSIONS_MAX, 0))
    assert Size(0, 1e6).day_bytes < BYTES_MAX
