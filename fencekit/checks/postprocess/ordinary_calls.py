"""Ordinary calls, and names that mean nothing: what a scope that says something does not cover.

How broad a scope is gets counted on these, whatever way it is spelt.
"""

from collections.abc import Mapping
from functools import cache
from random import Random
from string import ascii_lowercase
from typing import Any

from fencekit.model.request import Request

NAMES = 1_000
"""The names of capabilities that are drawn; each has one to four parts of three to nine letters."""

COMMANDS = (
    "git status --short",
    "ls -la src tests",
    "pytest -q tests/test_api.py",
    "rm -rf build",
    "curl -sS https://api.example.com/v1/health",
    "kubectl get pods -n web",
    "docker compose up -d",
    "python manage.py migrate",
    "cat README.md",
    "npm ci",
    "systemctl restart nginx",
    "terraform plan",
)
QUERIES = (
    "select id, name from customers where id = 7",
    "SELECT count(*) FROM orders",
    "update users set active = true where id = 3",
    "delete from sessions where expires < now()",
    "insert into audit (who, what) values ('a', 'b')",
    "drop table tmp_import",
    "explain select * from events",
    "with t as (select 1) select * from t",
)
PATHS = (
    "/etc/passwd",
    "/srv/app/config.yaml",
    "/workspace/src/main.py",
    "notes/todo.txt",
    "/home/dev/.ssh/id_ed25519",
    "C:\\Users\\dev\\report.docx",
    "docs/guide.md",
    "/var/log/syslog",
)
PAYMENTS = (
    {"amount": 12.5, "currency": "EUR", "to": "DE89370400440532013000"},
    {"amount": 80, "currency": "USD", "customer": "c_81"},
    {"amount": 450, "currency": "EUR", "order": "A-1931"},
    {"amount": 1200, "currency": "GBP", "invoice": "2026-114"},
    {"amount": 25000, "currency": "USD", "to": "acct_7"},
    {"amount": 7.99, "plan": "basic"},
)
OTHERS: tuple[Mapping[str, Any], ...] = (
    {"url": "https://example.org/data.json", "method": "GET"},
    {"url": "http://10.0.0.8/admin", "method": "POST", "body": "x=1"},
    {"to": ["ann@example.com"], "subject": "Minutes", "text": "See you at 10."},
    {"channel": "#ops", "message": "deploy done"},
    {"id": 42},
    {},
)
ENVIRONMENTS = ("production", "staging", "development", None, "production")
CONTEXTS: tuple[Mapping[str, Any], ...] = (
    {"user_role": "admin", "risk_level": "high"},
    {"user_role": "support", "risk_level": "low", "tenant": "acme"},
    {},
    {"user_role": "developer", "risk_level": "medium"},
    {"user_role": "agent", "tenant": "globex"},
)


@cache
def arbitrary_names() -> tuple[str, ...]:
    """Return names of capabilities that nobody has in mind; the same ones each time."""
    draw = Random(15)  # noqa: S311  (no secret)

    def part() -> str:
        return "".join(draw.choices(ascii_lowercase, k=draw.randint(3, 9)))

    return tuple(".".join(part() for _ in range(1 + at % 4)) for at in range(NAMES))


@cache
def ordinary_calls() -> tuple[Request, ...]:
    """Return calls as agents make them all day, of many kinds, harmless and not."""
    arguments: tuple[Mapping[str, Any], ...] = (
        *({"command": command} for command in COMMANDS),
        *({"query": query} for query in QUERIES),
        *({"path": path} for path in PATHS),
        *PAYMENTS,
        *OTHERS,
    )
    return tuple(
        Request(
            "some.tool",
            environment=ENVIRONMENTS[at % len(ENVIRONMENTS)],
            context=CONTEXTS[(at + at // 5) % len(CONTEXTS)],
            args=args,
        )
        for at, args in enumerate(arguments)
    )
