"""The laws are looked at with the same examples every time; `FENCEKIT_LAWS` asks for more."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "laws",
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=int(os.environ.get("FENCEKIT_LAWS", "200")),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.load_profile("laws")
