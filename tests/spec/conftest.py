"""Every sentence holds in both engines."""

import pytest


@pytest.fixture(params=["reference", "compiled"])
def engine(request: pytest.FixtureRequest) -> str:
    """Either engine's name."""
    return request.param
