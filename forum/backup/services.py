"""Making a backup, and putting one back into an empty site."""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command, get_commands
from django.db import DEFAULT_DB_ALIAS, connections
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from articles.models import Article
from forum.mail.models import OutgoingMessage
from forum.subscriptions import jobs as alerts

from .bundle import MEDIA, Bundle, new_bundle, open_bundle
from .dumps import DUMP_NAMES, POSTGRESQL, SQLITE, load_dump, write_dump
from .manifest import FORMAT, BackupError, Manifest, known_migrations, print_of_key, read_migrations
from .moving import move_rows

# Made anew by every start, or nothing of the site's: mail of a development site.
NOT_MEDIA = {"static", "static.fingerprint", "outbox"}


@dataclass(frozen=True)
class Restored:
    """What was put back; ``warning`` is a sentence for the operator, or empty."""

    manifest: Manifest
    media: int
    warning: str


def make_backup(path: Path) -> Manifest:
    """Write the whole site to ``path`` while it runs, and return what the file says of itself. Raises BackupError."""
    path = path.absolute()
    if path.parent == Path(settings.DATA_DIR):
        raise BackupError("A backup in the data folder would be in the next one too. Name a file in another folder.")
    made_at = timezone.now().isoformat(timespec="seconds")
    vendor = connections[DEFAULT_DB_ALIAS].vendor
    with new_bundle(path) as bundle, tempfile.TemporaryDirectory(dir=path.parent, prefix=".backup-") as folder:
        dump = Path(folder) / DUMP_NAMES[vendor]
        migrations = read_migrations()
        write_dump(dump)
        bundle.add(dump.name, dump)
        for media in _find_media(besides=path.parent):
            bundle.add(MEDIA + media.relative_to(settings.DATA_DIR).as_posix(), media)
        manifest = Manifest(
            format=FORMAT,
            made_at=made_at,
            site_url=settings.SITE_URL,
            vendor=vendor,
            migrations=migrations,
            settings=sorted(name for name in settings.ENVIRONMENT_NAMES if os.environ.get(name)),
            key_print=print_of_key(),
            files=bundle.files,
        )
        bundle.finish(manifest)
    return manifest


def restore_backup(path: Path) -> Restored:
    """Put the backup at ``path`` into this site, which must be empty, and bring it to this release. Raises BackupError."""
    with open_bundle(path) as bundle, tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix=".restore-") as folder:
        manifest = bundle.manifest
        _require_known_release(manifest)
        _require_movable(manifest.vendor)
        _require_empty_site()
        bundle.require_whole()
        dump = Path(folder) / DUMP_NAMES[manifest.vendor]
        bundle.extract(dump.name, dump)
        is_moved = connections[DEFAULT_DB_ALIAS].vendor != manifest.vendor
        if is_moved:
            call_command("migrate", interactive=False, verbosity=0)
            move_rows(dump)
        else:
            load_dump(dump)
        call_command("migrate", interactive=False, verbosity=0)
        if is_moved and "rebuild_search" in get_commands():
            call_command("rebuild_search", verbosity=0)  # each kind of database has an index of its own kind
        _forget_mail_under_way()
        media = _put_media_back(bundle)
    return Restored(manifest, media, _compare_keys(manifest))


def _forget_mail_under_way() -> None:
    """Drop mail that waits, and the jobs that would write some: the site that was backed up has sent it since."""
    OutgoingMessage.objects.filter(state=OutgoingMessage.State.WAITING).delete()
    writing = DBTaskResult.objects.filter(status=TaskResultStatus.READY, task_path__startswith=f"{alerts.__name__}.")
    writing.delete()


def _find_media(besides: Path) -> Iterator[Path]:
    """Yield every file of the data folder that belongs to the site: not its database, nor the folder ``besides`` for backups."""
    home = Path(settings.DATA_DIR)
    database = Path(str(connections[DEFAULT_DB_ALIAS].settings_dict["NAME"])).name
    for top in sorted(home.iterdir()):
        if top.name in NOT_MEDIA or top.name.startswith((".", database)):
            continue
        files = sorted(top.rglob("*")) if top.is_dir() else [top]
        is_inside = home in besides.parents
        yield from (path for path in files if path.is_file() and not (is_inside and besides in path.parents))


def _put_media_back(bundle: Bundle) -> int:
    home = Path(settings.DATA_DIR).resolve()
    for name in bundle.media():
        target = (home / name).resolve()
        if home not in target.parents:
            raise BackupError(f"The backup holds a file that does not belong into the data folder: {name}")
        bundle.extract(MEDIA + name, target)
    return len(bundle.media())


def _require_known_release(manifest: Manifest) -> None:
    if unknown := sorted(set(manifest.migrations) - known_migrations()):
        raise BackupError(
            f"This backup was made by a newer release (it knows {unknown[0]}). "
            "Install that release, or a later one, and try again."
        )


def _require_movable(vendor: str) -> None:
    here = connections[DEFAULT_DB_ALIAS].vendor
    if vendor not in DUMP_NAMES:
        raise BackupError(f"This backup was made on a database that is not supported here: {vendor}.")
    if (vendor, here) == (POSTGRESQL, SQLITE):
        raise BackupError(
            "This backup is of a PostgreSQL database and cannot be put into SQLite. Set DATABASE_URL to a PostgreSQL database, "
            "or take the conversations along with export_discussion and import_discussion."
        )


def _require_empty_site() -> None:
    tables = connections[DEFAULT_DB_ALIAS].introspection.table_names()
    for model in (Article, get_user_model()):
        if model._meta.db_table in tables and model.objects.exists():
            raise BackupError(
                "This site is not empty: it has articles or members. A backup is put into an empty site only. "
                "Set DATA_DIR to a new folder, or DATABASE_URL to a new database."
            )


def _compare_keys(manifest: Manifest) -> str:
    """Return what the operator must know where the secret of the backup is not the one of this site."""
    stored = Path(settings.DATA_DIR) / "secret_key"
    if manifest.key_print == print_of_key() or (not os.environ.get("SECRET_KEY") and f"{MEDIA}{stored.name}" in manifest.files):
        return ""
    return (
        "SECRET_KEY is not the one of the site that was backed up: links that were mailed, and people who are signed in, are not "
        "known here. Set SECRET_KEY to the former one, or name that one in SECRET_KEY_FALLBACKS."
    )
