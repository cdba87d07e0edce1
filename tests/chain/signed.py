"""Keys, and databases that the real CapFence wrote and signed."""

import sqlite3
from contextlib import closing
from pathlib import Path
from unittest import mock

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)


def make_keys(folder: Path, name: str = "audit") -> tuple[str, str]:
    """Write a key pair in PEM; return the paths of the private and of the public one."""
    key = Ed25519PrivateKey.generate()
    private, public = folder / f"{name}.key", folder / f"{name}.pub"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(
        key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    return str(private), str(public)


def signed_database(folder: Path, size: int = 30) -> tuple[Path, str]:
    """Have the real runtime record and sign calls; return the database and its public key."""
    from capfence.core import keys
    from capfence.core.audit import AuditLogger
    from capfence.core.runtime import ActionEvent, ExecutionVerdict
    from recording import injected

    def keys_folder() -> Path:
        (folder / "keys").mkdir(exist_ok=True)
        return folder / "keys"

    database = folder / "signed.db"
    with mock.patch.object(keys, "_keys_dir", keys_folder), injected():
        logger = AuditLogger(database, sign_entries=True)
        for number in range(size):
            event = ActionEvent("übersetzer", "run", f"tool-{number}", "production", "low")
            logger.record_event(
                ExecutionVerdict(
                    authorized=bool(number % 2),
                    decision="allow" if number % 2 else "deny",
                    reason="policy",
                    event=event,
                    timestamp=1_700_000_000 + number / 3,
                    metadata={"latency_ms": number, "required_capability": "grün.run.*"},
                )
            )
    return database, str(folder / "keys" / "audit_signing.pub")


def change(database: Path, *statements: str) -> None:
    """Run some SQL on a database, and leave one file."""
    with closing(sqlite3.connect(database)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
