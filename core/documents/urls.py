"""Addresses of uploaded files."""

from django.urls import path

from . import views

app_name = "documents"
urlpatterns = [path("<ref:ref>/", views.file_download, name="file_download")]
