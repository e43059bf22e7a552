"""What tests need beside Python packages: a browser, Java, npm. ``python -m tests.tools`` installs what is missing (Debian)."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping

from tests.chromium import CHROMIUM_NAMES

# Programs that serve a purpose, and the Debian package that brings one. A PostgreSQL is not here: where none is installed, a
# Python package brings it.
TOOLS: dict[tuple[str, ...], str] = {
    CHROMIUM_NAMES: "chromium",
    ("java",): "default-jre-headless",
    ("npm",): "npm",
    ("wrk",): "wrk",  # the benchmark is tried too
}


def find_missing(tools: Mapping[tuple[str, ...], str] = TOOLS) -> list[str]:
    """Return the Debian packages to install."""
    return [package for names, package in tools.items() if not any(shutil.which(name) for name in names)]


def install(tools: Mapping[tuple[str, ...], str], who: str) -> int:
    """Install what is missing of ``tools``; say plainly what to do where that is not possible. Returns 0 when all is there."""
    missing = find_missing(tools)
    if not missing:
        return 0
    if not shutil.which("apt-get") or (os.geteuid() != 0 and not shutil.which("sudo")):
        print(f"{who} needs {', '.join(missing)}. Please install that and try again.", file=sys.stderr)
        return 1
    print(f"{who} needs {', '.join(missing)}, which is being installed.", flush=True)
    prefix = [] if os.geteuid() == 0 else ["sudo"]
    install = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *missing]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "--quiet"], install):
        if subprocess.run([*prefix, *command], env=environment, check=False).returncode:
            print(f"This could not be installed: {', '.join(missing)}. Please install it and try again.", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(install(TOOLS, "The test run"))
