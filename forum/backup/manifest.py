"""What a backup says of itself: which release and database made it, what it holds, and how to see that it is whole."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.loader import MigrationLoader

FORMAT = 1
NAME = "manifest.json"


class BackupError(Exception):
    """Why a backup cannot be made or put back: one sentence that says what to do."""


@dataclass(frozen=True)
class Manifest:
    """``files`` is the SHA-256 and the size of each file by its name; ``settings`` names what was set, without the values."""

    format: int
    made_at: str
    site_url: str
    vendor: str
    migrations: list[str]
    settings: list[str]
    key_print: str
    files: dict[str, dict[str, Any]] = field(default_factory=dict)

    def to_json(self) -> str:
        """Return the manifest as it is stored."""
        return json.dumps(asdict(self), indent=1, sort_keys=True, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: bytes) -> Self:
        """Read a stored manifest; raise BackupError for anything else, and for one of a later format."""
        try:
            found = json.loads(text)
            if found["format"] > FORMAT:
                raise BackupError("This backup was made by a newer release. Install that release, or a later one, and try again.")
            return cls(**{name: found[name] for name in cls.__dataclass_fields__})
        except (ValueError, KeyError, TypeError) as error:
            raise BackupError("This file is not a backup of this program: what it says of itself cannot be read.") from error


def read_migrations(alias: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Return the applied migrations of a database as "app.name", in the order of their names."""
    applied = MigrationLoader(connections[alias]).applied_migrations
    return sorted(f"{app}.{name}" for app, name in applied)


def known_migrations() -> set[str]:
    """Return every migration that this release brings, those it has folded into one included."""
    return {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}


def print_of_key() -> str:
    """Return a mark of SECRET_KEY that tells whether two sites have the same, and nothing else about it."""
    return hashlib.sha256(b"understory backup" + settings.SECRET_KEY.encode()).hexdigest()[:16]
