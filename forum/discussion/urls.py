"""Addresses of conversations."""

from django.urls import path

from .views import pages

app_name = "discussion"
urlpatterns = [
    path("comments/<int:pk>/", pages.comment, name="comment"),
]
