"""Addresses of the API of deal registration, below /api/v1/."""

from django.urls import path

from . import views

urlpatterns = [
    path("registrations", views.Registrations.as_view(), name="registrations"),
    path("registrations/<ref:ref>", views.OneRegistration.as_view(), name="registration"),
    path("registrations/<ref:ref>/file", views.FileDraft.as_view(), name="registration_file"),
    path("registrations/<ref:ref>/answer", views.AnswerQuestion.as_view(), name="registration_answer"),
    path("registrations/<ref:ref>/withdraw", views.Withdraw.as_view(), name="registration_withdraw"),
    path("registrations/<ref:ref>/won", views.MarkWon.as_view(), name="registration_won"),
    path("registrations/<ref:ref>/lost", views.MarkLost.as_view(), name="registration_lost"),
    path("registrations/<ref:ref>/receipt", views.Receipt.as_view(), name="registration_receipt"),
    path("product-lines", views.ProductLines.as_view(), name="product_lines"),
    path("territories", views.Territories.as_view(), name="territories"),
    path("me", views.Me.as_view(), name="me"),
]
