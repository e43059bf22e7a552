"""Settings, read strictly from the environment (and from ``.env`` beside ``manage.py``); each is explained in ``.env.example``.

A wrong value stops the start, and every wrong value is named at once. A secret may also come from a file: ``NAME_FILE``.
"""

import os
import re
import secrets
from email.utils import formataddr
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import dj_email_url
from django.utils.translation import gettext_lazy as _
from environs import FileAwareEnv
from environs.exceptions import EnvValidationError
from marshmallow.validate import OneOf, Range

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


def _find_provider_problems(providers: Any) -> list[str]:
    """Return what is wrong with SIGN_IN_PROVIDERS, a sentence each."""
    if not isinstance(providers, dict):
        return ["must be a JSON object whose keys are providers of django-allauth"]
    if providers and not all(find_spec(package) for package in ("jwt", "oauthlib", "requests")):
        return ["needs more packages: pip install 'django-allauth[socialaccount]'"]
    home = "allauth.socialaccount.providers"
    return [f"django-allauth has no provider “{name}”" for name in providers if not find_spec(f"{home}.{name}")]


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
ALERT_DELAY_SECONDS = env.int("ALERT_DELAY_SECONDS", 600, validate=Range(min=0))
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", None)
SIGN_IN_PROVIDERS: Any = env.json("SIGN_IN_PROVIDERS", {})
RATE_LIMITS = env.bool("RATE_LIMITS", True)
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 0, validate=Range(min=0))
_cache = env.dj_cache_url("CACHE_URL", "db://cache")
LOG_FORMAT = env.str("LOG_FORMAT", "text", validate=OneOf(("text", "json")))
SLOW_QUERY_MS = env.int("SLOW_QUERY_MS", 0, validate=Range(min=0))
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
EVIDENCE_DAYS = env.int("EVIDENCE_DAYS", 30, validate=Range(min=1))
_backups = env.str("BACKUP_DIR", "")
BACKUP_DIR = Path(_backups).absolute() if _backups else None
BACKUP_KEEP = env.int("BACKUP_KEEP", 14, validate=Range(min=1))
IMPORT_UPLOAD_MB = env.int("IMPORT_UPLOAD_MB", 200, validate=Range(min=1))
_database = env.dj_db_url("DATABASE_URL", f"sqlite:///{Path(str(DATA_DIR)).resolve() / 'understory.sqlite3'}")
_replica = env.dj_db_url("DATABASE_REPLICA_URL", "") if env.str("DATABASE_REPLICA_URL", "") else None

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
_has_redis = isinstance(_cache, dict) and "redis" in _cache["BACKEND"].lower()
if _has_redis and not find_spec("redis"):
    _errors.append("CACHE_URL: needs one more package: pip install redis")
_errors += [f"SIGN_IN_PROVIDERS: {problem}" for problem in _find_provider_problems(SIGN_IN_PROVIDERS)]
if _errors:
    raise SettingsError("\n".join(["The site cannot start with these settings:", *_errors]))

ENVIRONMENT_NAMES = sorted(env.dump())
IS_HTTPS = SITE_URL.startswith("https://")
ALLOWED_HOSTS = ALLOWED_HOSTS or [urlsplit(SITE_URL).hostname, "localhost", "127.0.0.1", "[::1]"]

INSTALLED_APPS = [
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "forum.duty",
    "forum.archive",
    "forum.backup",
    "forum.api",
    "forum.imports",
    "forum.privacy",
    "forum.moderation",
    "forum.care",
    "forum.subscriptions",
    "forum.search",
    "forum.related",
    "forum.topics",  # the last to hear of a change: it takes a lock that others wait for
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
    "forum.site.observing.observed",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "forum.site.middleware.permissions_policy",
    "whitenoise.middleware.WhiteNoiseMiddleware",  # below what sets headers: static files carry them too
    "forum.site.middleware.CompressionMiddleware",  # below the static files, which are compressed when they are collected
    "forum.site.middleware.methods_told",
    "forum.site.middleware.kept_private",  # below the static files, which are the same for everybody
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "forum.accounts.middleware.member_language",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "forum.accounts.second_factor.require_second_factor",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "articles.middleware.old_addresses",
]

ROOT_URLCONF = "forum.urls"
WSGI_APPLICATION = "forum.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "forum.site.templating.Templates",
        "NAME": "django",
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

