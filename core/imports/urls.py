"""Addresses of imports. Where one begins, the app says whose resource it is."""

from django.urls import path

from .views import pages, steps

app_name = "imports"
urlpatterns = [
    path("", pages.ImportList.as_view(), name="import_list"),
    path("<ref:ref>/", pages.import_page, name="import_detail"),
    path("<ref:ref>/progress/", pages.import_progress, name="import_progress"),
    path("<ref:ref>/errors/", pages.import_errors, name="import_errors"),
    path("<ref:ref>/read/", steps.import_read_again, name="import_read_again"),
    path("<ref:ref>/columns/", steps.import_columns, name="import_columns"),
    path("<ref:ref>/decide/", steps.import_decide, name="import_decide"),
    path("<ref:ref>/confirm/", steps.import_confirm, name="import_confirm"),
    path("<ref:ref>/cancel/", steps.import_cancel, name="import_cancel"),
    path("<ref:ref>/undo/", steps.import_undo, name="import_undo"),
]
