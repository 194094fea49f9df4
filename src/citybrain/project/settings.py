"""Settings, 12-factor: every value a city changes comes from the environment (see settings.sample.env)."""

import os
from pathlib import Path
from urllib.parse import unquote, urlparse

from django.utils.translation import gettext_lazy as _

SRC = Path(__file__).resolve().parents[2]
ROOT = SRC.parent


def env(name: str, default: str = "") -> str:
    """Value of CITYBRAIN_<name>, or the default."""
    return os.environ.get(f"CITYBRAIN_{name}", default)


def flag(name: str, default: bool = False) -> bool:
    """Boolean of CITYBRAIN_<name>: 1/true/yes/on are true."""
    return env(name, "1" if default else "0").lower() in {"1", "true", "yes", "on"}


MODE = env("MODE", "demo")  # "demo" | "production"
DEBUG = False
DATA_DIR = Path(env("DATA_DIR", str(ROOT / "data")))
PACKS_DIR = Path(env("PACKS_DIR", str(ROOT / "packs")))
DEMO_SECRET = "demo-secret-never-for-production"
SECRET_KEY = env("SECRET_KEY", DEMO_SECRET)
ALLOWED_HOSTS = [h for h in env("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",") if h]
CSRF_TRUSTED_ORIGINS = [o for o in env("TRUSTED_ORIGINS").split(",") if o]


def database(url: str) -> dict:
    """Django database settings from a postgres:// URL."""
    parts = urlparse(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "citybrain",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"application_name": env("PROCESS", "citybrain")},
    }


DATABASES = {"default": database(os.environ.get("DATABASE_URL", "postgres://127.0.0.1/citybrain"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

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
    "procrastinate.contrib.django",
]
AUTH_USER_MODEL = "identity.Account"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "citybrain.project.urls"
WSGI_APPLICATION = "citybrain.project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": False,
        "DIRS": [SRC / room.replace(".", "/") / "templates" for room in ROOMS],
        "OPTIONS": {"environment": "citybrain.ui.environment.environment"},
    },
    {   # only for libraries that ship Django templates
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": [
            "django.template.context_processors.request",
            "django.contrib.auth.context_processors.auth",
            "django.contrib.messages.context_processors.messages",
        ]},
    },
]
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
STATIC_URL = "/static/"
STATIC_ROOT = Path(env("STATIC_ROOT", str(ROOT / "staticfiles")))
