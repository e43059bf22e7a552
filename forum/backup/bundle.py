"""The file itself: a zip archive that is written beside its final name, and read only after every hash was found right."""

import hashlib
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from .manifest import NAME, BackupError, Manifest

CHUNK = 1024 * 1024  # bytes
MEDIA = "data/"  # before the names of files of the data folder


class BundleWriter:
    """Takes files, and writes down the hash of each."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.files: dict[str, dict[str, object]] = {}

    def add(self, name: str, path: Path) -> None:
        """Copy the file at ``path`` into the bundle as ``name``."""
        digest, size = hashlib.sha256(), 0
        with path.open("rb") as source, self._archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as target:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                size += len(chunk)
                target.write(chunk)
        self.files[name] = {"sha256": digest.hexdigest(), "bytes": size}

    def finish(self, manifest: Manifest) -> None:
        """Write what the bundle says of itself."""
        self._archive.writestr(zipfile.ZipInfo(NAME), manifest.to_json())


@contextmanager
def new_bundle(path: Path) -> Iterator[BundleWriter]:
    """Give a writer of the bundle at ``path``: there, whole and for its owner only, when the block has ended well.

    Raises BackupError where the disk is full or the folder cannot be written; then nothing is left behind.
    """
    if path.exists():
        raise BackupError(f"{path} is there already. Name another file: a backup is never written over.")
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
    except OSError as error:
        raise BackupError(f"{path.parent} cannot be written ({error.strerror}). Name a file in another folder.") from None
    unfinished = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                yield BundleWriter(archive)
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.rename(path)
    except OSError as error:
        reason = error.strerror or error
        raise BackupError(f"{path} could not be written: {reason}. Free some space, or name another disk.") from error
    finally:
        with suppress(FileNotFoundError):
            unfinished.unlink()


class Bundle:
    """A bundle opened for reading; ``manifest`` is read, the rest is checked by ``require_whole``."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        try:
            self.manifest = Manifest.from_json(archive.read(NAME))
        except KeyError:
            raise BackupError("This file is not a backup of this program: it does not say what it holds.") from None

    def require_whole(self) -> None:
        """Raise BackupError unless every file that the manifest names is there and unchanged, and nothing else is."""
        names = set(self._archive.namelist()) - {NAME}
        if names != set(self.manifest.files):
            raise BackupError("The backup is not whole: files are missing, or there are some that do not belong to it.")
        for name, said in self.manifest.files.items():
            digest = hashlib.sha256()
            with self._open(name) as source:
                while chunk := source.read(CHUNK):
                    digest.update(chunk)
            if digest.hexdigest() != said["sha256"]:
                raise BackupError(f"The backup is damaged: {name} is not what was put in. Take another backup.")

    def extract(self, name: str, path: Path) -> None:
        """Write the file ``name`` to ``path``, for its owner only."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        with self._open(name) as source, path.open("wb") as target:
            shutil.copyfileobj(source, target, CHUNK)

    def media(self) -> list[str]:
        """Return the names of the files of the data folder, without what stands before them."""
        return sorted(name.removeprefix(MEDIA) for name in self.manifest.files if name.startswith(MEDIA))

    def _open(self, name: str) -> BinaryIO:
        return cast(BinaryIO, self._archive.open(name))


@contextmanager
def open_bundle(path: Path) -> Iterator[Bundle]:
    """Open the bundle at ``path``; raise BackupError for a file that is none, or was cut off."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield Bundle(archive)
    except FileNotFoundError:
        raise BackupError(f"There is no file {path}.") from None
    except IsADirectoryError:
        raise BackupError(f"{path} is a folder. Name the backup file in it.") from None
    except (zipfile.BadZipFile, EOFError) as error:
        raise BackupError(f"{path} is not a backup, or was cut off on its way ({error}).") from None
