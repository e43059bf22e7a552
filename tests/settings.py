"""The site's own settings, read from an environment of the tests': a folder of their own, and nothing from ``.env``.

DATABASE_URL alone is taken from outside, so that one suite runs on both databases.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_folder = Path(tempfile.mkdtemp(prefix="understory-tests-"))
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
(_folder / "static").mkdir()  # WhiteNoise warns where there is none, and warnings are errors

# Set and not removed: a variable that is set here is not read from ``.env``.
os.environ.update(
    DATA_DIR=str(_folder),
    SITE_URL="http://localhost:8000",
    SITE_NAME="Understory",
    DEBUG="false",
    SECRET_KEY="only-for-tests-" + "x" * 50,
    SECRET_KEY_FALLBACKS="",
    ALLOWED_HOSTS="localhost,127.0.0.1,testserver",
    HOLD_FIRST_COMMENTS="2",
    EVIDENCE_DAYS="30",
    BACKUP_DIR="",
    BACKUP_KEEP="2",
    IMPORT_UPLOAD_MB="1",
    ALERT_DELAY_SECONDS="600",
    EMAIL_URL="",
    EMAIL_FROM="",
    STAFF_SECOND_FACTOR="off",
    SIGN_IN_PROVIDERS="{}",
    RATE_LIMITS="off",
    TRUSTED_PROXY_COUNT="0",
    CACHE_URL="db://cache",
    DATABASE_REPLICA_URL="",
    LOG_FORMAT="text",
    SLOW_QUERY_MS="0",
    METRICS_TOKEN="",
)
os.environ["DATABASE_URL"] = os.environ.get("DATABASE_URL") or f"sqlite:///{_folder / 'unused.sqlite3'}"

from forum.settings import *  # noqa: E402, F403
from forum.settings import DATABASES, INSTALLED_APPS  # noqa: E402

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, as on a real site: a browser's requests have connections of their own, and the write-ahead log is used.
    DATABASES["default"]["TEST"] = {"NAME": str(_folder / "test.sqlite3")}
else:
    DATABASES["default"]["OPTIONS"]["pool"]["timeout"] = 300  # of threads that act at once on a busy machine, some wait long
INSTALLED_APPS = ["tests.flushing", *INSTALLED_APPS]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # a slow hash protects nobody here
