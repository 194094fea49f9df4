"""Settings, 12-factor: every value a city changes comes from the environment (see settings.sample.env)."""

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlparse

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from citybrain.project.startcheck import DEMO_OIDC_SECRET, DEMO_SECRET, refusals

SRC = Path(__file__).resolve().parents[2]
ROOT = SRC.parent


def env(name: str, default: str = "") -> str:
    """Value of CITYBRAIN_<name>, or the default."""
    return os.environ.get(f"CITYBRAIN_{name}", default)


def flag(name: str, default: bool = False) -> bool:
    """Boolean of CITYBRAIN_<name>: 1/true/yes/on are true."""
    return env(name, "1" if default else "0").lower() in {"1", "true", "yes", "on"}


def words(name: str, default: str = "") -> list[str]:
    """Comma-separated list of CITYBRAIN_<name>."""
    return [word.strip() for word in env(name, default).split(",") if word.strip()]


def database(url: str) -> dict:
    """Django database settings from a postgres:// URL; its query part becomes driver options (sslmode …)."""
    parts = urlparse(url)
    return {
        "ENGINE": "citybrain.project.database",
        "NAME": unquote(parts.path.lstrip("/")) or "citybrain",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "application_name": env("PROCESS", "citybrain"),
            "connect_timeout": 5,
            # Parameters travel beside the statement, and what a connection asks a third time is prepared: PostgreSQL
            # then neither parses nor plans it again (half of its work for pages and case steps).
            "server_side_binding": True,
            "prepare_threshold": 3 if flag("DB_PREPARED", True) else None,
            **dict(parse_qsl(parts.query)),
        },
    }


if problems := refusals(os.environ):
    raise ImproperlyConfigured(" ".join(problems))

# --- mode, folders, addresses ---------------------------------------------------------------------------------
MODE = env("MODE", "demo")  # "demo" | "production"; production refuses demo secrets (startcheck)
PRODUCTION = MODE == "production"
DEBUG = False
DATA_DIR = Path(env("DATA_DIR", str(ROOT / "data")))
PACKS_DIR = Path(env("PACKS_DIR", str(ROOT / "packs")))
SECRET_KEY = env("SECRET_KEY", DEMO_SECRET)
SECRET_KEY_FALLBACKS = words("OLD_SECRET_KEYS")
PORT = int(env("PORT", "8000"))
LIVE_PORT = int(env("LIVE_PORT", str(PORT + 1)))
LIVE_URL = env(
    "LIVE_URL"
)  # "" = this host on LIVE_PORT; "same-origin" = a proxy forwards /live/; or a full origin
HTTPS = flag("HTTPS", PRODUCTION)
LOCAL_NAMES = "localhost,127.0.0.1,[::1],testserver"
ALLOWED_HOSTS = words("ALLOWED_HOSTS", "" if PRODUCTION else LOCAL_NAMES)
CSRF_TRUSTED_ORIGINS = words("TRUSTED_ORIGINS")
TRUSTED_PROXIES = int(env("TRUSTED_PROXIES", "0"))  # how many X-Forwarded-For entries our own proxies add
DATABASES = {"default": database(os.environ.get("DATABASE_URL", "postgres://127.0.0.1/citybrain"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

HASHED_STATIC = flag("HASHED_STATIC", PRODUCTION)  # served by us from STATIC_ROOT; tests read the sources

# --- rooms ----------------------------------------------------------------------------------------------------
ROOMS = [
    "citybrain.kernel",
    "citybrain.ui",
    "citybrain.hub.packs",
    "citybrain.hub.identity",
    "citybrain.hub.places",
    "citybrain.hub.messages",
    "citybrain.hub.data",
    "citybrain.hub.indicators",
    "citybrain.hub.certificates",
    "citybrain.hub.cases",
    "citybrain.hub.matters",
    "citybrain.apps.services",
    "citybrain.apps.cockpit",
    "citybrain.apps.sharing",
    "citybrain.apps.opendata",
]
INSTALLED_APPS = [
    *ROOMS,
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "citybrain.project.flash.FlashConfig",  # label: see the module
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
]
MIDDLEWARE = [
    "citybrain.project.security.SecurityMiddleware",
    *(["whitenoise.middleware.WhiteNoiseMiddleware"] if HASHED_STATIC else []),
    "citybrain.project.language.LanguageMiddleware",
    "citybrain.project.errors.ErrorMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "citybrain.project.security.CleanInputMiddleware",
    "citybrain.hub.identity.middleware.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "citybrain.project.urls"
WSGI_APPLICATION = "citybrain.project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": False,
        "DIRS": [SRC / room.replace(".", "/") / "templates" for room in ROOMS],
        "OPTIONS": {
            "environment": "citybrain.ui.environment.environment",
            "context_processors": ["citybrain.ui.environment.form_token"],
        },
    },
    {  # only for libraries that ship Django templates
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]

# --- people ---------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "identity.Account"
AUTHENTICATION_BACKENDS = ["citybrain.hub.identity.queries.actor.AccountBackend"]
_RULES = "django.contrib.auth.password_validation."
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_RULES}MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": f"{_RULES}CommonPasswordValidator"},
    {"NAME": f"{_RULES}UserAttributeSimilarityValidator"},
    {"NAME": f"{_RULES}NumericPasswordValidator"},
]
MFA_ADAPTER = "citybrain.hub.identity.adapters.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
ACCOUNT_EMAIL_VERIFICATION = "none"
OIDC_PORT = PORT + 2
OIDC_URL = env("OIDC_URL", "" if PRODUCTION else f"http://127.0.0.1:{OIDC_PORT}")  # demo: the simulator
OIDC_CLIENT_SECRET = env("OIDC_CLIENT_SECRET", DEMO_OIDC_SECRET)
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "realname",
                "name": "Fujian real-name identity",
                "client_id": env("OIDC_CLIENT_ID", "citybrain"),
                "secret": OIDC_CLIENT_SECRET,
                "settings": {"server_url": OIDC_URL},
            }
        ],
    }
}
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "/identity/login/"
LOGIN_REDIRECT_URL = "/"
SESSION_ENGINE = "citybrain.hub.identity.adapters.session"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "citybrain_session"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "citybrain_csrf"
CSRF_FAILURE_VIEW = "citybrain.project.errors.csrf_failure"

