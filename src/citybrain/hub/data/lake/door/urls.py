"""Addresses of the lake's door: the machine's part below ``iceberg/v1``, the stewards' page beside it."""

from django.urls import path

from citybrain.hub.data.lake.door.views import catalog, clients, token

NAMESPACE = "iceberg/v1/namespaces/<str:namespace>"

urlpatterns = [
    path("iceberg/v1/config", catalog.config, name="iceberg_config"),
    path("iceberg/v1/oauth/tokens", token.tokens, name="iceberg_tokens"),
    path("iceberg/v1/namespaces", catalog.namespaces, name="iceberg_namespaces"),
    path(NAMESPACE, catalog.namespace, name="iceberg_namespace"),
    path(f"{NAMESPACE}/tables", catalog.tables, name="iceberg_tables"),
    path(f"{NAMESPACE}/tables/<str:table>", catalog.table, name="iceberg_table"),
    path(f"{NAMESPACE}/tables/<str:table>/metrics", catalog.metrics, name="iceberg_metrics"),
    path("iceberg/clients/", clients.clients, name="lake_clients"),
    path("iceberg/clients/new/", clients.create, name="lake_client_new"),
    path("iceberg/clients/<uuid:client_id>/disable/", clients.disable, name="lake_client_disable"),
]
