"""Addresses of messages: below those of their registration."""

from django.urls import include, path

from . import views

app_name = "messages"

_messages = [
    path("", views.thread, name="thread"),
    path("send/", views.message_send, name="message_send"),
    path("read/", views.message_read, name="message_read"),
    path("<ref:message_ref>/retract/", views.message_retract, name="message_retract"),
]

urlpatterns = [path("registrations/<ref:ref>/messages/", include(_messages))]
