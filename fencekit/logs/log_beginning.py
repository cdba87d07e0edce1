"""The first objects of a log by which it is recognised: alone, or in lists under a key."""

from collections.abc import Iterator
from typing import Any

from fencekit.logs.log_format import LogSample


def first_ones(sample: LogSample, *keys: str) -> Iterator[dict[str, Any]]:
    """Yield the first objects of a log, of each page its first ones, however deep pages nest."""
    for value in sample.objects:
        yield from objects_of_page(value, keys)


def objects_of_page(value: dict[str, Any], keys: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Yield the objects in the lists under the keys; the object itself where it has none."""
    lists = [value[key] for key in keys if isinstance(value.get(key), list | dict)]
    if not lists:
        yield value
    for listed in lists:
        for item in listed if isinstance(listed, list) else [listed]:
            if isinstance(item, dict):
                yield from objects_of_page(item, keys)
