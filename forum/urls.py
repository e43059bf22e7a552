"""Every address of the site."""

from django.apps import apps
from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("articles.urls")),  # first what is asked for most: they are gone through one by one
    path("", include("forum.subscriptions.urls")),  # before the conversations': there "mine/" takes any word
    path("", include("forum.discussion.urls")),
    path("", include("forum.moderation.urls")),  # before the administration's: some addresses lie below it
    path("admin/", admin.site.urls),
    path("accounts/", include("forum.accounts.urls")),
    path("settings/", include("forum.accounts.own_urls")),
    path("", include("forum.site.urls")),
    path("", include("forum.search.urls")),
    path("", include("forum.topics.urls")),
    path("", include("forum.privacy.urls")),
    path("", include("forum.duty.urls")),
    path("", include("forum.api.urls")),
]

if apps.is_installed("anymail"):  # a mail provider chosen by EMAIL_URL reports bounces here
    urlpatterns.append(path("anymail/", include("anymail.urls")))

handler400 = "forum.discussion.views.forms.show_bad_request"
handler500 = "forum.site.errors.server_error"