# What is prepared (``forum.database.compiled``) is planned once: to plan a page of comments takes longer than to read it.
_plans = {"options": "-c plan_cache_mode=force_generic_plan"}
# A server that vanishes without a word is given up within seconds (the second in milliseconds); Linux itself waits for hours.
_patience = {"connect_timeout": 3, "tcp_user_timeout": 8_000, "keepalives_idle": 5, "keepalives_interval": 3}
if _database["ENGINE"].endswith("sqlite3"):
    _database["ENGINE"] = "forum.database.sqlite3"  # writers stand in line
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",  # a writer waits for its turn at BEGIN instead of failing in the middle
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-2000; PRAGMA temp_store=MEMORY; "
        "PRAGMA secure_delete=ON; "  # what is erased is overwritten, not only forgotten
        # Pages of 4 KB that wait to be moved into the file. Whoever commits moves them, and waits for the disk: with SQLite's own
        # 1,000 every twentieth comment would, and the same pages would be written again and again. What a power cut can take is
        # what the kernel has not written by itself, some seconds' worth, as it is with any number.
        "PRAGMA wal_autocheckpoint=8000;",
    }
    _database["CONN_MAX_AGE"] = None  # a thread keeps its connection: to open one takes longer than to read a page
else:
    _database["ENGINE"] = "forum.database.postgresql"  # gives out no connection that died more than a second ago
    _pool = {"pool": {"min_size": 0, "max_size": 8, "timeout": 10}}
    _database["OPTIONS"] = _pool | _plans | _patience | _database.get("OPTIONS", {})
    _database["CONN_MAX_AGE"] = 0  # the pool keeps connections
DATABASES = {"default": _database}
if _replica:
    _pool = {"pool": {"min_size": 0, "max_size": 8, "timeout": 2}}
    _less_patience = _patience | {"connect_timeout": 2, "tcp_user_timeout": 2_000}  # there is the other one to ask
    DATABASES["replica"] = _replica | {
        "ENGINE": "forum.database.postgresql",
        "OPTIONS": _pool | _plans | _less_patience | _replica.get("OPTIONS", {}),
        "CONN_MAX_AGE": 0,
    }
    DATABASE_ROUTERS = ["forum.site.replica.ReplicaRouter"]
_table = {
    "BACKEND": "django.core.cache.backends.db.DatabaseCache",
    "LOCATION": "cache",
    "OPTIONS": {"MAX_ENTRIES": 10_000},  # with Django's 300, whoever tries many names wipes out the counts of the others
}
if _has_redis:
    _limits = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5}
    CACHES = {"default": _cache | {"BACKEND": "forum.site.caching.RedisOrTable", "OPTIONS": _limits}, "table": _table}
else:
    CACHES = {"default": _table | _cache if _cache["BACKEND"] == _table["BACKEND"] else _cache}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- people

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

# -- signing in: by mailed code, by passkey, or with a password for those who set one; a second step for those who want or need it

STAFF_SECOND_FACTOR = IS_HTTPS if STAFF_SECOND_FACTOR is None else STAFF_SECOND_FACTOR
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
SESSION_ENGINE = "forum.accounts.sessions"
SESSION_COOKIE_AGE = 90 * 24 * 60 * 60  # signing in is work for some hands: a device is remembered for three months
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "dashed": False, "length": 6}
ACCOUNT_ADAPTER = "forum.accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_SIGNUP_FORM_CLASS = "forum.accounts.name_form.NameForm"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = ACCOUNT_EMAIL_VERIFICATION_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_PASSWORD_RESET_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = 5
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_FORMS = {
    "login": "forum.accounts.forms.SignInForm",
    "signup": "forum.accounts.forms.SignUpForm",
    "confirm_login_code": "forum.accounts.forms.SignInCodeForm",
    "confirm_email_verification_code": "forum.accounts.forms.AddressCodeForm",
    "confirm_password_reset_code": "forum.accounts.forms.PasswordCodeForm",
    "add_email": "forum.accounts.forms.NewAddressForm",
    "change_password": "forum.accounts.forms.ChangePasswordForm",
    "set_password": "forum.accounts.forms.SetPasswordForm",
    "reset_password": "forum.accounts.forms.ForgottenPasswordForm",
    "reset_password_from_key": "forum.accounts.forms.NewPasswordForm",
    "reauthenticate": "forum.accounts.forms.PasswordAgainForm",
}
MFA_ADAPTER = "forum.accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = SITE_NAME
MFA_TOTP_TOLERANCE = 1  # the code before and the one after are taken too: typing six digits takes some people a minute
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_HTTPS  # browsers allow it for localhost only
MFA_FORMS = {
    "authenticate": "forum.accounts.forms.SecondStepForm",
    "reauthenticate": "forum.accounts.forms.SecondStepAgainForm",
    "activate_totp": "forum.accounts.forms.NewAppForm",
    "add_webauthn": "forum.accounts.forms.NewPasskeyForm",
    "edit_webauthn": "forum.accounts.forms.RenamePasskeyForm",
}
# A code has a million values and five attempts: ten codes an hour leave whoever guesses a chance of one in 20,000 an hour.
ACCOUNT_RATE_LIMITS: dict[str, str] | bool = {"request_login_code": "20/m/ip,10/h/key"} if RATE_LIMITS else False
MFA_RATE_LIMITS: dict[str, str] | bool = {} if RATE_LIMITS else False
SOCIALACCOUNT_PROVIDERS = SIGN_IN_PROVIDERS
SOCIALACCOUNT_AUTO_SIGNUP = False  # the name to show is a choice
SOCIALACCOUNT_FORMS = {"signup": "forum.accounts.provider_forms.ProviderSignUpForm"}
if SIGN_IN_PROVIDERS:
    INSTALLED_APPS += ["allauth.socialaccount", *(f"allauth.socialaccount.providers.{name}" for name in SIGN_IN_PROVIDERS)]

