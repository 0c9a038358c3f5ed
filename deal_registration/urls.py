"""Addresses of deal registration: the dealers' pages and the reviewers'."""

from django.urls import include, path

from .views import (
    amending,
    correcting,
    dealer,
    deciding,
    drafting,
    endings,
    extending,
    lists,
    many,
    receipts,
    review,
)

app_name = "registrations"

_registrations = [
    path("", lists.RegistrationList.as_view(), name="registration_list"),
    path("new/", drafting.registration_new, name="registration_new"),
    path("by-mail/<str:token>/", extending.registration_extend_by_link, name="registration_extend_by_link"),
    path("<ref:ref>/", dealer.registration_page, name="registration_detail"),
    path("<ref:ref>/progress/", dealer.registration_progress, name="registration_progress"),
    path("<ref:ref>/edit/", drafting.registration_edit, name="registration_edit"),
    path("<ref:ref>/delete/", drafting.registration_delete, name="registration_delete"),
    path("<ref:ref>/files/", dealer.file_add, name="file_add"),
    path("<ref:ref>/files/<ref:file_ref>/remove/", drafting.file_remove, name="file_remove"),
    path("<ref:ref>/answer/", dealer.registration_answer, name="registration_answer"),
    path("<ref:ref>/withdraw/", endings.registration_withdraw, name="registration_withdraw"),
    path("<ref:ref>/won/", endings.registration_won, name="registration_won"),
    path("<ref:ref>/lost/", endings.registration_lost, name="registration_lost"),
    path("<ref:ref>/extend/", extending.registration_extend, name="registration_extend"),
    path("<ref:ref>/change/", amending.registration_amend, name="registration_amend"),
    path("<ref:ref>/again/", amending.registration_again, name="registration_again"),
    path("<ref:ref>/receipt.json", receipts.receipt_json, name="receipt_json"),
    path("<ref:ref>/receipt.pdf", receipts.receipt_pdf_view, name="receipt_pdf"),
]
_review = [
    path("", lists.ReviewQueue.as_view(), name="review_queue"),
    path("approve/", many.review_approve_many, name="review_approve_many"),
    path("reject/", many.review_reject_many, name="review_reject_many"),
    path("<ref:ref>/", review.review_page, name="review_detail"),
    path("<ref:ref>/approve/", deciding.review_approve, name="review_approve"),
    path("<ref:ref>/reject/", deciding.review_reject, name="review_reject"),
    path("<ref:ref>/ask/", deciding.review_ask, name="review_ask"),
    path("<ref:ref>/extension/grant/", extending.review_extension_grant, name="review_extension_grant"),
    path("<ref:ref>/extension/decline/", extending.review_extension_decline, name="review_extension_decline"),
    path("<ref:ref>/revoke/", correcting.review_revoke, name="review_revoke"),
    path("<ref:ref>/revert/", correcting.review_revert, name="review_revert"),
    path("<ref:ref>/match/", deciding.review_match, name="review_match"),
    path("<ref:ref>/note/", deciding.review_note, name="review_note"),
]

urlpatterns = [
    path("registrations/", include(_registrations)),
    path("review/", include(_review)),
]
