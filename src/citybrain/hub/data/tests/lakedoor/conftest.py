"""A city served on loopback with a lake of its own, and clients of its door."""

import sys
from datetime import timedelta
from importlib import resources

import duckdb
import pytest
from django.db import connections
from pyiceberg.catalog.rest import RestCatalog
from pysail.spark import SparkConnectServer

from citybrain.hub.data.lake import distributed
from citybrain.hub.data.lake.door.actions.clients import create_client
from citybrain.hub.data.lake.door.domain.grants import LakeGrant
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor

BY = Actor.system("tests")
# The cluster's client takes a process whose main module has no file (one of several test workers) for its own doctests.
if not hasattr(sys.modules["__main__"], "__file__"):
    sys.modules["__main__"].__file__ = "tests"
# The cluster's client warns of a data frame library that we do not use with it.
QUIET = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")


def new_client(*grants: LakeGrant, grade: str = "L3", days: float = 1, organisation: str = "350900-gaj"):
    """A client and its secret."""
    return create_client(
        name="集群", organisation=organisation, purpose="接口测试", grants=grants, grade=grade,
        expires_at=clock.now() + timedelta(days=days), by=BY,
    )  # fmt: skip


def rest_catalog(address: str, client, secret: str, **more: str) -> RestCatalog:
    """pyiceberg attached as that client."""
    door = f"{address}/data/iceberg"
    return RestCatalog(
        "city",
        uri=door,
        credential=f"{client.pk}:{secret}",
        **{"oauth2-server-uri": f"{door}/v1/oauth/tokens"},
        **more,
    )


def attached_duckdb(address: str, client, secret: str) -> duckdb.DuckDBPyConnection:
    """DuckDB attached as that client; its extensions come from wheels, nothing is loaded from a network."""
    made = duckdb.connect(config={"autoinstall_known_extensions": "false", "threads": "1"})
    for name in ("avro", "httpfs", "iceberg"):
        folder = resources.files(f"duckdb_extension_{name}") / "extensions"
        made.execute(f"LOAD '{next(folder.glob('*/*.duckdb_extension'))}'")
    made.execute(
        f"CREATE SECRET door (TYPE iceberg, CLIENT_ID '{client.pk}', CLIENT_SECRET '{secret}', "
        f"OAUTH2_SERVER_URI '{address}/data/iceberg/v1/oauth/tokens')"
    )
    made.execute(f"ATTACH 'city' AS city (TYPE iceberg, ENDPOINT '{address}/data/iceberg', SECRET door)")
    return made


@pytest.fixture
def served(live_server, lake, monkeypatch):
    """The address of a served city whose lake is this test's own."""
    # A client's open connection would keep the server's thread, and that the database, beyond the last test.
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)
    return live_server.url


@pytest.fixture(scope="session")
def cluster():
    """Address of a Sail cluster with a driver and two workers in this process: what a city's Spark cluster stands for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAIL_MODE", "local-cluster")
        patch.setenv("SAIL_CLUSTER__WORKER_INITIAL_COUNT", "2")
        patch.setenv("SAIL_CLUSTER__WORKER_MAX_COUNT", "2")
        patch.setenv("SAIL_CLUSTER__WORKER_TASK_SLOTS", "4")
        server = SparkConnectServer("127.0.0.1", 0)
        server.start(background=True)
    yield "sc://{}:{}".format(*server.listening_address)
    distributed.forget()
    server.stop()


@pytest.fixture
def on_cluster(cluster, settings):
    """Questions go to the cluster."""
    settings.LAKE_ENGINE = cluster
    return cluster
