"""Addresses of the public page."""

from django.urls import path

from . import views

app_name = "ledger"
urlpatterns = [path("", views.receipt_verify, name="receipt_verify")]
