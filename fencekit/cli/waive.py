"""`fencekit waive`: leave for one finding of a report, written into the file of waivers."""

from collections.abc import Mapping
from pathlib import Path

import click

from fencekit.cli.report_options import option


@click.command("waive")
@click.argument("finding", required=False, metavar="[FINDING]")
@click.option(
    "--report",
    type=click.Path(),
    metavar="FILE",
    help="The report that has the finding, as `--format json` or `--out json=FILE` wrote it.",
)
@click.option("--reason", metavar="TEXT", help="Why it may pass.")
@click.option("--until", metavar="DATE", help="The last day on which the waiver holds.")
@click.option(
    "--approver",
    metavar="WHO",
    help="Who says so.  [default: `user.email` of git, where it is set]",
)
@click.option("--max-count", type=click.IntRange(min=1), metavar="N", help="The most calls.")
@option("waivers", help="The file to write into.  [default: fencekit.waivers.yaml]")
@click.option(
    "--migrate",
    is_flag=True,
    help="Rewrite waivers that name rules by position.",
)
@option("policy", help="The policy that has the rules.")
@option("policy_root")
def command(
    finding: str | None,
    *,
    report: str | None,
    reason: str | None,
    until: str | None,
    approver: str | None,
    max_count: int | None,
    waivers: str | None,
    migrate: bool,
    policy: str | None,
    policy_root: str | None,
) -> None:
    """Allow one FINDING of a report for a time, in writing.

    FINDING is the digest that the report shows, or its beginning. The waiver is bound to what the
    finding is about: what the rules on both sides say, the capability, both decisions. When one of
    them changes, it covers nothing any more, and is reported as unused.

    With --migrate, waivers that name a rule by its position are rewritten: each then names what the
    rule of POLICY says now. Do that before the rules move.

    \b
    fencekit replay audit.jsonl --policy candidate.yaml --out json=report.json
    fencekit waive 3f2a9c10d4e7 --report report.json --reason "until the audit" --until 2026-12-31
    fencekit waive --migrate --policy policy.yaml
    """
    from fencekit.cli.terminal_output import say
    from fencekit.config.project_settings import settings_near
    from fencekit.model.errors import UsageError

    settings = settings_near(Path.cwd())
    file = waivers or settings.get("waivers") or settings.waivers_here() or "fencekit.waivers.yaml"
    if migrate:
        if finding or report or reason or until or approver or max_count:
            hint = "write `fencekit waive --migrate --policy P`"
            raise UsageError("`--migrate` is about all waivers of a file", hint=hint)
        from fencekit.checks.postprocess.waiver_writing import migrate_waivers
        from fencekit.dialects.dialect_registry import load_policy
        from fencekit.reporting.report_phrases import count_noun

        named = policy or settings.get("policy")
        if not named:
            hint = "name it with `--policy`, or as `policy` in `[tool.fencekit]`"
            raise UsageError("no policy whose rules are meant", hint=hint)
        root = policy_root or settings.get("policy_root")
        count = migrate_waivers(file, [load_policy(named, policy_root=root)])
        say(f"{file}: {count_noun(count, 'waiver')} rewritten" if count else f"{file}: all are new")
        return
    said = {"FINDING": finding, "--report": report, "--reason": reason, "--until": until}
    write_one(said, approver, max_count, file)


def write_one(
    said: Mapping[str, str | None], approver: str | None, max_count: int | None, file: str
) -> None:
    """Write the waiver of one finding; `said` is what has to be given, by what it is called."""
    from fencekit.checks.postprocess.stored_report import load_report
    from fencekit.checks.postprocess.waiver_writing import (
        Leave,
        append_waiver,
        entry,
        finding_named,
    )
    from fencekit.cli.terminal_output import say
    from fencekit.config.project_settings import day
    from fencekit.model.errors import UsageError
    from fencekit.reading.git_files import setting

    finding, report, reason, until = (value or "" for value in said.values())
    for name, value in said.items():
        if not value:
            hint = "write `fencekit waive FINDING --report FILE --reason TEXT --until DATE`"
            raise UsageError(f"`{name}` is missing", hint=hint)
    who = approver or setting("user.email") or setting("user.name")
    if not who:
        raise UsageError("it is not known who approves", hint="name them with `--approver`")
    expires = day(until)
    assert expires is not None
    read = load_report(report)
    found = finding_named(read, finding)
    append_waiver(file, entry(read, found, Leave(reason, who, expires, max_count)))
    say(f"{file}: {found.key.short} waived by {who} until {expires}")
