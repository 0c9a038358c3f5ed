"""Addresses of notices and of their preferences."""

from django.urls import path

from . import views

app_name = "notifications"
urlpatterns = [
    path("notifications/", views.notification_list, name="list"),
    path("notifications/read/", views.notification_read_all, name="read_all"),
    path("notifications/<ref:ref>/open/", views.notification_open, name="open"),
    path("notifications/<ref:ref>/read/", views.notification_read, name="read"),
    path("profile/notifications/", views.preferences, name="preferences"),
]
