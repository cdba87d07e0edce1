"""Strict JSON: no duplicate key, no NaN, no lone surrogate, no bottomless nesting."""

import contextlib
import json
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NoReturn

MAX_DEPTH = 200
STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\Z)|[\[{\]}]', re.DOTALL)


class JSONError(ValueError):
    """Text that is not strict JSON; `column` counts from 1, on line `line` of the text."""

    def __init__(self, message: str, line: int = 1, column: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


class JSONSyntaxError(JSONError):
    """Text that is no JSON at all, rather than JSON that is not strict."""


def parse(text: str) -> Any:
    """Return the value that the text spells; raise JSONError with line and column if it is none.

    Integers are exact, the order of keys is kept.
    """
    if text.count("{") + text.count("[") > MAX_DEPTH:
        refuse_depth(text)
    try:
        value = decode_value(text)
    except json.JSONDecodeError as error:
        said = error.msg[:1].lower() + error.msg[1:]
        raise JSONSyntaxError(f"not JSON: {said}", error.lineno, error.colno) from error
    except RecursionError as error:
        raise JSONError(f"nested more than {MAX_DEPTH} deep") from error
    except JSONError:
        raise
    except ValueError as error:  # an integer of more digits than Python converts
        raise JSONError("not JSON: a number has too many digits") from error
    if "\\u" in text:
        refuse_lone_surrogates(value)
    return value


@dataclass(frozen=True, slots=True)
class Flaw:
    """What stands in the place of a value that is not strict JSON: why, and what was written.

    `values` holds every value of a key that occurs more than once.
    """

    why: str
    values: tuple[Any, ...] = ()


class FlawedDecoder:
    """Reads JSON that is not strict: each value that is not becomes a `Flaw`, and the rest stands.

    `flaws` are the reasons, in the order in which they were met. A key that is repeated with the
    same value is one flaw without a `Flaw`. A lone surrogate stays in its text.
    """

    def __init__(self) -> None:
        self.flaws: list[str] = []
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self._object, parse_constant=self._constant, parse_int=self._integer
        )

    def value(self, text: str, at: int = 0) -> tuple[Any, int]:
        """Return the value that begins at an offset, and where it ends.

        Raises JSONSyntaxError, with the offset as its column, where none does.
        """
        try:
            value, end = self._decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            said = error.msg[:1].lower() + error.msg[1:]
            raise JSONSyntaxError(f"not JSON: {said}", 1, error.pos + 1) from error
        except RecursionError as error:
            raise JSONError(f"nested more than {MAX_DEPTH} deep") from error
        if ESCAPED.search(text, at, end):
            self.flaws.append("not UTF-8: a byte cannot be decoded")
        elif LONE.search(text, at, end) and has_surrogate(value):
            self.flaws.append(SURROGATE)
        return value, end

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs):
            met: dict[str, list[Any]] = {}
            for key, value in pairs:
                met.setdefault(key, []).append(value)
            for key, values in met.items():
                if len(values) > 1:
                    same = all(is_same(values[0], other) for other in values[1:])
                    how = " with the same value" if same else ""
                    self.flaws.append(f"the key `{key}` occurs twice in one object{how}")
                    made[key] = values[0] if same else Flaw(self.flaws[-1], tuple(values))
        return made

    def _constant(self, name: str) -> Flaw:
        self.flaws.append(f"`{name}` is no JSON number")
        return Flaw(self.flaws[-1])

    def _integer(self, digits: str) -> Any:
        try:
            return int(digits)
        except ValueError:
            self.flaws.append("a number has too many digits")
            return Flaw(self.flaws[-1])


SURROGATE = "a string holds a lone surrogate, which is no character"
LONE = re.compile(r"\\u[dD][89a-fA-F]")
"""The escape of half a pair: a text without one has no lone surrogate, if it was UTF-8."""


ESCAPED = re.compile("[\udc80-\udcff]")
"""What bytes that are no UTF-8 become in text that is decoded with `surrogateescape`."""


def is_same(one: Any, other: Any) -> bool:
    """Say whether two values are written alike, types too: 1, 1.0 and true are not."""
    return repr(one) == repr(other)


def has_surrogate(value: object) -> bool:
    """Say whether a string in the value holds half of a surrogate pair."""
    try:
        refuse_lone_surrogates(value)
    except JSONError:
        return True
    return False


def has_flaw(value: object) -> bool:
    """Say whether a part of the value is a `Flaw`, or holds a lone surrogate."""
    if isinstance(value, dict):
        return any(has_flaw(key) or has_flaw(item) for key, item in value.items())
    if isinstance(value, list | tuple):
        return any(map(has_flaw, value))
    return isinstance(value, Flaw) or (isinstance(value, str) and has_surrogate(value))


