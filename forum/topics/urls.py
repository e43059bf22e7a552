"""Addresses of topics."""

from django.urls import path

from . import views

app_name = "topics"
urlpatterns = [
    path("topics/", views.topics, name="topics"),
    path("topics/<slug:slug>/", views.topic, name="topic"),
    path("comments/<int:pk>/topics/", views.correct, name="comment"),
]
