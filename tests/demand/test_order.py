import numpy as np
import pytest

from sim.demand import _stable_order


@pytest.mark.parametrize("most", [0, 3, 90_000_000_000, 2**61])
def test_the_quick_order_is_the_stable_one(most):
    rng = np.random.default_rng(5)
    for n in (1, 2, 5000):
        times = rng.integers(-5, most, n, endpoint=True)
        assert (_stable_order(times) == np.argsort(times, kind="stable")).all()
