"""Policies with something wrong in them: in what they say, in their YAML, in their bytes."""

from collections.abc import Callable
from random import Random

from conformance.generators import PolicyFiles, policy_files

WRONG_LINES = (
    *("unknown_key: 1", "1: x", "null: x", "Deny: []", "denny: []", "? [a]\n: x", "!!str 5: x"),
    *("deny: null", "deny:", "deny: {}", "deny: text", "deny: 5", "deny: !!set {a}", "deny: ''"),
    *("deny: [5]", "deny: [null]", "deny: [[]]", "deny: [{}]", "deny: [{capability: }]"),
    *("deny: [{capability: x, unknown: 1}]", "deny: [{capability: x, 5: 1}]", "deny: [true]"),
    *("deny: [{capability: x, action: deny}]", "deny: [{Capability: x}]", "deny: [2024-01-01]"),
    *("deny: !!omap [a: b]", "deny: !!pairs [a: b]", "deny: !!omap []", "deny: [!!set {a}]"),
    *("deny: [{capability: ''}]", "deny: [{capability: []}]", "deny: [{capability: no}]"),
    *("deny: [{capability: x, null: 1}]", "deny: [{capability: x, contains: !!set {a}}]"),
    *("deny: [{capability: x, contains: !!binary YQ==}]", "deny: [!!str {=: shell.exec}]"),
    *("require_approval: null", "allow: null", "allow: x", "allow: {a: b}", "allow: [''] # fine"),
    *("allow: [*missing]", "allow: [!custom x]", "allow: [!!python/name:os.system x]"),
    *("rules: null", "rules: {}", "rules: [x]", "rules: [{}]", "rules: [{capability: x}]"),
    *("rules: [{action: x}]", "rules: [{action: Deny}]", "rules: [{action: null}]"),
    *("rules: [{action: [deny]}]", "rules: [{action: deny, contains: x}]", "rules: [5]"),
    *("rules: [{action: deny, 5: x}]", "rules: [{action: deny, null: x, a: b}]", "rules: []"),
    *("rules: [{action: deny, capability: null}]", "rules: [{action: deny, threshold: x}]"),
    *("risk_levels: null", "risk_levels: []", "risk_levels: x", "risk_levels: {low: deny}"),
    *("risk_levels: {low: {}}", "risk_levels: {low: {action: x}}", "risk_levels: {low: null}"),
    *("risk_levels: {low: {action: [x]}}", "risk_levels: {low: {action: null}}"),
    *("risk_levels: {low: {action: deny, action: warn}}", "risk_levels: {? [a] : {action: deny}}"),
    *("risk_levels: {!!float 1: {action: deny}}", "risk_levels: {2024-01-01: {action: deny}}"),
    *(
        "risk_levels: {.nan: {action: deny}}",
        "risk_levels: {low: {action: deny}, low: {action: x}}",
    ),
    *("risk_levels: !!omap [low: {action: deny}]", "risk_levels: !!set {low}"),
    *("extends: missing.yaml", "extends: main.yaml", "extends: ./main.yaml", "extends: []"),
    *("extends: null", "extends: 5", "extends: {}", "extends: ''", "extends: [null]"),
    *("extends: [5]", "extends: [[other.yaml]]", "extends: no", "extends: yes", "extends: 0"),
    *(f"extends: {'x' * 300}.yaml", '"extends": "nul\\0.yaml"', "extends: lib", "extends: [lib]"),
    *("extends: other.yaml", "extends: [other.yaml, missing.yaml]", "extends: {other.yaml: x}"),
    *("extends: 2024-01-01", "extends: !!binary YQ==", "extends: ['']", "extends: other.yaml/"),
    *("extends: [.]", "extends: lib/../other.yaml", "extends: inner.yaml", 'extends: "\\ud800"'),
    *("version: 2024-13-45", "version: !!int x", "version: !!bool x", "version: !!timestamp x"),
    *("version: !!binary '*'", "version: =", "version: !!float x", "<<: 5", "<<: {deny: []}"),
    *("<<: [{deny: []}, {allow: [x]}]", "<<: [5]", "version: 0x", "version: 0b", "version: 1__0"),
    *(
        "version: 12:90",
        "version: 0o8",
        "version: 089",
        "version: -",
        "version: -0b1",
        "version: _",
    ),
    *("version: &a [*a]x", "version: @x", "version: `x", "version: %x", "version: x: y"),
    *("\tversion: 1", "- deny", "--- x", "...", "%YAML 1.2", "%TAG ! x", "---", "? x", "? x\n? x"),
)

OTHER_FILES = {
    "other.yaml": "deny: [shell.exec.*]\nrisk_levels: {low: {action: warn}}\n",
    "lib/inner.yaml": "extends: other.yaml\nallow: ['*']\n",
}

