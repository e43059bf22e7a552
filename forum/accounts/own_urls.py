"""Addresses under /settings/: what members choose for themselves."""

from django.urls import path

from . import own_space

app_name = "own"
urlpatterns = [
    path("", own_space.settings_page, name="settings"),
    path("ignored/<int:pk>/", own_space.show_again, name="show-again"),
]
