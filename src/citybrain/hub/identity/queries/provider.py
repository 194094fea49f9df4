"""The configured real-name provider. A dotted path, because connectors stand above this room."""

from django.conf import settings
from django.utils.module_loading import import_string

from ..ports import RealNameProvider

DEFAULT = "citybrain.connectors.real_name_oidc.OidcRealNameProvider"


def real_name_provider() -> RealNameProvider:
    """An instance of ``settings.REAL_NAME_PROVIDER``."""
    provider: RealNameProvider = import_string(getattr(settings, "REAL_NAME_PROVIDER", DEFAULT))()
    return provider


def check_config() -> list[str]:
    """For the doctor: plain sentences about what keeps people from signing in; empty when all is well."""
    return real_name_provider().check_config()
