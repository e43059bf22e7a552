"""Addresses of what people may ask about their data. The page that explains it, ``/privacy/``, belongs to the frame."""

from django.urls import path

from . import views

app_name = "privacy"
urlpatterns = [
    path("privacy/data/", views.data, name="data"),
    path("privacy/data/<str:token>/", views.data, name="data-by-link"),
    path("privacy/files/<str:key>/", views.file, name="file"),
    path("privacy/erase/", views.erase, name="erase"),
    path("privacy/erase/<str:token>/", views.erase, name="erase-by-link"),
    path("privacy/about-me/", views.about_me, name="about-me"),
]
