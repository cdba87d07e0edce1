"""The three variants of a pack, from loose to tight."""

from enum import IntEnum


class Variant(IntEnum):
    """A variant; a greater one is a tighter one."""

    PERMISSIVE = 0
    BASELINE = 1
    STRICT = 2

    def __str__(self) -> str:
        return self.name.lower()


VARIANTS: dict[str, Variant] = {str(variant): variant for variant in Variant}
"""The variants by the names that files use."""
