"""The property run that is asked for: what is given, over `[tool.fencekit]`, over defaults."""

from typing import Any

from fencekit.checks.replay.replay_records import checked_timeout
from fencekit.config.project_settings import Settings
from fencekit.generation.call_search import MAX_EXAMPLES, TIMEOUT
from fencekit.model.errors import UsageError
from fencekit.strategies.property_search import PropertyJob

NEEDED = {
    "policy": "name the candidate on the command line, or as `policy` in `[tool.fencekit]`",
    "baseline": "name the policy in force on the command line, or as `baseline` there",
}


def property_job(settings: Settings, **given: Any) -> PropertyJob:
    """Return the run; raise UsageError where a policy is not named or a value is out of range."""

    def pick(key: str) -> Any:
        return settings.pick(given, key)

    for key, hint in NEEDED.items():
        if not pick(key):
            raise UsageError(f"no `{key}` for the properties", hint=hint)
    examples, timeout = pick("examples"), pick("timeout")
    if examples is not None and examples < 1:
        raise UsageError(f"`examples` is `{examples}`: nothing would be tried")
    return PropertyJob(
        policy=pick("policy"),
        baseline=pick("baseline"),
        policy_root=pick("policy_root") or "",
        baseline_root=pick("baseline_root") or "",
        max_examples=MAX_EXAMPLES if examples is None else examples,
        fail_on_errors=bool(pick("fail_on_errors")),
        seed=given["seed"],
        database=given["database"],
        timeout=checked_timeout(TIMEOUT if timeout is None else timeout),
    )