# --- security -------------------------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
if flag("BEHIND_PROXY", PRODUCTION):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
FORM_TARGETS = words(
    "FORM_TARGETS", OIDC_URL
)  # origins a form may lead to besides ourselves (CSP form-action)
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # a form without its files
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
REQUEST_LARGEST = 64 * 1024 * 1024  # a whole request with its files; larger gets 413 before it is read
FILE_UPLOAD_MAX_MEMORY_SIZE = 512 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

# --- words, times, files --------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [SRC / "citybrain" / "project" / "locale"]
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
STATIC_URL = "/static/"
STATIC_ROOT = Path(env("STATIC_ROOT", str(DATA_DIR / "static")))
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "files"},
    },
    "staticfiles": {
        "BACKEND": "citybrain.project.static.HashedStorage"
        if HASHED_STATIC
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = False
WHITENOISE_AUTOREFRESH = False
WHITENOISE_KEEP_ONLY_HASHED_FILES = False
WHITENOISE_MIMETYPES = {".mjs": "text/javascript", ".geojson": "application/geo+json"}

# --- lake -----------------------------------------------------------------------------------------------------
LAKE_ENGINE = env("LAKE_ENGINE", "embedded")  # "embedded" | "sc://host:port" of a Spark Connect server
# Name of a catalogue on that server which leads to our tables (Iceberg REST door or JDBC); "" = it opens their folders.
LAKE_ENGINE_CATALOG = env("LAKE_ENGINE_CATALOG")
LAKE_WAREHOUSE = env("LAKE_WAREHOUSE")  # "" = DATA_DIR/lake; a folder; or s3://bucket/prefix
LAKE_CATALOG = env("LAKE_CATALOG", "citybrain")
LAKE_MEMORY = env("LAKE_MEMORY", "2GB")  # of one process
LAKE_THREADS = int(env("LAKE_THREADS", "2"))
LAKE_SPILL = env("LAKE_SPILL", "20GB")  # largest spill to disk of one process
LAKE_KEEP_DAYS = int(env("LAKE_KEEP_DAYS", "400"))  # of history, for tables without a setting of their own
LAKE_GRACE_HOURS = int(env("LAKE_GRACE_HOURS", "24"))  # younger files may belong to a delivery under way
LAKE_REST_HOURS = int(env("LAKE_REST_HOURS", "24"))  # between a file's death and its removal
LAKE_STORE = {
    "s3.endpoint": env("S3_ENDPOINT"),
    "s3.access-key-id": env("S3_KEY"),
    "s3.secret-access-key": env("S3_SECRET"),
    # Most stores of one's own have no regions, and clients want one all the same.
    "s3.region": env("S3_REGION", "us-east-1" if env("S3_ENDPOINT") else ""),
    # https://bucket.host/… instead of https://host/bucket/…: what some clouds want; never a store of one's own.
    "s3.force-virtual-addressing": "true" if flag("S3_VIRTUAL_HOST", not env("S3_ENDPOINT")) else "false",
}

# --- collecting: which machines and folders a source may name --------------------------------------------------
COLLECTION_PRIVATE = words(
    "COLLECTION_PRIVATE"
)  # hosts, addresses, networks of the government network: 10.20.0.0/16
COLLECTION_HOSTS = words("COLLECTION_HOSTS")  # "" = every public host; else only these
# Folders below which shares may be watched: /srv/exchange (each unit the one named by its code), 350902-scjg=/srv/scjg.
COLLECTION_FOLDERS = words("COLLECTION_FOLDERS")
# --- open data -----------------------------------------------------------------------------------------------
PUBLIC_URL = env("PUBLIC_URL")  # where people reach this city; identifiers of open data begin with it
OPENDATA_HARVEST_NETWORKS = words(
    "OPENDATA_HARVEST_NETWORKS"
)  # private networks whose portals may be harvested

# --- logs -----------------------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"room": {"()": "citybrain.project.logs.RoomFormatter", "style": env("LOG_STYLE", "json")}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "room"}},
    "root": {"handlers": ["stderr"], "level": env("LOG_LEVEL", "INFO")},
    "loggers": {
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "django.request": {"level": "ERROR"},
    },
}
