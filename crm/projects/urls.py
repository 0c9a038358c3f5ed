"""Addresses of projects."""

from django.urls import path

from . import views

app_name = "projects"

urlpatterns = [
    path("", views.ProjectList.as_view(), name="project_list"),
    path("<ref:ref>/", views.project_page, name="project_detail"),
    path("<ref:ref>/edit/", views.project_edit, name="project_edit"),
]
