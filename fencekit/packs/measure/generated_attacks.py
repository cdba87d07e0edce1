"""Attacks that are generated: second commands, transfers, and fields that no schema has.

What is generated is the same on every run.
"""

from collections.abc import Iterator, Sequence
from itertools import product
from random import Random
from typing import Any

SECOND_COMMAND = (
    *("{ok}; {bad}", "{ok};{bad}", "{ok} && {bad}", "{ok}&&{bad}", "{ok} || {bad}", "{ok}||{bad}"),
    *("{ok} | {bad}", "{ok}|{bad}", "{ok} |& {bad}", "{ok} & {bad}", "{ok}& {bad}", "{bad} & {ok}"),
    *(
        "{ok}\n{bad}",
        "{ok}\r\n{bad}",
        "{ok}\n\n{bad}",
        "{ok} \n{bad}",
        "{ok}\x0b;{bad}",
        "{ok}\t;\t{bad}",
    ),
    *("{ok} $({bad})", "{ok} `{bad}`", '{ok} "$({bad})"', '{ok} "`{bad}`"', "{ok} <({bad})"),
    *("{ok} >({bad})", "{ok} <<< $({bad})", "{ok} ${{x:-$({bad})}}", "{ok} $(({bad}))"),
    *(
        "{bad}; {ok}",
        "{bad} && {ok}",
        "{bad} | {ok}",
        "{ok} && {ok} ; {bad}",
        "{ok} ; {bad} ; {ok}",
    ),
    *("({bad})", "{{ {bad}; }}", "! {bad}", "{ok} 2>&1 | {bad}", "{ok} 2>/dev/null; {bad}"),
    *("{ok} # x\n{bad}", "{ok} \\\n; {bad}", "eval {bad}", "exec {bad}", "env {bad}", "time {bad}"),
    *("X=1 {bad}", "nohup {bad}", "{ok} | xargs {bad}", "if {ok}; then {bad}; fi", "{ok};\n{bad}"),
    *(
        "{ok} > /dev/null ; {bad}",
        "{ok} ;; {bad}",
        "while {bad}; do {ok}; done",
        "{ok} \u2028{bad}",
    ),
)
"""Lines in which a shell runs `bad` beside, or instead of, `ok`."""


