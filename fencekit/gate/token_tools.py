"""The tools of a capability token: its workspace, its limits, and its end in time.

What a token says beside its rules is checked here, before the rules: that it has not expired, and
that its holder is the one who calls. So both are discharged for every call that comes further.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from fencekit.dialects.token.token_reader import Token
from fencekit.dialects.token.token_rules import format_moment, policy_of
from fencekit.gate.call import Refusal, ToolCall
from fencekit.gate.canonical_paths import excerpt_of
from fencekit.gate.files.file_tools import file_tools
from fencekit.gate.files.workspace import Workspace
from fencekit.gate.tools import Normalised, Tool, Tools
from fencekit.model.verdict import Obligation


@dataclass(frozen=True)
class TokenTools(Tools):
    """Tools that are there for the holder of a token, until it expires."""

    token: Token | None = None
    clock: Callable[[], float] = field(default=time.time, compare=False)

    def normalise(self, call: ToolCall, tool: Tool | None = None) -> Normalised:
        """Return the call as the rules see it, made by the holder where it names nobody.

        Raises Refusal for a token that has expired and for another principal.
        """
        assert self.token is not None
        if self.token.is_void(self.clock()):
            raise Refusal(
                "token_expired", f"the token expired at {format_moment(self.token.expires)}"
            )
        if call.principal not in ("", self.token.holder):
            message = f"`{excerpt_of(str(call.principal))}` is not the holder of the token"
            raise Refusal("wrong_holder", message)
        return super().normalise(replace(call, principal=self.token.holder), tool)


def token_tools(
    token: Token, workspace: Workspace, *, clock: Callable[[], float] = time.time
) -> TokenTools:
    """Return the built-in tools as far as a token has them, on an open workspace."""
    limits: dict[str, int] = {}
    for part in token.blocks:
        for grant in part.tools:
            if grant.max_bytes is not None:
                limits[grant.name] = min(grant.max_bytes, limits.get(grant.name, grant.max_bytes))
    granted = {grant.name for part in token.blocks for grant in part.tools}
    settled = frozenset(
        duty
        for rule in policy_of(token).rules
        for duty in (rule.effect.obligations if rule.effect else ())
        if is_settled(duty)
    )
    tools = file_tools(workspace, limits=limits, discharges=settled)
    return TokenTools(
        [tool for tool in tools if tool.name in granted],
        root=workspace.root,
        token=token,
        clock=clock,
    )


def is_settled(duty: Obligation) -> bool:
    """Say whether an obligation is one that these tools see to for every call."""
    key, separator, _ = duty.name.partition("=")
    return bool(separator) and key in ("expires", "holder", "max_bytes")
