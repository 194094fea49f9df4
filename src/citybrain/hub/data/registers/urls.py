"""Addresses of this topic under /data/."""

from django.urls import path

from citybrain.hub.data.registers.views import files, models, my_file, pairs

urlpatterns = [
    path("files/", files.search, name="files"),
    path("my/file/", my_file.page, name="my_file"),
    path("my/file/reads/", my_file.reads, name="my_file_reads"),
    path("my/file/<slug:kind>/object/", my_file.object_to, name="my_file_object"),
    path("models/", models.listed, name="models"),
    path("models/build/", models.build, name="models_build"),
    path("models/<str:key>/", models.detail, name="model"),
    path("pairs/", pairs.listed, name="pairs"),
    path("pairs/<uuid:pair_id>/", pairs.answer, name="pair_answer"),
    path("entities/merge/", pairs.merge, name="entities_merge"),
    path("entities/<slug:register>/<slug:entity>/", pairs.entity, name="entity"),
    path("entities/<slug:register>/<slug:entity>/split/", pairs.split, name="entity_split"),
    path("decisions/<uuid:decision_id>/undo/", pairs.undo, name="decision_undo"),
]
