"""Hypothesis' first draw of all, done before a test is timed.

It reads the constants of every module that is not installed, and in a checkout ours are not: a
second that the health check for slow draws would put down to whichever strategy comes first.
"""

from functools import cache

from hypothesis import HealthCheck, find, settings
from hypothesis import strategies as st


@cache
def warm_up() -> None:
    """Have Hypothesis read the constants, once."""
    unhurried = settings(database=None, deadline=None, suppress_health_check=list(HealthCheck))
    found = [find(st.integers(0, 1_000), lambda number: number > 900, settings=unhurried)]
    assert found == [901]
