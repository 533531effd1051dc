"""Settings. Every value that differs between places comes from the environment (see .env.example)."""

from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from accounts.secret_key import HOW, weakness
from config import places

BASE_DIR = places.BASE_DIR

env = environ.Env()
ENV_FILE = places.ENV_FILE
environ.Env.read_env(ENV_FILE)
# Everything that is written while Ebb runs, so that the code itself can be read-only.
VAR_DIR = Path(env.str("EBB_VAR_DIR", default="") or places.SITE_DIR / "var")

# What must be decided for each site -------------------------------------------------------------------------

SECRET_KEY = env.str("EBB_SECRET_KEY", default="")
if problem := weakness(SECRET_KEY):
    raise ImproperlyConfigured(f"{problem} {HOW}")
DEBUG = env.bool("EBB_DEBUG", default=False)
ALLOWED_HOSTS = env.list("EBB_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("EBB_TRUSTED_ORIGINS", default=[])
# Plain HTTP is for this machine only; a site that people reach over a network serves HTTPS.
HTTPS = env.bool("EBB_HTTPS", default=False)
# Who may say where a request came from and that it came by HTTPS: the addresses of the proxy in front.
PROXIES = env.list("EBB_PROXIES", default=["127.0.0.1", "::1"])

# New check-ins one person can save within a minute: far more than anybody can, far fewer than a script gone wrong.
CHECK_INS_A_MINUTE = env.int("EBB_CHECK_INS_A_MINUTE", default=60)
# Where `manage.py audit_head` notes the end of the audit trail each day: best on another machine. And the site's own
# program that is given what was noted, to mail it, print it or copy it away.
AUDIT_HEADS = env.str("EBB_AUDIT_HEADS", default="") or str(VAR_DIR / "audit-heads.txt")
AUDIT_HEADS_SEND = env.str("EBB_AUDIT_HEADS_SEND", default="")

# For how many days after leaving a patient can still read their own record here.
PATIENT_READS = timedelta(days=env.int("EBB_PATIENT_READS_DAYS", default=30))

# What the clinic knows: the files that came with Ebb, or the site's own copy of them.
CONTENT_DIR = Path(env.str("EBB_CONTENT_DIR", default="") or BASE_DIR / "content")
PROTOCOLS = sorted(path.stem for path in (CONTENT_DIR / "protocols").glob("*.toml"))

# The application --------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "accounts",
    "tracker",
    "operations",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "csp",
]

MIDDLEWARE = [
    "accounts.middleware.has_a_number",
    "accounts.middleware.is_for_this_site_alone",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # behind whitenoise, whose files come compressed already (docs/decisions/0040)
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.came_from",
    "accounts.middleware.somebody_is_here",
    "accounts.middleware.nothing_is_kept",
    "tracker.middleware.refusals_speak",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

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
                "tracker.context.everywhere",
                "accounts.context.device",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "crispy_forms.templatetags.crispy_forms_filters",
                "tracker.templatetags.ebb",
            ],
        },
    },
]

# SQLite with the settings of docs/decisions: WAL and IMMEDIATE together are what lets many tablets write at once,
# FULL is what keeps the last saved check-in through a power cut. PostgreSQL keeps it by its own defaults; what is set
# here is that nobody waits for ever: for the server, for a lock, or for somebody else's forgotten transaction.
DATABASE_OPTIONS = {
    "django.db.backends.sqlite3": {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA journal_size_limit=67108864;"
        # A REPLACE deletes: with this, triggers see it too (accounts/trail/append_only.py).
        "PRAGMA recursive_triggers=ON;",
    },
    "django.db.backends.postgresql": {
        "connect_timeout": 5,
        "tcp_user_timeout": 20_000,
        "options": "-c lock_timeout=20s -c idle_in_transaction_session_timeout=60s",
    },
}
DATABASES = {"default": env.db_url_config(env.str("DATABASE_URL", default="") or f"sqlite:///{VAR_DIR / 'ebb.sqlite3'}")}
if DATABASES["default"]["ENGINE"] not in DATABASE_OPTIONS:
    raise ImproperlyConfigured("DATABASE_URL names neither SQLite nor PostgreSQL. Write postgres://user:password@host:5432/ebb")
