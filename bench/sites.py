"""A site to measure: a database, a folder for its data, and what a process of its own does inside of it (``bench.inside``)."""

import json
import subprocess
import sys
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .servers import ROOT, Server, environment, running_site, running_worker


class SiteError(Exception):
    """Something could not be done inside a site; the text says what."""


@dataclass(frozen=True, slots=True)
class Site:
    """``size`` is how many comments its ordinary articles have."""

    size: int
    database_url: str
    folder: Path

    @property
    def vendor(self) -> str:
        """Return the kind of its database."""
        return "sqlite" if self.database_url.startswith("sqlite") else "postgresql"

    def call(self, task: str, **arguments: Any) -> Any:
        """Return what a function of ``bench.inside`` returns there."""
        command = [sys.executable, "-m", "bench.inside", task, json.dumps(arguments)]
        text = self._run(command).strip()
        return json.loads(text.splitlines()[-1])

    def manage(self, *arguments: str) -> str:
        """Run a command of ``manage.py`` there and return what it printed."""
        return self._run([sys.executable, "manage.py", *arguments])

    def serve(self) -> AbstractContextManager[Server]:
        """Run its web server."""
        return running_site(database_url=self.database_url, folder=self.folder, name=f"site-{self.size}")

    def work(self) -> AbstractContextManager[list[int]]:
        """Run its background worker."""
        return running_worker(database_url=self.database_url, folder=self.folder)

    def _run(self, command: list[str]) -> str:
        own = environment(database_url=self.database_url, folder=self.folder)
        done = subprocess.run(command, env=own, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SiteError(f"{' '.join(command[1:4])}: {done.stderr.strip()[-2000:] or done.stdout.strip()[-2000:]}")
        return done.stdout
