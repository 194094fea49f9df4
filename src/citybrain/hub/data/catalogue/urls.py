"""Addresses of the catalogue under /data/."""

from django.urls import path, register_converter

from citybrain.hub.data.catalogue.views import duties, editing, findings, importing, pages, versions


class ResourceConverter:
    """``namespace.noun``, as in the room's own addresses."""

    regex = r"[a-z]+\.[a-z][a-z0-9_]{0,59}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(ResourceConverter, "resource")

urlpatterns = [
    path("catalogue/export/", pages.export, name="catalogue_export"),
    path("catalogue/new/", editing.new, name="new_resource"),
    path("catalogue/import/", importing.upload, name="import"),
    path("catalogue/import/template/", importing.template, name="import_template"),
    path("catalogue/import/<uuid:import_id>/", importing.preview, name="import_preview"),
    path("duties/", duties.duties, name="duties"),
    path("duties/new/", duties.edit, name="new_duty"),
    path("duties/<slug:key>/", duties.duty, name="duty"),
    path("duties/<slug:key>/edit/", duties.edit, name="edit_duty"),
    path("duties/<slug:key>/bind/", duties.bind, name="bind_duty"),
    path("findings/", findings.suggestions, name="suggestions"),
    path("findings/<uuid:suggestion_id>/", findings.decide, name="decide_suggestion"),
    path("<resource:key>/items/", pages.items, name="items"),
    path("<resource:key>/items/new/", editing.item, name="new_item"),
    path("<resource:key>/items/<slug:name>/", editing.item, name="edit_item"),
    path("<resource:key>/lineage/", versions.lineage, name="lineage"),
    path("<resource:key>/versions/", versions.versions, name="versions"),
    path("<resource:key>/edit/", editing.edit, name="edit_resource"),
    path("<resource:key>/state/", editing.state, name="resource_state"),
    path("<resource:key>/watch/", editing.watch, name="watch"),
    path("<resource:key>/scan/", findings.scan, name="scan"),
]
