"""Addresses of accounts."""

from django.urls import path

from .views import duplicates, imports, lists, merging, pages, people, transfer

app_name = "accounts"

urlpatterns = [
    path("", lists.AccountList.as_view(), name="account_list"),
    path("new/", pages.account_new, name="account_new"),
    path("transfer/", transfer.accounts_transfer, name="accounts_transfer"),
    path("transfers/<ref:ref>/", transfer.transfer_detail, name="transfer_detail"),
    path("transfers/<ref:ref>/back/", transfer.transfer_back, name="transfer_back"),
    path("import/", imports.account_import, name="account_import"),
    path("import/sheet/", imports.account_import_template, name="account_import_template"),
    path("options/", lists.customer_options, name="customer_options"),
    path("duplicates/", duplicates.DuplicateList.as_view(), name="duplicate_list"),
    path("duplicates/search/", duplicates.duplicate_search, name="duplicate_search"),
    path("duplicates/progress/", duplicates.duplicate_progress, name="duplicate_progress"),
    path("duplicates/judge/", duplicates.duplicate_judge, name="duplicate_judge"),
    path("merges/<ref:ref>/", merging.merge_detail, name="merge_detail"),
    path("merges/<ref:ref>/undo/", merging.merge_undo, name="merge_undo"),
    path("contacts/<ref:ref>/", people.contact_edit, name="contact_edit"),
    path("contacts/<ref:ref>/remove/", people.contact_remove, name="contact_remove"),
    path("<ref:ref>/", pages.account_page, name="account_detail"),
    path("<ref:ref>/edit/", pages.account_edit, name="account_edit"),
    path("<ref:ref>/parent/", pages.account_parent, name="account_parent"),
    path("<ref:ref>/transfer/", transfer.account_transfer, name="account_transfer"),
    path("<ref:ref>/merge/<ref:other_ref>/", merging.account_merge, name="account_merge"),
    path("<ref:ref>/contacts/new/", people.contact_new, name="contact_new"),
    path("<ref:ref>/share/", people.account_share, name="account_share"),
    path("<ref:ref>/share/<ref:user_ref>/end/", people.account_unshare, name="account_unshare"),
]
