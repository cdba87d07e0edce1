"""The hosts: what each calls the parts of an event, and which answers it understands.

Every row is from a run of the real host; `docs/hooks.md` has the table, with versions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fencekit.logs.claude_code import TOOLS as CLAUDE_TOOLS
from fencekit.logs.codex import TOOLS as CODEX_TOOLS

PATHS = frozenset(
    {"file_path", "path", "notebook_path", "absolute_path", "dir_path", "directory", "filePath"}
)
"""Arguments of the hosts' own file tools that are paths, wherever they occur."""
GEMINI_TOOLS = {
    "run_shell_command": "shell.exec",
    "read_file": "file.read",
    "read_many_files": "file.read",
    "grep_search": "file.read",
    "search_file_content": "file.read",
    "glob": "file.list",
    "list_directory": "file.list",
    "write_file": "file.write",
    "replace": "file.write",
    "edit": "file.write",
    "notebook_edit": "file.write",
    "web_fetch": "http.get",
    "google_web_search": "web.search",
    "web_search": "web.search",
    "invoke_agent": "agent.run",
    "agent": "agent.run",
    "task": "agent.run",
    "mcp_*": "mcp.tools.call",
    "mcp__*": "mcp.tools.call",
}
COPILOT_TOOLS = {
    "bash": "shell.exec",
    "write_bash": "shell.exec",
    "powershell": "shell.exec",
    "view": "file.read",
    "grep": "file.read",
    "glob": "file.list",
    "create": "file.write",
    "edit": "file.write",
    "apply_patch": "file.write",
    "str_replace_editor": "file.write",
    "fetch": "http.get",
    "web_fetch": "http.get",
    "web_search": "web.search",
    "task": "agent.run",
}
OPENHANDS_TOOLS = {
    "terminal": "shell.exec",
    "execute_bash": "shell.exec",
    "file_editor": "file.write",
    "str_replace_editor": "file.write",
    "apply_patch": "file.write",
    "grep": "file.read",
    "glob": "file.list",
    "browser_*": "http.get",
}


@dataclass(frozen=True, slots=True)
class HostForm:
    """How a host speaks: the keys of its event, the names of its events, the shape of an answer.

    `before` and `after` are the names of the events around a call, `failed` that of a call that
    failed. `asks` says that the host can ask its user. `shape` is where the decision stands.
    """

    name: str
    tools: Mapping[str, str]
    event: str = "hook_event_name"
    before: str = "PreToolUse"
    after: str = "PostToolUse"
    failed: str = "PostToolUseFailure"
    tool: str = "tool_name"
    arguments: str = "tool_input"
    response: str = "tool_response"
    session: str = "session_id"
    cwd: str = "cwd"
    asks: bool = False
    shape: str = "hookSpecificOutput"
    context: tuple[str, ...] = ("cwd", "permission_mode", "agent_type")
    ids: tuple[str, ...] = field(default=("tool_use_id", "tool_call_id"))

    def answer(self, decision: str, reason: str) -> dict[str, Any]:
        """Return an answer of `deny` or `ask` in the shape that the host reads."""
        said = {"permissionDecision": decision, "permissionDecisionReason": reason}
        if self.shape == "hookSpecificOutput":
            return {self.shape: {"hookEventName": self.before, **said}}
        return (
            said if self.shape == "permissionDecision" else {self.shape: "deny", "reason": reason}
        )


FORMS: Mapping[str, HostForm] = {
    form.name: form
    for form in (
        HostForm("claude-code", CLAUDE_TOOLS, asks=True),
        HostForm("codex", {**CODEX_TOOLS, "Bash": "shell.exec"}),
        HostForm("gemini", GEMINI_TOOLS, before="BeforeTool", after="AfterTool", shape="decision"),
        HostForm("qwen", GEMINI_TOOLS, asks=True),
        HostForm(
            "openhands",
            OPENHANDS_TOOLS,
            event="event_type",
            cwd="working_dir",
            shape="decision",
        ),
        HostForm(
            "copilot",
            COPILOT_TOOLS,
            event="",
            before="preToolUse",
            after="postToolUse",
            failed="",
            tool="toolName",
            arguments="toolArgs",
            response="toolResult",
            session="sessionId",
            asks=True,
            shape="permissionDecision",
        ),
    )
}
"""The hosts by name."""
