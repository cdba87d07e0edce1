"""The options of checks, each once: click, pytest and `[tool.fencekit]` all read this table.

pytest loads it at every start, so it imports nothing but the standard library.
"""

from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple

REPLAY, PROPERTIES, PROVE = "replay", "properties", "prove"
"""The flags of pytest: `--capfence-replay`, and so on."""
FLAGS = {flag: f"--capfence-{flag}" for flag in (REPLAY, PROPERTIES, PROVE)}
CLI, PYTEST, TOML = "cli", "pytest", "toml"
"""What reads options: the command line, pytest, `[tool.fencekit]`."""


class Kind(Enum):
    """What the value of an option is, and what a wrong one in `[tool.fencekit]` is not."""

    PATH = "a path"
    PATHS = "a path or a list of paths"
    KEYS = "a list of paths"
    TEXT = "text"
    DATE = "a date such as 2026-12-31"
    LIMIT = "a number or `all`"
    SIZE = "a number of bytes, or a size such as `16MiB`"
    SECONDS = "a number of seconds"
    COUNT = "a number"
    SWITCH = "true or false"
    TABLE = "a table"


class Option(NamedTuple):
    """An option: its key, `policy_root`, is `--policy-root` and `--capfence-policy-root`.

    `help` begins in lower case and has no full stop. `default` is only shown. `flags` are those of
    pytest that the option belongs to. `only` names what reads it, where that is not all three.
    """

    key: str
    kind: Kind
    help: str
    metavar: str = ""
    default: str = ""
    choices: tuple[str, ...] = ()
    flags: tuple[str, ...] = (REPLAY,)
    only: tuple[str, ...] = (CLI, PYTEST, TOML)

    @property
    def name(self) -> str:
        """Its name after the dashes."""
        return self.key.replace("_", "-")


POLICIES = (REPLAY, PROPERTIES, PROVE)
LOOSENING = ("looser", "changed", "never")
REDACT = ("secrets", "all", "none")
ROWS = (
    Option("logs", Kind.PATHS, "the logs to replay", only=(TOML,)),  # arguments elsewhere
    Option("policy", Kind.PATH, "the candidate policy", "P", flags=POLICIES),
    Option(
        "baseline",
        Kind.PATH,
        "the policy in force, to compare with instead of the recorded decisions",
        "B",
        flags=POLICIES,
    ),
    Option(
        "no_baseline",
        Kind.SWITCH,
        "compare with the recorded decisions, whatever the configuration says",
    ),
    Option(
        "policy_root",
        Kind.PATH,
        "where names in `extends` are looked for; the working directory by default",
        "DIR",
        flags=POLICIES,
    ),
    Option(
        "baseline_root",
        Kind.PATH,
        "the same for the baseline; as for the policy by default",
        "DIR",
        flags=POLICIES,
    ),
    Option("log_format", Kind.TEXT, "read the logs in this format, not the one seen", "F"),
    Option(
        "max_line", Kind.SIZE, "the longest line of a log that is read, as 16MiB", "SIZE", "8MiB"
    ),
    Option("tools", Kind.PATH, "a mapping from tools to capabilities", "FILE"),
    Option(
        "redaction_key",
        Kind.PATH,
        "the key that values of the logs were masked with: decides equality with them",
        "FILE",
    ),
    # `--html` on the command line, where `--report` of `fencekit waive` is a report to read
    Option("report", Kind.PATH, "write the report as HTML", "FILE", only=(PYTEST, TOML)),
    Option("fail_on", Kind.TEXT, "which findings fail", default="looser", choices=LOOSENING),
    Option(
        "max_invalid", Kind.LIMIT, "records that may be unreadable: a number, or `all`", "N", "0"
    ),
    Option(
        "max_undecided",
        Kind.LIMIT,
        "records whose change may stay open: a number, or `all`",
        "N",
        "0",
    ),
    Option(
        "max_passed_over",
        Kind.LIMIT,
        "parts of logs that look like calls and are not read: a number, or `all`",
        "N",
        "0",
    ),
    Option(
        "timeout",
        Kind.SECONDS,
        "the time limit for one record",
        "SECONDS",
        "5",
        flags=(REPLAY, PROPERTIES),
    ),
    Option("require_chain", Kind.SWITCH, "refuse records that no verified chain covers"),
    Option(
        "waivers",
        Kind.PATH,
        "what is allowed for a time",
        "FILE",
        "fencekit.waivers.yaml, where it is there",
        flags=(REPLAY, PROVE),
    ),
    Option(
        "today",
        Kind.DATE,
        "the day on which waivers have to hold",
        "DATE",
        "now",
        flags=(REPLAY, PROVE),
    ),
    Option(
        "redact",
        Kind.TEXT,
        "what the report hides of the calls that it shows",
        default="secrets",
        choices=REDACT,
    ),
    Option(
        "keep_records",
        Kind.COUNT,
        "changed records that the report holds one by one",
        "N",
        "100000",
    ),
    Option(
        "authors",
        Kind.SWITCH,
        "name who wrote, by git, the lines to blame, where there is a repository",
        default="authors",
    ),
    Option(
        "proof_memory",
        Kind.SIZE,
        "the memory that one question to the prover may take",
        "SIZE",
        "512MB",
        flags=(REPLAY, PROVE),
    ),
    Option(
        "examples",
        Kind.COUNT,
        "calls to try for each property",
        "N",
        "1000",
        flags=(PROPERTIES,),
        only=(PYTEST, TOML),  # no command searches
    ),
    Option(
        "seed",
        Kind.TEXT,
        "try the same calls again",
        "SEED",
        "fixed in CI, else another",
        flags=(PROPERTIES,),
        only=(PYTEST, TOML),
    ),
    Option(
        "save_witness",
        Kind.PATH,
        "write each witness as a file of cases",
        "DIR",
        flags=(PROPERTIES,),
        only=(PYTEST, TOML),
    ),
    Option(
        "guardrails",
        Kind.PATH,
        "a policy whose rules the candidate must be at least as strict as",
        "G",
        flags=(PROVE,),
    ),
    Option(
        "domain",
        Kind.PATH,
        "a JSON Schema of the arguments; by default they are any JSON object",
        "FILE",
        flags=(PROVE,),
    ),
    Option("allow_unknown", Kind.SWITCH, "let pass what could not be settled", flags=(PROVE,)),
    Option(
        "fail_on_errors",
        Kind.SWITCH,
        "fail on what is looser only where the policy in force raises, too",
        flags=(PROVE, PROPERTIES),
    ),
    Option(
        "lint", Kind.TABLE, "what lint looks for", only=(TOML,)
    ),  # `fencekit.config.lint_settings`
    Option("trusted_keys", Kind.KEYS, "the keys of packs", only=(TOML,)),  # `--key` of packs
)
OPTIONS = {row.key: row for row in ROWS}
"""Every option, by its key."""


def options_of(face: str, flags: Iterable[str] = POLICIES) -> dict[str, Option]:
    """Return the options that a face reads, by key; of pytest's, those of these flags only."""
    of_flags = set(flags)
    return {
        key: row for key, row in OPTIONS.items() if face in row.only and of_flags & {*row.flags}
    }
