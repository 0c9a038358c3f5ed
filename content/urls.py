"""Addresses of the public site: pages at the root, their images and documents."""

from django.urls import include, path, re_path
from wagtail.urls import serve_pattern

from . import views

# No namespace: Wagtail looks its own names up without one. Included last, at the root.
urlpatterns = [
    path("documents/", include("wagtail.documents.urls")),
    path("_util/login/", views.sign_in, name="wagtailcore_login"),
    path("media/<path:path>", views.image, name="content_image"),
    re_path(serve_pattern, views.serve, name="wagtail_serve"),
]
