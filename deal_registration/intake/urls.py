"""Addresses of filing from a sheet; the pages of each sheet are those of imports."""

from django.urls import path

from . import views

app_name = "intake"
urlpatterns = [
    path("new/", views.sheet_new, name="sheet_new"),
    path("template/", views.sheet_template, name="sheet_template"),
]
