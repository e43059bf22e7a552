"""Files of an archive: written whole or not at all, listed, taken away, and their sums. Nothing here needs the apps."""

import os
from collections.abc import Container, Iterator
from hashlib import sha256
from itertools import islice
from pathlib import Path


def write_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; one that has this content already is not touched."""
    try:
        if path.stat().st_size == len(content) and path.read_bytes() == content:
            return
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(content)
    part.replace(path)


def write_lines(path: Path, lines: Iterator[str]) -> None:
    """Write a file whole or not at all, however long it is."""
    part = path.with_name(f"{path.name}.part")
    with part.open("w", encoding="utf-8", newline="\n") as file:
        while batch := list(islice(lines, 1000)):
            file.writelines(batch)
    part.replace(path)


def list_files(folder: Path) -> set[str]:
    """Return the names of all files below ``folder``, as seen from there."""
    found: set[str] = set()
    for place, _folders, names in os.walk(folder):
        start = os.path.relpath(place, folder)
        found.update(names if start == "." else (f"{start}/{name}" for name in names))
    return found


def remove_others(folder: Path, wanted: Container[str]) -> int:
    """Take away all files but ``wanted``, and folders that have nothing left; return how many pages were among them."""
    removed = 0
    for place, _folders, names in os.walk(folder, topdown=False):
        start = os.path.relpath(place, folder)
        others = [name for name in names if (name if start == "." else f"{start}/{name}") not in wanted]
        for name in others:
            (Path(place) / name).unlink()
        removed += sum(name.endswith(".html") for name in others)
        if len(others) == len(names) and start != "." and not os.listdir(place):
            Path(place).rmdir()
    return removed


def sum_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    digest = sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
