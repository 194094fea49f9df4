"""Addresses of the services room: the portal stands at the root."""

from django.urls import include, path

from .rest import api
from .views import apply, my, oversight, portal, window

app_name = "services"
urlpatterns = [
    path("", portal.home, name="home"),
    path("search/", portal.search, name="search"),
    path("browse/", portal.browse_all, name="browse_all"),
    path("browse/<slug:axis>/", portal.browse_all, name="browse_axis"),
    path("browse/<slug:axis>/<slug:key>/", portal.browse, name="browse"),
    path("guide/<slug:key>/", portal.guide, name="guide"),
    path("start/<slug:key>/", apply.start, name="start"),
    path("apply/<uuid:case_id>/", apply.resume, name="apply"),
    path("apply/<uuid:case_id>/review/", apply.review, name="review"),
    path("apply/<uuid:case_id>/done/", apply.done, name="done"),
    path("apply/<uuid:case_id>/slip/", apply.slip, name="slip"),
    path("apply/<uuid:case_id>/<slug:page>/", apply.page, name="apply_page"),
    path("progress/", apply.progress, name="progress"),
    path("halls/", window.draw, name="draw"),
    path("halls/<uuid:ticket_id>/", window.ticket, name="ticket"),
    path("rest/", include(api.addresses())),
    path("my/", my.home, name="my"),
    path("my/cases/", my.case_list, name="cases"),
    path("my/cases/<uuid:case_id>/", my.case_page, name="case"),
    path("my/cases/<uuid:case_id>/rate/", my.rate, name="rate"),
    path("my/cases/<uuid:case_id>/<slug:action>/", my.case_act, name="case_act"),
    path("window/", window.bench, name="window"),
    path("window/sit/", window.sit, name="sit"),
    path("window/call/", window.call, name="call"),
    path("window/identify/", window.identify, name="identify"),
    path("window/screen/", window.halls_screen, name="screen"),
    path("lights/", oversight.lights, name="lights"),
    path("ratings/", oversight.rating_list, name="ratings"),
]
