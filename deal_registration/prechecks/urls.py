"""Addresses of pre-checks."""

from django.urls import include, path

from . import views

app_name = "prechecks"

_watched = [
    path("", views.StandingList.as_view(), name="standing_list"),
    path("<ref:ref>/", views.standing_page, name="standing_detail"),
    path("<ref:ref>/lift/", views.standing_lift, name="standing_lift"),
]

_prechecks = [
    path("", views.PrecheckList.as_view(), name="precheck_list"),
    path("new/", views.precheck_new, name="precheck_new"),
    path("watch/", include(_watched)),
    path("<ref:ref>/", views.precheck_page, name="precheck_detail"),
    path("<ref:ref>/register/", views.precheck_register, name="precheck_register"),
    path("<ref:ref>/answer/", views.precheck_answer, name="precheck_answer"),
]

urlpatterns = [path("prechecks/", include(_prechecks))]
