"""Addresses of disputes, precedents and proposed changes of rules."""

from django.urls import path

from .views import deciding, library, lists, party

app_name = "disputes"
urlpatterns = [
    path("registrations/<ref:ref>/dispute/", party.dispute_open, name="dispute_open"),
    path("disputes/", lists.DisputeList.as_view(), name="dispute_list"),
    path("disputes/<ref:ref>/", party.dispute_page, name="dispute_detail"),
    path("disputes/<ref:ref>/statement/", party.statement_add, name="statement_add"),
    path("disputes/<ref:ref>/said-all/", party.said_all, name="said_all"),
    path("disputes/<ref:ref>/withdraw/", party.dispute_withdraw, name="dispute_withdraw"),
    path("disputes/<ref:ref>/accept/", party.ruling_accept, name="ruling_accept"),
    path("disputes/<ref:ref>/appeal/", party.dispute_appeal, name="dispute_appeal"),
    path("disputes/<ref:ref>/rule/", deciding.dispute_rule, name="dispute_rule"),
    path("disputes/<ref:ref>/precedent/", deciding.precedent_publish, name="precedent_publish"),
    path("precedents/", lists.PrecedentLibrary.as_view(), name="precedent_list"),
    path("precedents/<ref:ref>/", library.precedent_page, name="precedent_detail"),
    path("rule-proposals/", lists.ProposalList.as_view(), name="proposal_list"),
    path("rule-proposals/<ref:ref>/", library.proposal_page, name="proposal_detail"),
]
