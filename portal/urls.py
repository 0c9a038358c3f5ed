"""Addresses of the whole portal."""

from django.urls import include, path

urlpatterns = [
    path("auth/", include("allauth.urls")),
]
