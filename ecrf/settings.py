"""Settings, read from the environment only; a missing or wrong one stops the start and says what to do.

Each secret may come as NAME or as NAME_FILE, a file that holds it (Docker and Kubernetes secrets).
"""

import os
import re
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from ecrf.account.sso.configuration import single_sign_on
from ecrf.anchors.configuration import anchor_settings, health_token
from ecrf.files.scanner_address import scanner_address
from ecrf.web.database_address import database
from ecrf.web.mail_server import mail_server, sponsors_list
from ecrf.web.second_factor_keys import second_factor_keys
from ecrf.web.setting_names import mistyped

BASE_DIR = Path(__file__).resolve().parent.parent


HIGHEST = 100_000
"""Of a number of minutes or days: more is a slip, and no date goes that far."""


def _setting(name: str, what_to_do: str, default: str | None = None) -> str:
    if file := os.environ.get(f"{name}_FILE"):
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is not text"
            raise ImproperlyConfigured(
                f"{name}_FILE names {file}, which cannot be read ({why}). {what_to_do}"
            ) from None
    value = os.environ.get(name, default)
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. {what_to_do}")
    return value


def _switch(name: str, default: str) -> bool:
    value = os.environ.get(name, default)
    if value not in ("on", "off"):
        raise ImproperlyConfigured(f"{name} is {value!r}. Set it to on or off.")
    return value == "on"


def _number(name: str, default: str, what_to_do: str) -> int:
    value = os.environ.get(name, default)
    if not value.isascii() or not value.isdigit() or not 1 <= int(value[:9]) <= HIGHEST:
        raise ImproperlyConfigured(f"{name} is {value!r}. {what_to_do} It may be 1 to {HIGHEST}.")
    return int(value)


def _folder(name: str, default: Path) -> Path:
    value = os.environ.get(name)
    if value and not Path(value).is_absolute():
        raise ImproperlyConfigured(
            f"{name} is {value!r}. Write the whole path, from / on: commands are run from several folders."
        )
    return Path(value or default)


def _number_or_off(name: str, what_to_do: str) -> int:
    """0 for off, which is what it is where nothing is set."""
    return 0 if os.environ.get(name, "off") == "off" else _number(name, "", what_to_do)


if why := mistyped(os.environ):
    raise ImproperlyConfigured(why)

# --- from the environment -------------------------------------------------------------------------------------

SECRET_KEY = _setting(
    "SECRET_KEY", "Set it to 50 or more random characters, kept secret, or name a file with SECRET_KEY_FILE."
)
if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY is shorter than 50 characters. Set a longer random one.")
DATABASES = {
    "default": database(
        _setting("DATABASE_URL", "Set it to postgresql://user:password@host:5432/name (or run `make demo`).")
    )
}
# Of several servers one that only follows may be read while the database moves: unless what it holds is older.
STANDBY_LAG_MINUTES = _number(
    "STANDBY_LAG_MINUTES",
    "10",
    "Set it to the whole number of minutes by which what is shown may lag behind while the database moves.",
)
HOSTS_TO_DO = "Set it to the host names users type, with commas between."
ALLOWED_HOSTS = [host.strip() for host in _setting("ALLOWED_HOSTS", HOSTS_TO_DO).split(",") if host.strip()]
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured(f"ALLOWED_HOSTS names no host. {HOSTS_TO_DO}")
for one in ALLOWED_HOSTS:
    if not re.fullmatch(r"\*|\.?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?|\[[0-9A-Fa-f:.]+\]", one):
        raise ImproperlyConfigured(
            f"ALLOWED_HOSTS names {one!r}, which is no name of a host: write ecrf.example.org, without https:// and"
            f" without a port. {HOSTS_TO_DO}"
        )
