"""Addresses of the pages about partners."""

from django.urls import path

from . import api_keys, views

app_name = "partners"
urlpatterns = [
    path("partners/", views.PartnerList.as_view(), name="partner_list"),
    path("partners/<ref:ref>/", views.partner_detail, name="partner_detail"),
    path("partners/<ref:ref>/keys/", api_keys.partner_keys, name="partner_keys"),
    path("company/keys/", api_keys.company_keys, name="company_keys"),
    path("keys/<ref:ref>/revoke/", api_keys.key_revoke, name="key_revoke"),
    path("company/", views.company, name="company"),
    path("company/agreement/", views.agreement_accept, name="agreement_accept"),
    path("team/", views.team, name="team"),
]
