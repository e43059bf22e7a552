"""What ``python -m bench`` is asked for."""

import argparse
import os
from dataclasses import dataclass
from pathlib import Path

DESCRIPTION = "Measure the site against what this machine can do at most, on databases that are filled once and kept."
SMOKE = "smoke"


class OptionsError(ValueError):
    """What was asked for makes no sense; the text says what would."""


@dataclass(frozen=True, slots=True)
class Options:
    """Sizes are comments in ordinary articles; ``prepared`` are DATABASE_URLs by size, to be copied instead of filled."""

    sizes: tuple[int, ...]
    vendors: tuple[str, ...]
    prepared: dict[str, dict[int, str]]
    server: str
    peers: dict[str, str]
    rounds: int
    seconds: int
    folder: Path
    output: Path | None
    fresh: bool
    smoke: bool


def default_folder() -> Path:
    """Return where filled databases are kept: readable for the account that PostgreSQL runs under, and not in the tree."""
    return Path("/var/tmp") / f"understory-bench-{os.getuid()}"  # noqa: S108 - made with the rights of its owner alone


def read_options(arguments: list[str] | None = None) -> Options:
    """Read the command line. Raises OptionsError, and SystemExit as argparse does."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=DESCRIPTION)
    parser.add_argument("--sizes", default="25000,1000000", help="comments of the sites, such as 25000,1000000")
    parser.add_argument("--databases", default="sqlite,postgresql", help="sqlite, postgresql or both")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="of each measure in each round")
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=URL", help="another server's page, measured too")
    parser.add_argument(
        "--prepared", action="append", default=[], metavar="SIZE=DATABASE_URL", help="copy this database instead of filling one"
    )
    parser.add_argument("--server", default="", metavar="DATABASE_URL", help="a PostgreSQL to use, instead of one of its own")
    parser.add_argument("--folder", type=Path, default=default_folder(), help="where filled databases and results are kept")
    parser.add_argument("--output", type=Path, help="folder of the results; else one by date in the other folder")
    parser.add_argument("--fresh", action="store_true", help="fill the databases again")
    parser.add_argument("--smoke", action="store_true", help="tiny sizes, one round: does it all still work?")
    found = parser.parse_args(arguments)
    vendors = tuple(found.databases.split(","))
    if not vendors or not set(vendors) <= {"sqlite", "postgresql"}:
        raise OptionsError("--databases takes sqlite, postgresql or both, with a comma between them.")
    try:
        sizes = tuple(sorted({int(size) for size in found.sizes.split(",")}))
    except ValueError:
        raise OptionsError("--sizes takes whole numbers with commas between them, such as 25000,1000000.") from None
    if sizes[0] < 1 or found.rounds < 1 or found.seconds < 1:
        raise OptionsError("--sizes, --rounds and --seconds take numbers above nought.")
    return Options(
        sizes=sizes,
        vendors=vendors,
        prepared=_read_prepared(found.prepared),
        server=found.server,
        peers=dict(_read_pair(peer, "--peer NAME=URL") for peer in found.peer),
        rounds=found.rounds,
        seconds=found.seconds,
        folder=found.folder.absolute(),
        output=found.output.absolute() if found.output else None,
        fresh=found.fresh,
        smoke=found.smoke,
    )


def _read_pair(text: str, form: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not (name and sign and value):
        raise OptionsError(f"“{text}” is not of the form {form}.")
    return name, value


def _read_prepared(texts: list[str]) -> dict[str, dict[int, str]]:
    found: dict[str, dict[int, str]] = {}
    for text in texts:
        size, url = _read_pair(text, "--prepared SIZE=DATABASE_URL")
        if not size.isdecimal():
            raise OptionsError(f"“{text}” does not begin with a size.")
        vendor = "sqlite" if url.startswith("sqlite") else "postgresql"
        found.setdefault(vendor, {})[int(size)] = url
    return found