DEBUG = _switch("DEBUG", "off")
# Off only where the browser talks to this machine itself, as in the demo; on everywhere else.
TLS = _switch("TLS", "on")
LOG_LEVEL = os.environ.get("LOG_LEVEL", "INFO")
if LOG_LEVEL not in (levels := ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")):
    raise ImproperlyConfigured(f"LOG_LEVEL is {LOG_LEVEL!r}. Set it to one of {', '.join(levels)}.")
# On: whoever gives or ends the administrator role needs the consent of a second administrator.
ADMINISTRATORS_AGREE = _switch("ADMINISTRATORS_AGREE", "off")
ACCESS_REVIEW_DAYS = _number(
    "ACCESS_REVIEW_DAYS",
    "90",
    "Set it to the whole number of days after which everybody's access is reviewed.",
)
# Shown on every page, so that nobody takes invented data for patients' data.
SYNTHETIC_DATA = _switch("SYNTHETIC_DATA", "off")

# How mail goes out, if it does: a server, or in the demo a page that shows what would have gone. Not set, mail is off.
MAIL = mail_server(_setting, tls=TLS, synthetic=SYNTHETIC_DATA)
# Who is told of serious events and has no account.
SPONSOR_SAFETY_MAIL = sponsors_list(os.environ.get("SPONSOR_SAFETY_MAIL", ""))
# Whom to ask, in words: on Help, the login and the pages for bad days.
HELP_CONTACT = os.environ.get("HELP_CONTACT", "").strip()

# --- the trial: the only places where the engine meets it ------------------------------------------------------

PROTOCOL = "trial.schedule.PROTOCOL"

INSTALLED_APPS = [
    "trial",
    "ecrf.upkeep",
    "ecrf.redaction",
    "ecrf.exports",
    "ecrf.notices",
    "ecrf.help",
    "ecrf.outcomes",
    "ecrf.entry",
    "ecrf.monitoring",
    "ecrf.prints",
    "ecrf.calendar",
    "ecrf.people",
    "ecrf.delegation",
    "ecrf.corrections",
    "ecrf.imports",
    "ecrf.listings",
    "ecrf.grid",
    "ecrf.appointments",
    "ecrf.trail",
    "ecrf.signatures",
    "ecrf.verification",
    "ecrf.locks",
    "ecrf.files",
    "ecrf.queries",
    "ecrf.checks",
    "ecrf.anchors",
    "ecrf.casebook",
    "ecrf.account.sso",
    "ecrf.account",
    "ecrf.mail",
    "ecrf.access",
    "ecrf.audit",
    "django_tasks",
    "django_tasks_db",
    "pgtrigger",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

# --- the web ----------------------------------------------------------------------------------------------------

MIDDLEWARE = [
    "ecrf.account.acting_for.nobody_is_left",
    "ecrf.web.metrics.requests.measure",
    "ecrf.web.middleware.request_log",
    "ecrf.account.language.browsers_language",
    "ecrf.web.middleware.health",
    "ecrf.web.metrics.answer.metrics",
    "ecrf.web.standby.read_again",
    "ecrf.web.middleware.keep_to_ourselves",
    "ecrf.web.middleware.refuse_null",
    "ecrf.web.middleware.refuse_foreign_text",
    "ecrf.web.middleware.limit_body",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "ecrf.account.idle.log_out_when_idle",
    "ecrf.account.language.persons_language",
    "ecrf.account.login.same_person",
    "ecrf.account.second.enforcement.second_factor_first",
    "ecrf.account.own_password.own_password_first",
    "ecrf.account.login.LoginEverywhere",
    "ecrf.web.middleware.limit_searches",
    "ecrf.people.logins.page_count.count_pages",
    "ecrf.delegation.inspectors.Inspectors",
    "ecrf.web.middleware.say_refused",
    "django.contrib.messages.middleware.MessageMiddleware",
    "ecrf.web.errors.say_not_this_way",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "ecrf.urls"
WSGI_APPLICATION = "ecrf.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "ecrf.web.templates.CachedLoader",
                    ["ecrf.web.templates.FilesystemLoader", "ecrf.web.templates.AppDirectoriesLoader"],
                )
            ],
            "builtins": [
                "django.templatetags.i18n",
                "ecrf.access.templatetags.kept_words",
                "ecrf.access.templatetags.moments",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "ecrf.web.context.about",
                "ecrf.account.last_login.last_login",
                "ecrf.entry.queries.list.waiting",
                "ecrf.monitoring.queries.my_turn.waiting",
                "ecrf.notices.to_be_seen.waiting",
                "ecrf.files.to_read.waiting",
            ],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
# What is sent as a file is never held in memory (ecrf/files).
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
# Looks for viruses in every file that comes in, where there is one: HOST:PORT, or the path of its socket.
CLAMD_ADDRESS = scanner_address(os.environ.get("CLAMD_ADDRESS", ""))

# --- people and sessions ----------------------------------------------------------------------------------------

AUTH_USER_MODEL = "access.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "today"
LOGOUT_REDIRECT_URL = "login"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "ecrf.account.passwords.NotLikeOneself",
        "OPTIONS": {"user_attributes": ["username", "full_name", "email"]},
    },
    {
        "NAME": "ecrf.account.passwords.LongEnough",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "ecrf.account.passwords.NotCommon"},
    {"NAME": "ecrf.account.passwords.NotTooLong"},
    {"NAME": "ecrf.account.passwords.NotMadeOfKnownWords"},
]
# Off, as NIST SP 800-63B asks; for sponsors whose procedures demand it (docs/decisions/0007).
PASSWORD_MAX_DAYS = _number_or_off(
    "PASSWORD_MAX_DAYS", "Set it to the whole number of days after which a password is changed, or to off."
)
PASSWORD_HISTORY = _number_or_off(
    "PASSWORD_HISTORY", "Set it to how many passwords of before are not taken again, or to off."
)
# Who needs one besides the password: all, none, or roles with commas between (ecrf/account/policy.py).
SECOND_FACTOR_FOR = os.environ.get("SECOND_FACTOR_FOR") or "all"
# Encrypts the secrets of authenticators; several with commas between while they change (docs/decisions/0031).
SECOND_FACTOR_KEYS = second_factor_keys(_setting, SECRET_KEY)
# Single sign-on, where there is a provider (docs/single-sign-on.md).
OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_NAME, OIDC_SECOND_FACTOR = single_sign_on(_setting)
SESSION_ENGINE = "ecrf.account.session_store"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
IDLE_MINUTES = _number(
    "IDLE_MINUTES", "30", "Set it to the whole number of minutes after which an idle session ends."
)

