"""Addresses of the pages about partners."""

from django.urls import path

from . import views

app_name = "partners"
urlpatterns = [
    path("partners/", views.PartnerList.as_view(), name="partner_list"),
    path("partners/<ref:ref>/", views.partner_detail, name="partner_detail"),
    path("company/", views.company, name="company"),
    path("company/agreement/", views.agreement_accept, name="agreement_accept"),
    path("team/", views.team, name="team"),
]
