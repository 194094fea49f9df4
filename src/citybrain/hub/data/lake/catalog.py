"""Where the tables are: one Iceberg catalogue in the application's PostgreSQL, files in a folder or an S3 store."""

import threading
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection
from pyiceberg.catalog.sql import SqlCatalog

_guard = threading.Lock()
_catalogs: dict[tuple[str, str, str], SqlCatalog] = {}


def warehouse() -> str:
    """URI of the folder all tables lie in: ``file:///…`` or ``s3://bucket/prefix``."""
    given = settings.LAKE_WAREHOUSE
    if given and "://" in given:
        return given.rstrip("/")
    folder = Path(given) if given else Path(settings.DATA_DIR) / "lake"
    folder.mkdir(parents=True, exist_ok=True)
    return f"file://{folder.resolve()}"


def catalog() -> SqlCatalog:
    """The catalogue of this process; made on first use, so that forked workers do not share connections."""
    with _guard:
        wanted = (settings.LAKE_CATALOG, database_uri(), warehouse())
        if wanted not in _catalogs:
            name, uri, folder = wanted
            store = {key: value for key, value in settings.LAKE_STORE.items() if value}
            _catalogs[wanted] = SqlCatalog(name, uri=uri, warehouse=folder, pool_pre_ping="true", **store)
        return _catalogs[wanted]


def forget() -> None:
    """Close the catalogue's connections; the next use opens them again."""
    with _guard:
        for made in _catalogs.values():
            made.engine.dispose()
        _catalogs.clear()


def database_uri() -> str:
    """SQLAlchemy's address of Django's own database (the test database in tests)."""
    given = connection.settings_dict
    secret = quote(str(given["PASSWORD"]), safe="")
    return f"postgresql+psycopg://{quote(given['USER'])}:{secret}@{given['HOST']}:{given['PORT']}/{given['NAME']}"


def local(path: str) -> str:
    """A path the engine opens: local files without their scheme, everything else as it is."""
    return path.removeprefix("file://")