def parse_flawed(text: str) -> tuple[Any, tuple[str, ...]]:
    """Return the value of a text that need not be strict, with what is flawed in it.

    Raises JSONError for what is no JSON, or is nested too deep.
    """
    if text.count("{") + text.count("[") > MAX_DEPTH:
        refuse_depth(text)
    decoder = FlawedDecoder()
    begin = len(text) - len(text.lstrip(SPACE))
    value, end = decoder.value(text, begin)
    if text[end:].strip(SPACE):
        after = len(text) - len(text[end:].lstrip(SPACE)) + 1
        raise JSONSyntaxError("not JSON: extra data", 1, after)
    return value, tuple(dict.fromkeys(decoder.flaws))


SPACE = " \t\r\n"
"""What JSON takes for space."""


def parse_bytes(data: bytes) -> Any:
    """Return the value that UTF-8 bytes spell; raise JSONError if they are no strict JSON."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        wrong = f"not UTF-8: byte 0x{data[error.start]:02x} cannot be decoded"
        raise JSONError(wrong, data.count(b"\n", 0, error.start) + 1, error.start + 1) from error
    return parse(text)


def refuse_depth(text: str) -> None:
    """Raise JSONError where brackets, outside strings, nest deeper than MAX_DEPTH."""
    depth = 0
    for found in STRING_OR_BRACKET.finditer(text):
        char = found[0]
        if char in "{[":
            depth += 1
            if depth > MAX_DEPTH:
                raise JSONError(
                    f"nested more than {MAX_DEPTH} deep", *position(text, found.start())
                )
        elif char in "}]":
            depth -= 1


def position(text: str, at: int) -> tuple[int, int]:
    """Return the line and column, from 1, of an offset."""
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def refuse_lone_surrogates(value: object) -> None:
    """Raise JSONError where a string holds half of a surrogate pair, which no text can."""
    if isinstance(value, str):
        try:
            value.encode("utf-8")
        except UnicodeEncodeError as error:
            raise JSONError(SURROGATE) from error
    elif isinstance(value, dict):
        for key, item in value.items():
            refuse_lone_surrogates(key)
            refuse_lone_surrogates(item)
    elif isinstance(value, list):
        for item in value:
            refuse_lone_surrogates(item)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise JSONError(f"the key `{key}` occurs twice in one object")
            seen.add(key)
    return made


def _constant(name: str) -> NoReturn:
    raise JSONError(f"`{name}` is no JSON number")


DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)
SCAN: Callable[[str, int], tuple[Any, int]] = DECODER.scan_once  # type: ignore[attr-defined]


def decode_value(text: str) -> Any:
    """Return the value; most texts begin and end with it, and need no search for blanks."""
    with contextlib.suppress(StopIteration):
        value, end = SCAN(text, 0)
        if end == len(text):
            return value
    return DECODER.decode(text)


def fast_encoder() -> Callable[[object, int], Iterable[str]] | None:
    """Return what `json.dumps` makes anew for each compact text; None where Python has none in C.

    It takes the value and the level it begins at, 0. Without markers of what it is inside of, a
    value that holds itself is a RecursionError.
    """
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return None
    quoted, default = json.encoder.encode_basestring, json.JSONEncoder().default
    sort_keys = skip_keys = allow_nan = False
    made: Callable[[object, int], Iterable[str]] = make(
        None, default, quoted, None, ":", ",", sort_keys, skip_keys, allow_nan
    )
    return made


FAST_ENCODER = fast_encoder()


def write(value: object, *, indent: int | None = None) -> str:
    """Return the value as JSON text: keys in their order, compact unless indented."""
    separators = (",", ":") if indent is None else None
    options: dict[str, Any] = {"ensure_ascii": False, "indent": indent, "separators": separators}
    try:
        if indent is None and FAST_ENCODER is not None:
            return "".join(FAST_ENCODER(value, 0))
        return json.dumps(value, allow_nan=False, **options)
    except ValueError:
        mark = "beyond"
        while mark in json.dumps(value, **options):
            mark += "!"
        text = json.dumps(with_marks(value, mark), allow_nan=False, **options)
        return text.replace(f'"{mark}+"', BEYOND).replace(f'"{mark}-"', f"-{BEYOND}")


BEYOND = "1e999"
"""A number beyond floats, as JSON; it is read back as infinity."""


def with_marks(value: Any, mark: str) -> Any:
    """Return the value with a mark for each infinity, which JSON has no word for."""
    if isinstance(value, dict):
        return {key: with_marks(item, mark) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [with_marks(item, mark) for item in value]
    if isinstance(value, float) and math.isinf(value):
        return f"{mark}{'+' if value > 0 else '-'}"
    return value


def write_sorted(value: object) -> str:
    """Return the value as `json.dumps` writes it with sorted keys, as CapFence's checksums do."""
    return json.dumps(value, sort_keys=True)
