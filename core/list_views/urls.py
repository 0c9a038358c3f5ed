"""Addresses of views and of how lists are arranged. ``name`` is the name of a list's address."""

from django.urls import path

from . import views

app_name = "list_views"
urlpatterns = [
    path("lists/<str:name>/views/", views.view_list, name="view_list"),
    path("lists/<str:name>/arrange/", views.arrange, name="arrange"),
    path("lists/<str:name>/columns/", views.columns, name="columns"),
    path("list-views/<ref:ref>/", views.view_edit, name="view_edit"),
    path("list-views/<ref:ref>/update/", views.view_update, name="view_update"),
    path("list-views/<ref:ref>/delete/", views.view_delete, name="view_delete"),
    path("list-views/<ref:ref>/restore/", views.view_restore, name="view_restore"),
]
