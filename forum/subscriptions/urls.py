"""Addresses of what people follow."""

from django.urls import path

from .views import emails, follow

app_name = "subscriptions"
urlpatterns = [
    path("emails/", emails.own, name="emails"),
    path("emails/<str:token>/", emails.by_link, name="emails-by-link"),
    path("articles/<slug:slug>/follow/", follow.article, name="follow-article"),
    path("comments/<int:pk>/follow/", follow.thread, name="follow-thread"),
]
