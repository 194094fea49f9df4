"""Addresses under /opendata/. A dataset's address is its identifier for ever."""

from django.urls import path, re_path

from citybrain.apps.opendata.views import bench, dataset, graphs, people, portal, rest

SLUG = r"(?P<slug>[a-z][a-z0-9-]{2,79})"
KIND = r"(?P<kind>ttl|jsonld|rdf)"

app_name = "opendata"
urlpatterns = [
    path("", portal.home, name="home"),
    path("search/", portal.search, name="search"),
    path("gallery/", portal.gallery, name="gallery"),
    path("gallery/new/", people.new_reuse, name="new_reuse"),
    path("requests/", people.requests, name="requests"),
    path("requests/new/", people.new_request, name="new_request"),
    path("sitemap.xml", portal.sitemap, name="sitemap"),
    path("catalog/", graphs.catalog, name="catalog"),
    re_path(rf"^catalog\.{KIND}$", graphs.catalog, name="catalog_graph"),
    path("cpsv/services/", graphs.services, name="services"),
    re_path(rf"^cpsv/services\.{KIND}$", graphs.services, name="services_graph"),
    re_path(rf"^datasets/{SLUG}\.{KIND}$", dataset.graph, name="graph"),
    re_path(
        rf"^datasets/{SLUG}/v(?P<number>[1-9]\d{{0,5}})\.(?P<kind>[a-z]{{3,7}})$",
        dataset.download,
        name="download",
    ),
    path("datasets/<slug:slug>/", dataset.page, name="dataset"),
    path("datasets/<slug:slug>/remarks/", people.comment, name="comment"),
    path("datasets/<slug:slug>/remarks/<uuid:comment_id>/report/", people.report, name="report"),
    path("datasets/<slug:slug>/stars/", people.stars, name="stars"),
    path("api/", rest.manual, name="api"),
    path("api/datasets/<slug:slug>/rows", rest.dataset_rows, name="rows"),
    path("api/3/action/<slug:name>", rest.action, name="action"),
    path("api/action/<slug:name>", rest.action, name="action_newest"),  # as CKAN: without a version
    path("my/", people.my, name="my"),
    path("my/keys/", people.make_key, name="make_key"),
    path("my/keys/<uuid:key_id>/revoke/", people.revoke_key, name="revoke_key"),
    path("bench/", bench.bench, name="bench"),
    path("bench/propose/", bench.choose, name="choose"),
    path("bench/propose/<str:key>/", bench.propose, name="propose"),
    path("bench/moderation/", bench.moderation, name="moderation"),
    path("bench/portals/", bench.portals, name="portals"),
    path("bench/portals/<uuid:portal_id>/", bench.portal_act, name="portal_act"),
    path("bench/datasets/<slug:slug>/", bench.dataset, name="bench_dataset"),
    path("bench/datasets/<slug:slug>/renew/", bench.renew, name="renew"),
    path("bench/datasets/<slug:slug>/withdraw/", bench.withdraw, name="withdraw"),
]