DOCUMENTS: tuple[bytes, ...] = (
    *(b"", b"\n", b"# nothing\n", b"---\n", b"---\n...\n", b"null\n", b"~", b"{}", b"[]", b"0"),
    *(b"false", b"''", b"no", b"[deny]", b"5", b"text", b"- deny", b"true", b".nan", b"0.0"),
    *(b"!!set {}", b"!!set {deny}", b"!!omap []", b"!!binary ''", b"deny: []\n---\nallow: []\n"),
    *(b"--- {}\n--- {}\n", b"\xef\xbb\xbfdeny: [x]\n", b"\xef\xbb\xbf", b"\xff\xfed\x00e\x00"),
    *("deny: [x]\n".encode("utf-16"), b"deny: [\xff]\n", b"deny: [\xc3\x28]\n", b"deny: [\x00]\n"),
    *(
        b"\x00",
        b"deny: [x]\r\nallow: [y]\r\n",
        b"deny: [x]\rallow: [y]\r",
        b"deny: [x]\r\n\rallow:",
    ),
    *(
        "deny: [x]\x85allow: [y]".encode(),
        "deny: [x]\u2028allow: [y]\n".encode(),
        b"%YAML 1.1\n---",
    ),
    *("allow: [\ufeffx]\n".encode(), b"deny: [x]\n...\ngarbage: [", b"deny: [x]\n... # end\n"),
    *(b"deny: [x]\n\x07", b"deny: [\x7f]\n", "deny: [\x80]\n".encode(), "deny: [🙂]\n".encode()),
    *(b"deny: &a [x]\nallow: *a\n", b"&a deny: [x]\n*a : [y]\n", b"deny: [{capability: &c x}, *c]"),
    *(b"deny: [x]\ndeny: null\n", b"deny: null\ndeny: [x]\n", b"{deny: [x], deny: [y]}", b"{deny"),
    *(
        b"[" * 400 + b"]" * 400,
        b"deny: [" + b"[" * 100 + b"]" * 100 + b"]",
        b'"\\ud800": x',
        b"{,}",
    ),
    *("deny: [\ud800]".encode("utf-8", "surrogatepass"), b"deny: ['\\u0000']", b'deny: ["\\0"]'),
)

SPECIAL = (
    *(
        ":",
        ": ",
        "-",
        "- ",
        "[",
        "]",
        "{",
        "}",
        ",",
        "'",
        '"',
        "#",
        " #",
        "&a ",
        "*a",
        "!",
        "!!str ",
    ),
    *(
        "|",
        ">",
        "%",
        "@",
        "`",
        "?",
        "? ",
        "\t",
        "\n",
        "\r",
        "\x00",
        "\x85",
        "\u2028",
        "\ufeff",
        "<<: ",
    ),
    *(
        "null",
        "~",
        "---\n",
        "...\n",
        "\\",
        "=",
        "\x07",
        "é",
        "🙂",
        "  ",
        "!!binary ",
        "!!set ",
        "|2",
    ),
)


def broken_files(random: Random) -> tuple[PolicyFiles, dict[str, bytes]]:
    """Return a policy with something that may be wrong, and its files as bytes."""
    made = policy_files(random)
    files = {**OTHER_FILES, **made.files}
    spoil = random.choice(SPOILERS)
    victim = random.choice([made.main, made.main, random.choice(list(made.files))])
    files[victim] = spoil(random, files[victim])
    if random.random() < 0.1:
        files.pop(random.choice(list(made.files)))
    data = {name: text.encode("utf-8", "surrogatepass") for name, text in files.items()}
    if random.random() < 0.05:
        data[victim] = random.choice(
            [
                b"\xef\xbb\xbf" + data.get(victim, b""),
                data.get(victim, b"").replace(b"\n", b"\r"),
                data.get(victim, b"") + b"\xff",
                data.get(victim, b"").replace(b"e", b"\xc3", 1),
            ]
        )
    return made, data


def with_line(random: Random, text: str) -> str:
    """Add a line that is wrong, or odd, at the top level; often a second one of the same key."""
    line = random.choice(WRONG_LINES)
    if random.random() < 0.5:
        lines = text.splitlines(keepends=True)
        starts = [at for at, kept in enumerate(lines) if kept[:1] not in " -#\n\r"] or [0]
        at = random.choice(starts)
        return "".join([*lines[:at], line + "\n", *lines[at:]])
    return line + "\n" if random.random() < 0.7 else text + line + "\n"


def with_character(random: Random, text: str) -> str:
    """Put something into the text at any place."""
    at = random.randint(0, len(text))
    return text[:at] + random.choice(SPECIAL) + text[at:]


def without_character(random: Random, text: str) -> str:
    """Take a character out of the text."""
    at = random.randint(0, len(text))
    return text[:at] + text[at + 1 :]


def without_line(random: Random, text: str) -> str:
    """Take a line out of the text."""
    lines = text.splitlines(keepends=True)
    if lines:
        del lines[random.randrange(len(lines))]
    return "".join(lines)


def with_line_twice(random: Random, text: str) -> str:
    """Write a line a second time: a key, mostly, which then stands there twice."""
    lines = text.splitlines(keepends=True)
    if lines:
        lines.insert(random.randrange(len(lines) + 1), random.choice(lines))
    return "".join(lines)


def cut_short(random: Random, text: str) -> str:
    """End the text somewhere."""
    return text[: random.randint(0, len(text))]


SPOILERS: tuple[Callable[[Random, str], str], ...] = (
    *(with_line, with_line, with_line, with_character, without_character, without_line),
    *(with_line_twice, cut_short),
)