# --- work in the background ----------------------------------------------------------------------------------------

# A queue in the database; `manage.py work` makes what waits there.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["exports", "imports"]}}
# Where finished files lie: one folder for the web processes and the worker, not reachable by an address.
EXPORTS_FOLDER = _folder("EXPORTS_FOLDER", BASE_DIR / ".data" / "exports")
EXPORTS_KEPT_DAYS = _number(
    "EXPORTS_KEPT_DAYS",
    "90",
    "Set it to the whole number of days after which files that can be made again are removed.",
)

# --- the audit trail, shown to strangers ---------------------------------------------------------------------------

# Signed heads of all chains, which leave the machine; off without a key (docs/decisions/0038).
ANCHORS = anchor_settings(_setting, _folder("ANCHORS_FOLDER", BASE_DIR / ".data" / "anchors"))
# Whoever shows it is told by `/healthz?full` how everything stands.
HEALTH_TOKEN = health_token(_setting)

# --- mail -----------------------------------------------------------------------------------------------------------

EMAIL_BACKEND, EMAIL_HOST, EMAIL_PORT = MAIL.backend, MAIL.host, MAIL.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD, DEFAULT_FROM_EMAIL = MAIL.user, MAIL.password, MAIL.sender
EMAIL_USE_TLS, EMAIL_USE_SSL, EMAIL_TIMEOUT = MAIL.tls == "starttls", MAIL.tls == "tls", 20

# --- security ---------------------------------------------------------------------------------------------------

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = TLS
SESSION_COOKIE_SAMESITE = "Lax"
# A browser takes a cookie of such a name by TLS only, and from this host only: no neighbour can set one for us.
COOKIE_PREFIX = "__Host-" if TLS else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid", f"{COOKIE_PREFIX}csrftoken"
MESSAGE_STORAGE = "ecrf.web.messages.Messages"
CSRF_COOKIE_AGE = None  # ends with the browser, as the session does
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = TLS
# One proxy, which ends TLS, stands before the product then; its X-Forwarded-For is believed, nobody else's.
BEHIND_PROXY = TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TLS else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
CSRF_FAILURE_VIEW = "ecrf.web.errors.csrf_failure"

# --- the rest ---------------------------------------------------------------------------------------------------

# English is the master; docs/languages.md says how the others are made. Days and numbers are written the same in all.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ja", "日本語"), ("zh-hans", "简体中文")]
USE_I18N = True
LOCALE_PATHS = [BASE_DIR / "ecrf" / "locale"]  # that of the trial lies in its app
FORMAT_MODULE_PATH = "ecrf.web.formats"
USE_THOUSAND_SEPARATOR = False
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
USE_TZ = True
TIME_ZONE = "UTC"  # of the server; each site has its own, and pages show times in it
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# What a request says of a prefix is not taken: what was rendered once (ecrf/web/templates.py) is shown to others too.
FORCE_SCRIPT_NAME = ""
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / ".static" / "files"
WHITENOISE_ALLOW_ALL_ORIGINS = False
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "ecrf.web.static_files.StaticFiles"},
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": "ecrf.web.log.LogLine",
            "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "filters": {"no_values": {"()": "ecrf.web.log.NoValues"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["no_values"]}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "django.server": {"level": "WARNING"},
        "pikepdf": {"level": "WARNING"},
    },
}
