"""Addresses of collecting under /data/."""

from django.urls import path

from citybrain.hub.data.collection.views import contracts, lists, push, runs, sources, wizard

urlpatterns = [
    path("sources/", sources.sources, name="sources"),
    path("sources/new/", sources.new_source, name="new_source"),
    path("sources/<uuid:source_id>/", sources.source, name="source"),
    path("sources/<uuid:source_id>/change/", sources.change_source, name="change_source"),
    path("sources/<uuid:source_id>/check/", sources.check_source, name="check_source"),
    path("sources/<uuid:source_id>/key/", sources.new_key, name="new_push_key"),
    path("collections/", lists.collections, name="collections"),
    path("collections/new/", wizard.new, name="new_collection"),
    path("collections/<uuid:collection_id>/", lists.collection, name="collection"),
    path("collections/<uuid:collection_id>/thing/", wizard.thing, name="wizard_thing"),
    path("collections/<uuid:collection_id>/step/<int:number>/", wizard.step, name="wizard"),
    path("collections/<uuid:collection_id>/run/", lists.run_now, name="run_now"),
    path("collections/<uuid:collection_id>/revise/", lists.revise, name="revise_collection"),
    path("collections/<uuid:collection_id>/discard/", lists.discard, name="discard_revision"),
    path("collections/<uuid:collection_id>/state/", lists.change_state, name="collection_state"),
    path("collections/runs/<uuid:run_id>/", runs.run, name="collection_run"),
    path("collections/runs/<uuid:run_id>/rejected/", runs.download_rejected, name="download_rejected"),
    path("collections/runs/<uuid:run_id>/corrected/", runs.upload_corrected, name="upload_corrected"),
    path("push/<uuid:source_id>/", push.push, name="push"),
    path("contracts/", contracts.contracts, name="contracts"),
    path("contracts/new/", contracts.contract, name="new_contract"),
    path("contracts/<uuid:contract_id>/", contracts.contract, name="contract"),
]
