"""Addresses of the frame."""

from django.urls import path

from . import crawlers, health, metrics, views

app_name = "site"
urlpatterns = [
    path("guidelines/", views.guidelines, name="guidelines"),
    path("privacy/", views.privacy, name="privacy"),
    path("help/", views.help_and_contact, name="help"),
    path("help-now/", views.help_now, name="help-now"),
    path("reading/", views.reading, name="reading"),
    path("robots.txt", crawlers.robots, name="robots"),
    path("sitemap.xml", crawlers.sitemap, name="sitemap"),
    path("sitemap-<slug:slug>.xml", crawlers.sitemap_part, name="sitemap-part"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
]
