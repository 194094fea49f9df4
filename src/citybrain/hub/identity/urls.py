"""Addresses of identity: signing in, acting as, delegation, sessions, directory, administration."""

from django.urls import path

from .views import sign_in

urlpatterns = [
    path("login/", sign_in.choose, name="login"),
    path("login/official/", sign_in.official, name="official_login"),
    path("logout/", sign_in.sign_out, name="logout"),
]
