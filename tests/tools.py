"""What tests need beside Python packages: a browser, Java, npm. ``python -m tests.tools`` installs what is missing (Debian)."""

import os
import shutil
import subprocess
import sys

from tests.chromium import CHROMIUM_NAMES

# Programs that serve a purpose, and the Debian package that brings one. A PostgreSQL is not here: where none is installed, a
# Python package brings it.
TOOLS: dict[tuple[str, ...], str] = {
    CHROMIUM_NAMES: "chromium",
    ("java",): "default-jre-headless",
    ("npm",): "npm",
}


def find_missing() -> list[str]:
    """Return the Debian packages to install."""
    return [package for names, package in TOOLS.items() if not any(shutil.which(name) for name in names)]


def main() -> int:
    """Install what is missing; say plainly what to do where that is not possible."""
    missing = find_missing()
    if not missing:
        return 0
    if not shutil.which("apt-get") or (os.geteuid() != 0 and not shutil.which("sudo")):
        print(f"The tests need {', '.join(missing)}. Please install them and try again.", file=sys.stderr)
        return 1
    print(f"Installing what the tests need: {', '.join(missing)}", flush=True)
    prefix = [] if os.geteuid() == 0 else ["sudo"]
    install = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *missing]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "--quiet"], install):
        if subprocess.run([*prefix, *command], env=environment, check=False).returncode:
            print(f"This could not be installed: {', '.join(missing)}. Please install it and try again.", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
