"""Addresses of mail to staff."""

from django.urls import path

from . import views

app_name = "duty"
urlpatterns = [
    path("duty/", views.own, name="choices"),
    path("duty/<str:token>/", views.by_link, name="choices-by-link"),
]
