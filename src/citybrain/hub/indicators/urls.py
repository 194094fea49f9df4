"""Addresses under /indicators/."""

from django.urls import path

from citybrain.hub.indicators.views import detail, listing, tasks

app_name = "indicators"
urlpatterns = [
    path("", listing.listing, name="list"),
    path("export/", listing.export, name="export"),
    path("tasks/", tasks.tasks, name="tasks"),
    path("tasks/<uuid:task_id>/acknowledge/", tasks.acknowledge, name="acknowledge"),
    path("tasks/<uuid:task_id>/close/", tasks.close, name="close"),
    path("<slug:code>/", detail.detail, name="detail"),
    path("<slug:code>/series.csv", detail.series_csv, name="series"),
    path("<slug:code>/rows/<slug:role>/", detail.rows, name="rows"),
]
