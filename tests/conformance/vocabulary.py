"""The words of generated policies and requests: plain ones that meet often, and odd ones."""

# ruff: noqa: RUF001  (letters that look alike are the point)

SEGMENTS = ("shell", "payment", "sql", "mcp", "exec", "create", "refund", "call", "production")

CAPABILITIES = (
    *("shell.exec", "shell.*", "shell", "shell.exec.production", "shell.exec.*", "shell.*.staging"),
    *("payment.create", "payment.create.*", "payment.*", "payment", "'*.create.production'"),
    *("sql.execute", "sql.*.staging", "sql", "mcp.tools.call.v2", "mcp.tools.call", "mcp.*.call"),
    *("a.b.c.d", "a.b.c.*", "'*.exec'", "'*.*.production'", "'*.*'", "'*'", "'*'", "'*'"),
)
"""Capabilities of rules, as YAML spells them."""

MALFORMED_CAPABILITIES = (
    *("pay.*", "pay*", "sh*.exec", "a b", '"a b.*"', "é.x", '"é.*"', "'.*'", "'..'", "shell.", "."),
    *('"x\\n"', '"shell.exec\\n"', '"shell.exec.\\n"', "SHELL.exec", "shell/exec", "'shell .*'"),
    *("'*.'", "'**'", '"K.exec"', "shell.exec.**", "-.-", "_", "'...'", '"shell.*\\n"'),
)

NO_TEXT_CAPABILITIES = (
    *("5", "true", "1.5", "2024-01-01", "[shell.exec]", "{a: b}", "yes", "!!binary YWI=", ".nan"),
)
"""Capabilities that raise as soon as they are asked about."""

FALSY_CAPABILITIES = ("null", "''", "no", "0", "[]")
"""Capabilities that only a legacy rule may have."""

KEYWORDS = (
    *("rm -rf", "drop table", "iban", "SELECT", "prod", "a", "'it''s'", "\"'path':\"", '"it\'s"'),
    *(
        '"\\n"',
        '"\\\\n"',
        '"\\\\"',
        '"\\""',
        "'two  spaces'",
        '"tab\\there"',
        "'{}'",
        "'}'",
        "': '",
    ),
)
ODD_KEYWORDS = (
    *(
        "no",
        "on",
        "null",
        "~",
        "12",
        "1.0",
        "100",
        "1e3",
        "true",
        "2024-01-01",
        "''",
        "012",
        "1:30",
    ),
    *("STRASSE", "ß", "İ", "ſ", "K", "ǅ", "Σ", ".nan", ".inf", "[]", "{}", "[a]", "{a: b}", "0x1F"),
    *("2024-01-01 10:00:00", "!!binary YWI=", "1_000", "!!str 12", "🙂", '"\\u0130"', '"\\ud83d"'),
)

REGEXES: dict[str, tuple[str, ...]] = {
    r"'\brm\s+-rf?\b'": ("rm -rf /", "rm  -r x", "rm\t-r", "farm -rf", "rm\n-rf"),
    r"'^ls( |$)'": ("ls", "ls -la", " ls", "x\nls", "lsx"),
    r"'(?i)drop table'": ("DROP TABLE t", "drop  table", "Drop Table"),
    r"'\d{3,}$'": ("123", "12", "123\n", "1234 x", "١٢٣"),
    r"'(?m)^x$'": ("a\nx\nb", "x", "ax"),
    r"'[A-Z]+_KEY'": ("API_KEY", "api_key", "_KEY"),
    r"'.'": ("", "\n", "a"),
    r"''": ("", "anything"),
    r"'^$'": ("", "\n", "a"),
    r"'a.c'": ("a\nc", "abc", "ac"),
    r"'(?s)a.c'": ("a\nc", "abc"),
    r"'\.\./'": ("../x", "..x", "a/../b"),
    r"'\w'": ("ſ", "-", "é"),
    r"'(?i)k'": ("K", "k", "x"),
    r"'None'": ("None", "none"),
    r"'True'": ("True", "true"),
    r"'[[a]'": ("[", "a", "b"),
    r"'\['": ("[", "x"),
    r"' '": ("a b", "ab"),
}
"""Regexes as YAML spells them, with texts to try on each."""

ODD_REGEXES = (
    *("'['", "'('", "'*a'", "'a{99999999999}'", "'(?a)(?u)x'", "'(?P<n>a)(?P<n>b)'", "'\\'", "12"),
    *("null", "no", "1.0", "[]", "[a, b]", "{a: b}", "2024-01-01", "'(?L)a'", "''", "'x(?i)y'"),
)

NUMBERS = ("0", "10", "100", "100.5", "1000", "-5", "1.0e+3", "50", "1")
ODD_NUMBERS = (
    *(".nan", ".inf", "-.inf", "-0.0", "012", "0x10", "1:30", "1_000", "true", "no", "1.0e-320"),
    *(
        '"100"',
        "1e3",
        "null",
        "[1]",
        "{a: 1}",
        "2024-01-01",
        "''",
        "0b101",
        "1.7976931348623157e+308",
    ),
    *("9007199254740993", "1" + "0" * 400, "190:20:30", "0o14", "09", "+5", "685.230_15e+03"),
)

