"""Settings, read strictly from the environment (and from ``.env`` beside ``manage.py``); each is explained in ``.env.example``.

A wrong value stops the start, and every wrong value is named at once. A secret may also come from a file: ``NAME_FILE``.
"""

import os
import re
import secrets
from email.utils import formataddr
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import dj_email_url
from django.utils.translation import gettext_lazy as _
from environs import FileAwareEnv
from environs.exceptions import EnvValidationError
from marshmallow.validate import Range

BASE_DIR = Path(__file__).resolve().parent.parent


class SettingsError(ValueError):
    """The environment holds values the site cannot start with; the text names each of them, a line each."""


def _read_site_url(value: str) -> str:
    """Return ``value`` without a slash at its end; raise ValueError unless it is an http(s) address with a host and no path."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError("must be an address such as https://example.org, without a path")
    return value.rstrip("/")


def _read_secret(folder: Path) -> str:
    """Return the generated secret kept in ``folder``, made at the first start; raise SettingsError if it cannot be kept."""
    path = folder / "secret_key"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(50))
        return path.read_text().strip()
    except OSError as error:
        raise SettingsError(
            f"DATA_DIR: the folder {folder} cannot be written ({error.strerror}). "
            "Name another folder in DATA_DIR, or change its owner."
        ) from error


def _read_email_url(value: str) -> dict[str, Any]:
    """Return Django's EMAIL_ settings for ``smtp://user:password@host:port`` (smtp+tls, smtp+ssl), or for a backend's path.

    Raises ValueError, which does not repeat the value: there is a password in it.
    """
    if re.fullmatch(r"[a-z_]\w*(\.\w+)*\.[A-Z]\w*", value):
        return {"EMAIL_BACKEND": value}
    scheme, _, rest = value.partition("://")
    kinds = {"smtp": "25/?", "smtp+tls": "587/?tls=true&", "smtp+ssl": "465/?ssl=true&"}
    if scheme not in kinds or not urlsplit(value).hostname:
        raise ValueError("must be smtp://, smtp+tls:// or smtp+ssl:// with a host, or the dotted path of an e-mail backend")
    port, query = kinds[scheme].split("/?")
    url = urlsplit(f"smtp://{rest}")
    try:
        host = url.netloc if url.port else f"{url.netloc}:{port}"
        return dj_email_url.parse(f"smtp://{host}/?{query}{url.query}")
    except ValueError:
        raise ValueError("has a port or a timeout that is not a number; write / ? # @ in a password as %2F %3F %23 %40") from None


class StrictEnv(FileAwareEnv):
    """Collects files of ``NAME_FILE`` that cannot be read in ``unreadable``, to be named with the other errors."""

    def __init__(self) -> None:
        super().__init__(eager=False, strip_whitespace=True)
        self.unreadable: list[str] = []

    def _get_value(self, env_key: str, default: Any) -> Any:
        try:
            return super()._get_value(env_key, default)
        except ValueError as error:
            self.unreadable.append(f"{env_key}_FILE: {error}")
            return default


env = StrictEnv()
env.read_env(BASE_DIR / ".env", recurse=False)

DATA_DIR = env.path("DATA_DIR", BASE_DIR / "data")
SITE_URL = env.str("SITE_URL", "http://localhost:8000")
SITE_NAME = env.str("SITE_NAME", "Understory")
DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "")
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])
ALLOWED_HOSTS: list[str | None] = env.list("ALLOWED_HOSTS", [])
EMAIL_URL = env.str("EMAIL_URL", "")
EMAIL_FROM = env.str("EMAIL_FROM", "")
HOLD_FIRST_COMMENTS = env.int("HOLD_FIRST_COMMENTS", 2, validate=Range(min=0))
_database = env.dj_db_url("DATABASE_URL", f"sqlite:///{Path(str(DATA_DIR)).resolve() / 'understory.sqlite3'}")

_errors = env.unreadable
try:
    env.seal()
except EnvValidationError as error:
    _invalid = cast(dict[str, list[str]], error.error_messages)
    _errors += [f"{name}: {' '.join(messages)}" for name, messages in _invalid.items()]
if isinstance(SITE_URL, str):
    try:
        SITE_URL = _read_site_url(SITE_URL)
    except ValueError as error:
        _errors.append(f"SITE_URL: {error}")
_email: dict[str, Any] = {}
if EMAIL_URL:
    try:
        _email = _read_email_url(EMAIL_URL)
    except ValueError as error:
        _errors.append(f"EMAIL_URL: {error}")
DATA_DIR = DATA_DIR.resolve()
try:
    SECRET_KEY = SECRET_KEY or _read_secret(DATA_DIR)
except SettingsError as error:
    if not _errors:
        raise
    _errors.append(str(error))
if _errors:
    raise SettingsError("\n".join(["The site cannot start with these settings:", *_errors]))

IS_HTTPS = SITE_URL.startswith("https://")
ALLOWED_HOSTS = ALLOWED_HOSTS or [urlsplit(SITE_URL).hostname, "localhost", "127.0.0.1", "[::1]"]

INSTALLED_APPS = [
    "forum.imports",
    "forum.discussion",
    "forum.accounts",
    "forum.site",
    "articles",
    "forum.mail",
    "forum.jobs",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_tasks",
    "django_tasks_db",
    "django_htmx",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "forum.site.middleware.permissions_policy",
    "whitenoise.middleware.WhiteNoiseMiddleware",  # below what sets headers: static files carry them too
    "django.middleware.gzip.GZipMiddleware",  # below the static files, which are compressed when they are collected
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "articles.middleware.old_addresses",
]

ROOT_URLCONF = "forum.urls"
WSGI_APPLICATION = "forum.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "forum.site.context.site",
            ],
        },
    },
]

# -- database

if _database["ENGINE"].endswith("sqlite3"):
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",  # a writer waits for its turn at BEGIN instead of failing in the middle
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-4000; PRAGMA temp_store=MEMORY;",
    }
else:
    _database["OPTIONS"] = {"pool": {"min_size": 0, "max_size": 8, "timeout": 10}} | _database.get("OPTIONS", {})
    _database["CONN_MAX_AGE"] = 0  # the pool keeps connections
DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- people

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "/"

# -- language and time

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", _("English"))]
TIME_ZONE = "UTC"
USE_TZ = True

# -- static files

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "forum.site.storage.StaticStorage"},
}

# -- security. What needs https follows the scheme of SITE_URL, never DEBUG.

SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
_cookie_prefix = "__Host-" if IS_HTTPS else ""
SESSION_COOKIE_NAME = f"{_cookie_prefix}session"
CSRF_COOKIE_NAME = f"{_cookie_prefix}csrf"
GUEST_COOKIE_NAME = f"{_cookie_prefix}guest"
POSTED_COOKIE_NAME = f"{_cookie_prefix}posted"
READING_COOKIE_NAME = f"{_cookie_prefix}reading"
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CSRF_FAILURE_VIEW = "forum.discussion.views.forms.show_form_again"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

# -- background work and e-mail. Mail becomes a row in the caller's transaction; the worker hands it to MAIL_TRANSPORT.

TASKS = {"default": {"BACKEND": "forum.jobs.definitions.JobBackend"}}
MAIL_DOMAIN = urlsplit(SITE_URL).hostname
MAIL_TRANSPORT = _email.get("EMAIL_BACKEND", "forum.mail.outbox.EmailBackend")
MAIL_OUTBOX = DATA_DIR / "outbox"
EMAIL_BACKEND = "forum.mail.backend.QueueingBackend"
EMAIL_HOST, EMAIL_PORT = _email.get("EMAIL_HOST", "localhost"), _email.get("EMAIL_PORT", 25)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _email.get("EMAIL_HOST_USER") or "", _email.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS, EMAIL_USE_SSL = _email.get("EMAIL_USE_TLS", False), _email.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = _email.get("EMAIL_TIMEOUT") or 30
DEFAULT_FROM_EMAIL = SERVER_EMAIL = EMAIL_FROM or formataddr((SITE_NAME, f"noreply@{MAIL_DOMAIN}"))
# A provider's keys for django-anymail, where the operator has installed it: ANYMAIL_POSTMARK_SERVER_TOKEN and the like.
ANYMAIL = {name.removeprefix("ANYMAIL_"): value for name, value in os.environ.items() if name.startswith("ANYMAIL_")}
if MAIL_TRANSPORT.startswith("anymail."):
    INSTALLED_APPS += ["anymail"]

# -- what went wrong, on the terminal or in the journal of the service: Django's own way needs mail and an address for it

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {
        "terminal": {"class": "logging.StreamHandler", "level": "ERROR"},
        "progress": {"class": "logging.StreamHandler"},
    },
    "loggers": {
        "django": {"handlers": ["terminal"], "level": "INFO"},
        "forum": {"handlers": ["progress"], "level": "INFO"},  # what a worker does
    },
}

# -- the conversation

# Dotted paths, run in this order on every new comment. With none, the comments of guests wait for a moderator.
COMMENT_SCREENERS: list[str] = []

# -- the first start

# Called by ``serve`` on every start, by dotted path: it fills a site that has no article yet.
SAMPLE_LOADER = "forum.imports.sample.load_sample"
