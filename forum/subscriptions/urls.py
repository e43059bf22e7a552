"""Addresses of what people follow."""

from django.urls import path

from .views import emails, follow, waiting

app_name = "subscriptions"
urlpatterns = [
    path("emails/", emails.own, name="emails"),
    path("emails/<str:token>/", emails.by_link, name="emails-by-link"),
    path("mine/answers/", waiting.open_answer, name="open-answer"),
    path("articles/<slug:slug>/follow/", follow.article, name="follow-article"),
    path("comments/<int:pk>/follow/", follow.thread, name="follow-thread"),
]