PREFIXES = ("/etc", "/etc/", "/tmp/", "/workspace/", "./", "/", "C:\\", "~/")
ODD_PREFIXES = ("''", "5", "null", "no", "[]", "1.0", "[/etc]", "2024-01-01", '"/etc\\n"', "É")

NAMES: dict[str, tuple[str, ...]] = {
    "environment": ("production", "staging", "prod*", "'*'", "'?taging'", "'[!p]*'", "'[ps]*'"),
    "user_role": ("admin", "'?dmin'", "'*'", "viewer", "'ad*n'", "'[a]dmin'", "'[!a]*'"),
    "tenant": ("acme", "'ac*'", "'*'", "globex", "'a?me'"),
    "table": ("users", "'user*'", "orders", "'public.*'", "'*'"),
    "tool_name": ("bash", "'ba*'", "search", "'*'"),
    "risk_level": ("high", "'h*'", "critical", "low", "'*'", "medium"),
}
ODD_NAMES = (
    *(
        "no",
        "on",
        "yes",
        "012",
        "1:30",
        "null",
        "~",
        "1",
        "1.0",
        "true",
        ".nan",
        "''",
        "2024-01-01",
    ),
    *("[production]", "{a: b}", "[]", "'['", "'[]'", "'[!]'", "'[z-a]'", '"a\\nb"', "PRODUCTION"),
    *("ſ", "K", "İ", "'***'", "'[[]'", "'\\*'", "!!set {a}", "10.0"),
)

LEVELS = ("low", "medium", "high", "critical")
ODD_LEVELS = ("HIGH", "'h*'", "null", "2", "off", "''", "1.0", "unknown", '"high\\n"', "true", "1")

TOP_LEVEL_NOTES = (
    *("version: 1.10", 'version: "1"', "policy_name: x", "policy_name: null", "description: ~"),
    *("enforcement_mode: observe", "approval_timeout_seconds: 30", "description: {a: [1, 2]}"),
    *("enforcement_mode: [no]", "approval_timeout_seconds: soon", "version: 2024-01-01"),
)

TEXT_KEYS = ("command", "query", "note", "iban", "body", "'quoted'", "SELECT", "a b", "ключ", "ſ")
TEXTS = (
    *("ls -la", "", " ", "rm -rf /", "RM -RF /", "rm  -rf", "it's", 'say "hi"', "back\\slash", "ß"),
    *("SELECT * FROM users", "drop table users", "DROP TABLE users", "a\nb", "a\\nb", "tab\there"),
    *("STRASSE", "İ", "i̇", "ſ", "K", "k", "ǆ", "ς", "\x00", "\x7f", "\u2028", "🙂", "None", "True"),
    *("nan", "100", "1_0", "/etc/passwd", "production", "'path': 'x'", "{}", "\ud800"),
)
AMOUNT_KEYS = ("amount", "total", "value", "sum", "quantity", "price", "cost")
DECOY_KEYS = (
    "Amount",
    "amounts",
    "AMOUNT",
    "amount ",
    "Path",
    "paths",
    "file_path",
    "total_amount",
)
PATH_KEYS = ("path", "file", "filepath", "filename", "target", "directory", "root")
NOT_AMOUNTS = (None, "", "abc", "$500", "1,000", [100], {"x": 100}, [], "0x10", "１００ €")
ODD_AMOUNTS = (
    *(float("nan"), float("inf"), float("-inf"), "nan", "inf", "-Infinity", "1_0", "1__0", " 100 "),
    *(
        True,
        False,
        10**400,
        -(10**400),
        "1e3",
        "1e400",
        "100\n",
        "１００",
        "0",
        -0.0,
        2**53 + 1,
        "+5",
    ),
)
NAME_VALUES: dict[str, tuple[object, ...]] = {
    "environment": ("production", "staging", "Production", "prod", "dev", "production\n", "", "12"),
    "user_role": ("admin", "Admin", "viewer", "bdmin", "adm\nin", ""),
    "tenant": ("acme", "globex", "ac", "a*me", "ACME"),
    "table": ("users", "orders", "public.users", "user", "Users"),
    "tool_name": ("bash", "search", "ba\nsh", "Bash"),
    "risk_level": ("low", "medium", "high", "critical", "HIGH", "unknown", "high ", "", "h*"),
}
ODD_NAME_VALUES: tuple[object, ...] = (
    *(None, True, False, 0, 1, 1.0, 2, 10, 90, 10.0, float("nan"), [], ["production"], {"a": "b"}),
    *("no", "on", "null", "ſ", "K", "İ", "[", "*", "a\nb", "***", "]", "\\x", ["a"]),
)
DEPTHS: tuple[object, ...] = (0, 1, 2, 3, 5, "2", 2.5, -1, 10, 11, 50, 99, 100, 101)
ODD_DEPTHS: tuple[object, ...] = (
    *(None, True, False, "two", float("nan"), float("inf"), [], {}, [2], 10**400, "1_0", "", " 3"),
)