# -- language and time

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", _("English"))]
TIME_ZONE = "UTC"
USE_TZ = True

# -- static files

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_KEEP_ONLY_HASHED_FILES = True  # the plain names are asked for by nobody, and to compress them takes as long again
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "forum.site.storage.StaticStorage"},
}

# -- security. What needs https follows the scheme of SITE_URL, never DEBUG.

SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]  # asked by what watches this machine, past the proxy that speaks https
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
ANSWERING_COOKIE_NAME = f"{_cookie_prefix}answering"
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
        # Chromium asks here about the redirect after a form too, and a form leads to a sign-in provider.
        "form-action": ["'self'", "https:"] if SIGN_IN_PROVIDERS else ["'self'"],
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
    "formatters": {"discreet": {"()": f"forum.site.logs.{'JSONFormatter' if LOG_FORMAT == 'json' else 'DiscreetFormatter'}"}},
    "handlers": {
        "terminal": {"class": "logging.StreamHandler", "level": "ERROR", "formatter": "discreet"},
        "progress": {"class": "logging.StreamHandler", "formatter": "discreet"},
    },
    "loggers": {
        "django": {"handlers": ["terminal"], "level": "INFO"},
        "forum": {"handlers": ["progress"], "level": "INFO"},  # what a worker does
        "psycopg": {"handlers": ["progress"], "level": "WARNING"},  # connections that broke
        "forum.requests": {"level": "INFO" if LOG_FORMAT == "json" else "WARNING"},  # a line each, for programs
    },
}

# Dotted paths of functions that tell facts at /metrics, as plain values (``forum.site.metrics.Fact``).
METRICS_SOURCES = [
    "forum.discussion.metrics.measure",
    "forum.moderation.metrics.measure",
    "forum.mail.metrics.measure",
    "forum.jobs.metrics.measure",
]

# -- the conversation

# Dotted paths, run in this order on every new comment: cheap and certain first, learning last. With none, the comments of guests
# wait for a moderator.
COMMENT_SCREENERS: list[str] = [
    "forum.moderation.screeners.sanctions.Sanctions",
    "forum.moderation.screeners.form.Honeypot",
    "forum.moderation.screeners.form.FormTiming",
    "forum.moderation.screeners.form.ManyPlaces",
    "forum.moderation.screeners.rules.SitePhrases",
    "forum.moderation.screeners.addresses.TradeName",
    "forum.moderation.screeners.addresses.Links",
    "forum.moderation.screeners.texts.Repeats",
    "forum.moderation.screeners.texts.CopiedFromArticle",
    "forum.moderation.screeners.texts.Advertising",
    "forum.moderation.screeners.learned.LearnedFilter",
    "forum.care.screeners.PersonalDetails",
    "forum.care.screeners.Distress",
]

# What finds personal details in a text, by dotted path: forms ask about them before anything is public. Empty: nothing is asked.
PERSONAL_DETAILS_FINDER = "forum.care.details.find_details"

# What the site itself says beneath comments, by dotted path: a function that returns safe HTML by the id of the comment, in one
# query. Empty: nothing.
COMMENT_NOTES_READER = "forum.care.notes.read_beneath"

# -- the sitemap

# Dotted paths of classes (``forum.site.sitemap.Section``), in the order of the index.
SITEMAP_SECTIONS = [
    "forum.discussion.sitemap.FixedPages",
    "forum.discussion.sitemap.Shelves",
    "forum.discussion.sitemap.Conversations",
    "forum.topics.sitemap.Topics",
]

# -- lists of comments

# Dotted paths of what searches and the list of questions can be narrowed to (``forum.discussion.narrowing.Filter``).
COMMENT_FILTERS = ["forum.topics.filters.TOPIC"]

# -- the first start

# Called by ``serve`` on every start, by dotted path: it fills a site that has no article yet.
SAMPLE_LOADER = "forum.imports.sample.load_sample"
