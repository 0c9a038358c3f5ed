"""Addresses of activities."""

from django.urls import path

from .views import lists, pages

app_name = "activities"

urlpatterns = [
    path("", lists.ActivityList.as_view(), name="activity_list"),
    path("account/<ref:ref>/log/", pages.activity_log, {"about": "account"}, name="account_log"),
    path("account/<ref:ref>/plan/", pages.activity_plan, {"about": "account"}, name="account_plan"),
    path("opportunity/<ref:ref>/log/", pages.activity_log, {"about": "opportunity"}, name="opportunity_log"),
    path(
        "opportunity/<ref:ref>/plan/", pages.activity_plan, {"about": "opportunity"}, name="opportunity_plan"
    ),
    path("<ref:ref>/done/", pages.activity_complete, name="activity_complete"),
    path("<ref:ref>/drop/", pages.activity_drop, name="activity_drop"),
]
