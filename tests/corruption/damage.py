"""Ways in which the bytes of a log are damaged, each at random."""

from collections.abc import Callable
from random import Random

Damage = Callable[[Random, bytearray], bytes]

JUNK = (b"\r\n", b"\n\n", b"\r", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"null\n", b"[]\n", b"{}\n")
JUNK += (b'"', b"\\", b"\x1f\x8b", b'{"a":1}\n', b"NaN", b"\xe2\x80\xa8", b"\x85", b"9" * 5_000)
JUNK += (b"[" * 300, b'{"x":' * 300, b"\x0b", b"\x1c", b"\\ud800", b"1e999", b"-", b",", b"}", b"]")
HUGE = (b"1e400", b"-1e400", b"9" * 400, b"9" * 5_000, b"1e-400", b"0.1e+99999", b"-0", b"1E+308")
ENCODINGS = ("latin-1", "utf-16", "utf-16-be", "utf-32", "cp1252", "utf-8-sig", "cp037")


def flip(chance: Random, data: bytearray) -> bytes:
    """Flip one bit to five."""
    for _ in range(chance.randint(1, 5)):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def flip_the_beginning(chance: Random, data: bytearray) -> bytes:
    """Flip one bit of the first bytes, by which a format is recognised."""
    data[chance.randrange(min(4, len(data)))] ^= 1 << chance.randrange(8)
    return bytes(data)


def cut_off(chance: Random, data: bytearray) -> bytes:
    """Cut the log off, as a full disk does."""
    return bytes(data[: chance.randrange(1, len(data))])


def cut_lines(chance: Random, data: bytearray) -> bytes:
    """Cut some of the lines off in the middle."""
    lines = bytes(data).split(b"\n")
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(lines))
        lines[at] = lines[at][: chance.randrange(len(lines[at]) + 1)]
    return b"\n".join(lines)


def take_out(chance: Random, data: bytearray) -> bytes:
    """Take some bytes out."""
    at = chance.randrange(len(data))
    return bytes(data[:at] + data[at + chance.randint(1, 400) :])


def repeat(chance: Random, data: bytearray) -> bytes:
    """Write some bytes twice."""
    at = chance.randrange(len(data))
    end = at + chance.randint(1, 400)
    return bytes(data[:end] + data[at:])


def swap_lines(chance: Random, data: bytearray) -> bytes:
    """Put two lines in the place of each other, which damages none."""
    lines = bytes(data).split(b"\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def zero(chance: Random, data: bytearray) -> bytes:
    """Write NULs over some bytes, as a crash of a file system does."""
    at = chance.randrange(len(data))
    length = chance.randint(1, 60)
    data[at : at + length] = b"\0" * length
    return bytes(data)


def insert(chance: Random, data: bytearray) -> bytes:
    """Put junk between some bytes."""
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(data) + 1)
        data[at:at] = chance.choice(JUNK)
    return bytes(data)


def windows(chance: Random, data: bytearray) -> bytes:
    """End the lines as Windows does, some of them or all."""
    lines = bytes(data).split(b"\n")
    often = chance.choice((1.0, 0.5))
    ends = [b"\r\n" if chance.random() < often else b"\n" for _ in lines]
    return b"".join(line + end for line, end in zip(lines, ends, strict=True))


def encode(chance: Random, data: bytearray) -> bytes:
    """Write a line, or all of them, in another encoding, with a letter that only some have."""
    lines = bytes(data).decode("utf-8", "replace").split("\n")
    chosen = chance.randrange(len(lines)) if chance.random() < 0.7 else None
    name = chance.choice(ENCODINGS)

    def encoded(at: int, line: str) -> bytes:
        if chosen is None or at == chosen:
            middle = len(line) // 2
            return f"{line[:middle]}é{line[middle:]}".encode(name, "replace")
        return line.encode()

    return b"\n".join(encoded(at, line) for at, line in enumerate(lines))


def huge(chance: Random, data: bytearray) -> bytes:
    """Put a huge number, or a tiny one, in the place of some digits."""
    digits = [at for at, byte in enumerate(data) if 48 <= byte <= 57]
    for at in sorted(chance.sample(digits, min(len(digits), chance.randint(1, 3))), reverse=True):
        data[at : at + 1] = chance.choice(HUGE)
    return bytes(data)


DAMAGES: tuple[Damage, ...] = (
    *(flip, flip_the_beginning, cut_off, cut_lines, take_out, repeat, swap_lines),
    *(zero, insert, windows, encode, huge),
)


def damaged(chance: Random, data: bytes) -> tuple[str, bytes]:
    """Return what was done to the bytes, one damage or two, and what became of them."""
    chosen = chance.choices(DAMAGES, k=chance.choice((1, 1, 1, 2)))
    for damage in chosen:
        data = damage(chance, bytearray(data or b" "))
    return " and ".join(damage.__name__ for damage in chosen), data