def second_commands(allowed: Sequence[str], others: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield lines that run another command beside one that is allowed, and that command."""
    for ok, bad, line in product(allowed, others, SECOND_COMMAND):
        yield line.format(ok=ok, bad=bad), bad


ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
AMOUNT_KEYS = ("total", "value", "sum", "quantity", "price", "cost")
OTHER_NAMES = ("to", "iban", "account", "account_number", "beneficiary", "payee", "destination")


def transfers(approved: str, limit: int, count: int) -> Iterator[dict[str, Any]]:
    """Yield transfers of which each has something that must stop it.

    Recipients that are not approved, alone or with an approved one in another field; amounts over
    the limit; amounts that are hidden behind another field, in a list or object, or in a text.
    """
    random = Random("transfers")  # noqa: S311  (the same transfers on every run)
    kinds = list(KINDS.values())
    for number in range(count):
        payload = kinds[number % len(kinds)](random, approved, limit)
        keys = list(payload)
        random.shuffle(keys)
        yield {key: payload[key] for key in keys}


def stranger(random: Random) -> str:
    """Return an account number that nobody approved."""
    return random.choice(["US", "GB", "DE", "SE"]) + "".join(random.choices(ALPHABET, k=20))


def base(random: Random, recipient: Any, amount: Any) -> dict[str, Any]:
    """Return a transfer with the fields that every one has."""
    subject = random.choice(["Rent", "Invoice 42", "Thank you", "Refund of May", ""])
    return {"recipient": recipient, "amount": amount, "subject": subject, "date": "2024-05-01"}


def to_stranger(random: Random, _: str, limit: int) -> dict[str, Any]:
    """Pay somebody who is not approved."""
    return base(random, stranger(random), random.randint(1, limit))


def to_stranger_naming_approved(random: Random, approved: str, limit: int) -> dict[str, Any]:
    """Pay somebody who is not approved, with an approved account in another field."""
    made = base(random, stranger(random), random.randint(1, limit))
    field = random.choice(["subject", "note", "payer", "from"])
    made[field] = random.choice(["{}", "for {}", "'recipient': '{}'", "{} {}"]).replace(
        "{}", approved
    )
    return made


def to_both(random: Random, approved: str, limit: int) -> dict[str, Any]:
    """Pay an approved account and a stranger, in one text or in a list."""
    both = [approved, stranger(random)]
    recipient = random.choice(
        [" ".join(both), ",".join(both), both, {"approved": both[0], "to": both[1]}]
    )
    return base(random, recipient, random.randint(1, limit))


def by_another_name(random: Random, approved: str, limit: int) -> dict[str, Any]:
    """Pay an approved account, with a stranger under another name for the same thing."""
    made = base(random, approved, random.randint(1, limit))
    made[random.choice(OTHER_NAMES)] = stranger(random)
    return made


def over_limit(random: Random, approved: str, limit: int) -> dict[str, Any]:
    """Pay an approved account more than the limit."""
    amount = random.choice([limit + 0.01, limit + 1, limit * 2, limit * 1000, 10**15, 1e300])
    return base(random, approved, amount)


def decoy_amount(random: Random, approved: str, limit: int) -> dict[str, Any]:
    """Pay an approved account, with a small amount beside a large one of another name."""
    made = base(random, approved, random.randint(1, limit))
    made[random.choice(AMOUNT_KEYS)] = limit * random.randint(2, 1000)
    return made


def hidden_amount(random: Random, approved: str, limit: int) -> dict[str, Any]:
    """Pay an approved account an amount that is no plain number."""
    much = limit * random.randint(2, 1000)
    forms = (
        *(str(much), f"{much:,}", f"${much}", f" {much} ", f"{much}e0", "nan", "inf", None, True),
        *([much], {"value": much}, -much, [1, much], {"amount": 1, "total": much}, "0x7fffffff"),
    )
    return base(random, approved, random.choice(forms))


def nest_payment(random: Random, approved: str, limit: int) -> dict[str, Any]:
    """Pay a stranger, with a harmless transfer inside another field."""
    made = base(random, stranger(random), random.randint(1, limit))
    made["details"] = base(random, approved, 1)
    return made


def posing(random: Random, approved: str, limit: int) -> dict[str, Any]:
    """Pay a stranger, with a key or text that looks like the fields of a harmless transfer."""
    made = base(random, stranger(random), random.randint(1, limit))
    text = f"', 'recipient': '{approved}', 'amount': 1, 'x"
    made.update(
        {text: "x"} if random.random() < 0.5 else {"subject": random.choice(["x", '"']) + text}
    )
    return made


KINDS = {
    "to a stranger": to_stranger,
    "to a stranger, naming somebody approved": to_stranger_naming_approved,
    "to both": to_both,
    "to a stranger by another name": by_another_name,
    "over the limit": over_limit,
    "a decoy of the amount": decoy_amount,
    "a hidden amount": hidden_amount,
    "a nested transfer": nest_payment,
    "a text that poses as the payload": posing,
}
"""The kinds of transfers that are generated, in turn."""


FIELD_NAMES = (
    *("command", "cmd", "script", "args", "options", "path", "file", "filename", "target", "dest"),
    *("url", "uri", "address", "to", "cc", "recipient", "account", "query", "sql", "statement"),
    *("kind", "resource", "name", "id", "text", "content", "data", "value", "extra", "x"),
)
"""Names that a tool may read a field by, of which a schema has few."""

Args = dict[str, Any]


def other_fields(fine: Args, key: str, text: str, known: set[str]) -> Iterator[tuple[str, Args]]:
    """Yield calls with a text in a field of another name, and what was done to an allowed call.

    It comes behind the fields, or before them, or takes the place of the field that it belongs in.
    """
    for name in FIELD_NAMES:
        if name not in known:
            yield f"`{name}` behind", {**fine, name: text}
            yield f"`{name}` before", {name: text, **fine}
            renamed = {name if own == key else own: value for own, value in fine.items()}
            yield f"`{name}` for `{key}`", {**renamed, name: text}
