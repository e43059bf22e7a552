"""Addresses of the publication."""

from django.urls import path

from . import views

app_name = "articles"
urlpatterns = [
    path("articles/<slug:slug>/", views.article, name="article"),
    path("collections/<slug:slug>/", views.collection, name="collection"),
]
