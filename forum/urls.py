"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("forum.site.urls")),
    path("", include("articles.urls")),
    path("", include("forum.discussion.urls")),
]

handler400 = "forum.discussion.views.forms.show_bad_request"
handler500 = "forum.site.errors.server_error"
