"""Addresses of the JSON interface. The version is a part of them: what a program relies on stays as it is."""

from django.urls import path

from . import views

app_name = "api"
urlpatterns = [
    path("api/v1/", views.guide, name="guide"),
    path("api/v1/openapi.json", views.description, name="description"),
    path("api/v1/articles/", views.articles, name="articles"),
    path("api/v1/articles/<slug:slug>/", views.article, name="article"),
    path("api/v1/articles/<slug:slug>/comments/", views.comments, name="comments"),
    path("api/v1/comments/<int:pk>/", views.comment, name="comment"),
    path("api/<path:rest>", views.nothing),
]
