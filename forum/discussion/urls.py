"""Addresses of conversations."""

from django.urls import path

from .views import forms, lists, pages

app_name = "discussion"
urlpatterns = [
    path("", lists.home, name="home"),
    path("unanswered/", lists.unanswered, name="unanswered"),
    path("articles/<slug:slug>/comment/", forms.new_comment, name="comment-new"),
    path("articles/<slug:slug>/comments/", pages.year, name="year"),
    path("articles/<slug:slug>/comments/<int:pk>/", pages.thread, name="thread"),
    path("comments/<int:pk>/", pages.comment, name="comment"),
    path("comments/<int:pk>/reply/", forms.reply, name="comment-reply"),
]
