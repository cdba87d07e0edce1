"""The risk levels of each file that a policy was read from, before the files were merged."""

from collections.abc import Iterator
from typing import Any

from fencekit.dialects.capfence.policy_layer import read_layer
from fencekit.model.errors import PolicyError
from fencekit.model.policy import Policy, Rule
from fencekit.reading import yaml


def levels_by_file(policy: Policy, level: Any) -> Iterator[Rule]:
    """Yield what each file of a policy says of a risk level, as a rule."""
    for source in policy.files:
        layer = read_layer(yaml.parse(source.text, source.path, PolicyError), source.text)
        if level in layer.risk_levels:
            yield layer.risk_levels[level]
