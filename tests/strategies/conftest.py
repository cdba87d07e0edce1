"""What Hypothesis does once is done before any strategy is timed."""

import pytest
from warming import warm_up


@pytest.fixture(autouse=True)
def warm() -> None:
    """Have Hypothesis make its first draw."""
    warm_up()