DATABASES["default"] |= {
    "CONN_MAX_AGE": 60,
    "CONN_HEALTH_CHECKS": True,
    "ATOMIC_REQUESTS": False,
    # What the address itself says, such as ?sslmode=verify-full, wins.
    "OPTIONS": DATABASE_OPTIONS[DATABASES["default"]["ENGINE"]] | DATABASES["default"].get("OPTIONS", {}),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Backups: where to, the key, and for how many days. With recipients (public keys) the secret need not be on this machine.
BACKUP_DIR = Path(env.str("EBB_BACKUP_DIR", default="") or VAR_DIR / "backups")
BACKUP_KEY = Path(env.str("EBB_BACKUP_KEY", default="") or VAR_DIR / "backup-key.txt")
BACKUP_RECIPIENTS = env.list("EBB_BACKUP_RECIPIENTS", default=[])
BACKUP_DAYS = env.int("EBB_BACKUP_DAYS", default=30)

# People -----------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.sign_in.adapter.SignIn"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.sign_in.passwords.NotTooLong"},
    {"NAME": "accounts.sign_in.passwords.NotOurNames"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "accounts.sign_in.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_CHANGE_EMAIL = False
ACCOUNT_USER_DISPLAY = "accounts.models.display_name"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PASSWORD_CHANGE_REDIRECT_URL = "/"  # noqa: S105 - an address

# A stranger's tries fill the stranger's own bucket (accounts/sign_in/throttle.py); the cache is a table, so processes share it.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "tries",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "login_failed": "5/300s/key",
    "login_address": "60/m/key",
    "join": "20/300s/key",
}

# The second factor. A code that was used is remembered for longer than it lasts (accounts/sign_in/second_factor.py).
MFA_ADAPTER = "accounts.sign_in.second_factor.FactorAdapter"
MFA_FORMS = {
    "activate_totp": "accounts.sign_in.second_factor.FirstCodeForm",
    "authenticate": "accounts.sign_in.second_factor.CodeForm",
    "reauthenticate": "accounts.sign_in.second_factor.CodeAgainForm",
    "add_webauthn": "accounts.sign_in.passkeys.NewPasskeyForm",
    "authenticate_webauthn": "accounts.sign_in.passkeys.PasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = False  # always beside the password (docs/decisions/0032)
MFA_TOTP_ISSUER = "Ebb"
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = True
SECOND_FACTOR_REQUIRED = env.bool("EBB_SECOND_FACTOR_REQUIRED", default=False)
SEALING_KEYS = env.list("EBB_SEALING_KEYS", default=[])

# How long somebody stays signed in (docs/decisions/0028). A full sign-in lasts a shift; without a touch the screen is
# covered, on a shared device after minutes; without a request the server asks again.
SIGN_IN_LASTS = timedelta(hours=12)
MOST_SESSIONS = 3  # browsers in which one member of staff is signed in at a time
IDLE_LOCKS = timedelta(minutes=15)
PATIENT_IDLE_LOCKS = timedelta(minutes=30)
PRIVACY_AFTER = timedelta(minutes=min(5, max(1, env.int("EBB_PRIVACY_MINUTES", default=2))))
DEVICE_LASTS = timedelta(days=90)
DEVICE_COOKIE = "device"
# A patient whose phone is locked can still call for staff from it, and the screen on the wall, which shows no name, goes
# on without a touch.
OPEN_WHILE_LOCKED = ("/me/help/", "/me/check-in/unwell/", "/ward/screen/")

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "tracker.views.errors.csrf_failure"

# Language and time ------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en-us"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"  # each ward shows its own zone; nothing is shown in this one

# What the browser gets --------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "npm.finders.NpmFinder",
]
NPM_ROOT_PATH = BASE_DIR
NPM_STATIC_FILES_PREFIX = "vendor"
ICONS = [
    "moon-stars",
    "sun",
    "person-circle",
    "arrow-up",
    "arrow-down",
    "arrow-right",
    "arrow-left",
    "clock",
    "x-lg",
    "capsule",
    "check-lg",
    "telephone",
    "eye-slash",
    "eye",
    "plus-lg",
    "pencil",
    "book",
    "box-arrow-right",
    "exclamation-circle",
    "people",
    "printer",
    "search",
    "volume-up",
    "type",
    "arrow-repeat",
    "heart-pulse",
    "info-circle",
    "lock",
]
NPM_FILE_PATTERNS = {
    "bootstrap": ["dist/css/bootstrap.min.css", "dist/css/bootstrap.min.css.map"],
    "bootstrap-icons": [f"icons/{name}.svg" for name in ICONS],
    "chart.js": ["dist/chart.umd.min.js", "dist/chart.umd.min.js.map"],
    "chartjs-plugin-annotation": ["dist/chartjs-plugin-annotation.min.js"],
}
if places.INSTALLED:  # all of it was collected when the wheel was built (hatch_build.py); nothing is left to find
    STATIC_ROOT = BASE_DIR / "static"
    STATICFILES_DIRS, STATICFILES_FINDERS, NPM_FILE_PATTERNS = [], [], {}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
FILE_UPLOAD_HANDLERS = ["accounts.uploads.NoFiles"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 65_536
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200

CRISPY_ALLOWED_TEMPLATE_PACKS = ("ebb",)
CRISPY_TEMPLATE_PACK = "ebb"
CRISPY_FAIL_SILENTLY = False
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Nothing from another host, nothing inline --------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if HTTPS:
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    DEVICE_COOKIE = "__Host-device"

# What goes wrong is said on standard error, one line of JSON each, without the names of patients.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "config.logs.JsonLine"},
        "plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain" if DEBUG else "json"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False}},
}
