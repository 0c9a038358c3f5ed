"""The address of honour."""

from django.urls import path

from . import views

app_name = "honour"
urlpatterns = [path("honour/", views.figures, name="figures")]
