"""Addresses of the public pages."""

from django.urls import path

from . import views

app_name = "ledger"
urlpatterns = [
    path("", views.receipt_verify, name="receipt_verify"),
    path("verify_receipt.py", views.receipt_tool, name="receipt_tool"),
    path("seals/", views.seal_list, name="seal_list"),
    path("seals/seals.json", views.seal_list_json, name="seal_list_json"),
]
