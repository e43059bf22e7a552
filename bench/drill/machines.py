"""Processes of the drill: started, killed, started again, and ended with it."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

PACKAGES = {"patroni": "patroni", "etcd": "etcd-server", "redis-server": "redis-server", "nginx": "nginx-light"}
PATIENCE_SECONDS = 120


def install_missing() -> None:
    """Install Debian's packages for programs that are not here; raise SystemExit where that cannot be done."""
    missing = [package for program, package in PACKAGES.items() if not shutil.which(program)]
    if not any(Path("/usr/lib/postgresql").glob("*/bin/postgres")):
        missing.append("postgresql")
    if not missing:
        return
    print(f"Installing what the drill needs: {', '.join(missing)}", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "--quiet"], ["apt-get", "install", "--yes", "--quiet", *missing]):
        if subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False).returncode:
            raise SystemExit(f"These could not be installed: {', '.join(missing)}. Please install them and try again.")


def free_port() -> int:
    """Return a port on loopback that nobody uses now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def wait_until(condition: Callable[[], object], what: str) -> None:
    """Return as soon as ``condition`` holds; raise TimeoutError after PATIENCE_SECONDS."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"waited in vain for {what}")
        time.sleep(0.2)


def answers(url: str) -> bool:
    """Tell whether ``url`` answers with success."""
    try:
        with urlopen(url, timeout=2) as response:  # noqa: S310  (an address of the drill's own)
            return bool(response.status == 200)
    except (URLError, OSError):
        return False


class Machine:
    """One program, as a service manager keeps it: killed, it comes back after a while unless it was told to stay away."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        folder: Path,
        *,
        environment: Mapping[str, str] | None = None,
        account: pwd.struct_passwd | None = None,
        returns_after: float = 2.0,
    ) -> None:
        self.name, self.command, self.log = name, list(command), folder / f"{name}.log"
        self.environment = dict(environment) if environment is not None else None
        self.account, self.returns_after = account, returns_after
        self._is_wanted = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        """Start it, and keep it."""
        self._is_wanted.set()
        self._spawn()
        threading.Thread(target=self._keep, daemon=True).start()

    def kill(self, *, stay_away: bool = False) -> None:
        """End it and all that it started with SIGKILL."""
        if stay_away:
            self._is_wanted.clear()
        self._signal(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end; kill it where it does not."""
        self._is_wanted.clear()
        self._signal(signal.SIGTERM)
        process = self._process
        if process is not None:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                self._signal(signal.SIGKILL)
                process.wait()

    def _spawn(self) -> None:
        account = self.account
        who: dict[str, Any] = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
        with self._lock, self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command,
                cwd=self.log.parent,  # which every account may enter
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env=self.environment,
                start_new_session=True,
                **who,
            )

    def _keep(self) -> None:
        while True:
            process = self._process
            assert process is not None
            process.wait()
            time.sleep(self.returns_after)
            if not self._is_wanted.is_set():
                return
            self._spawn()

    def _signal(self, number: int) -> None:
        process = self._process
        if process is not None and process.poll() is None:
            try:
                os.killpg(process.pid, number)
            except ProcessLookupError:
                return
