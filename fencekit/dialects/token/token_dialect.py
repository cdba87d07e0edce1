"""The token dialect as one object: its reader and its printer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fencekit.dialects.dialect_protocol import Dialect
from fencekit.dialects.token.token_printer import token_document, write
from fencekit.dialects.token.token_reader import Token, read_token
from fencekit.dialects.token.token_rules import policy_of
from fencekit.model.errors import PolicyError
from fencekit.model.policy import Policy
from fencekit.model.source import SourceFile
from fencekit.reading.file_trees import FileTree


@dataclass(frozen=True)
class TokenDialect:
    """Capability tokens, in JSON. Signatures are the gate's to check; here a token is its rules."""

    name: str = "token"

    def load(
        self,
        path: str,
        *,
        strict: bool,  # noqa: ARG002  (a token is always read strictly)
        root: Path | None,  # noqa: ARG002  (a token extends nothing)
        search_paths: Sequence[Path],  # noqa: ARG002
        tree: FileTree,
    ) -> Policy:
        """Return the policy that the token in the file is."""
        shown = tree.display_name(path)
        text, digest = tree.read(path, PolicyError)
        token = read_token(text, shown)
        return with_source(token, shown, SourceFile(shown, digest, without_proof(text, token)))

    def write(self, policy: Policy) -> str:
        """Return the policy as a token, without signatures."""
        return write(policy)


def with_source(token: Token, file: str, source: SourceFile) -> Policy:
    """Return the policy of a token with its own text in it, by which it is printed."""
    policy = policy_of(token, file, (source,))
    return replace(policy, notes=(("token", token_document(token)),))


def without_proof(text: str, token: Token) -> str:
    """Return the text of a token as reports may show it: its proof, a secret, masked."""
    return text.replace(token.proof, "•" * 8) if token.proof else text


DIALECT: Dialect = TokenDialect()
