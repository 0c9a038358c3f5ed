"""Addresses of opportunities."""

from django.urls import path

from .views import lists, pages, steps

app_name = "opportunities"

urlpatterns = [
    path("", lists.OpportunityList.as_view(), name="opportunity_list"),
    path("new/", pages.opportunity_new, name="opportunity_new"),
    path("funnel/", lists.opportunity_funnel, name="opportunity_funnel"),
    path("<ref:ref>/", pages.opportunity_page, name="opportunity_detail"),
    path("<ref:ref>/edit/", pages.opportunity_edit, name="opportunity_edit"),
    path("<ref:ref>/stage/", steps.opportunity_stage, name="opportunity_stage"),
    path("<ref:ref>/win/", steps.opportunity_win, name="opportunity_win"),
    path("<ref:ref>/lose/", steps.opportunity_lose, name="opportunity_lose"),
    path("<ref:ref>/reopen/", steps.opportunity_reopen, name="opportunity_reopen"),
    path("<ref:ref>/share/", steps.opportunity_share, name="opportunity_share"),
    path("<ref:ref>/share/<ref:user_ref>/end/", steps.opportunity_unshare, name="opportunity_unshare"),
]
