"""Addresses of certificates."""

from django.urls import path

from citybrain.hub.certificates.views import holder, officials, public

app_name = "certificates"
urlpatterns = [
    path("", holder.wallet_page, name="wallet"),
    path("verify/", public.verify_page, name="verify"),
    path("samples/<slug:type_key>/", public.sample, name="sample"),
    path("issued/", officials.issued, name="issued"),
    path("shown/<str:code>/", public.shown, name="shown"),
    path("shown/<str:code>/open/", public.shown_open, name="shown_open"),
    path("<uuid:pk>/", holder.detail, name="detail"),
    path("<uuid:pk>/file/", holder.file, name="file"),
    path("<uuid:pk>/show/", holder.show, name="show"),
    path("<uuid:pk>/<slug:act>/", officials.end, name="end"),
]
