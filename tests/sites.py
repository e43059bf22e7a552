"""Sites of their own, a folder and a database each, used by commands as an operator gives them."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from tests.migrated import give_migrated

ROOT = Path(__file__).resolve().parent.parent

# Posts comments until its input ends; says the number of each once it is stored.
WRITER = """
import sys, threading
import django
django.setup()
from articles.models import Article
from forum.accounts.models import Guest
from forum.discussion.models import Comment
from forum.discussion.posting import post_comment
over = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
discussion = Article.objects.get().discussion
while not over.is_set():
    guest = Guest.objects.create(display_name="Somebody")
    comment = post_comment(discussion=discussion, guest=guest, name="Somebody", body="Words that somebody has just written.")
    print(comment.pk, flush=True)
"""


class Site:
    """A site of its own: a folder and a database."""

    def __init__(self, folder: Path, database: str = "") -> None:
        self.folder = folder
        ours = {name for name in os.environ if name in settings.ENVIRONMENT_NAMES}
        self.environment = {name: value for name, value in os.environ.items() if name not in ours}
        self.environment |= {
            "DATA_DIR": str(folder),
            "DJANGO_SETTINGS_MODULE": "forum.settings",
            "SITE_URL": "http://localhost:8000",
        }
        if database:
            self.environment["DATABASE_URL"] = database

    def manage(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )

    def migrate(self) -> None:
        """Give it a migrated database, in the place of the empty one that it may have."""
        give_migrated(self.environment)

    def fill(self) -> None:
        """Give it an article with a conversation, in every state that the sample has."""
        self.migrate()
        self.run("from forum.imports.sample import load_sample; load_sample()")

    def run(self, code: str) -> str:
        """Run lines of Python in the site, and return what they print."""
        command = [sys.executable, "-c", f"import django; django.setup(); {code}"]
        return subprocess.run(command, cwd=ROOT, env=self.environment, check=True, stdout=subprocess.PIPE, text=True).stdout

    @contextmanager
    def somebody_writing(self) -> Iterator[Callable[[], int]]:
        """Let somebody post one comment after the other; the block gets a function that returns the next number stored."""
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        with subprocess.Popen([sys.executable, "-c", WRITER], cwd=ROOT, env=self.environment, **pipes) as writer:
            yield lambda: int(writer.stdout.readline())
            writer.communicate()

    def export(self, path: Path) -> str:
        """Return everything it holds in the open format."""
        done = self.manage("export_discussion", "--output", str(path))
        assert done.returncode == 0, done.stderr
        return path.read_text()
