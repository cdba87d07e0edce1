"""How the texts that an edited pattern matches compare with those of the pattern before."""

from enum import StrEnum


class Reach(StrEnum):
    """How the language of an edited pattern, or the calls of an edited rule, compares."""

    WIDER = "wider"
    NARROWER = "narrower"
    SHIFTED = "shifted"
