"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ArticlesConfig(AppConfig):
    """The publication: articles, sources, corrections, collections. It knows nobody."""

    name = "articles"
    verbose_name = _("Articles")
    role_permissions = {
        role: [
            *(f"articles.{verb}_{model}" for verb in ("view", "add", "change") for model in ("article", "collection")),
            *(
                f"articles.{verb}_{model}"
                for verb in ("view", "add", "change", "delete")
                for model in ("source", "correction", "oldaddress")
            ),
        ]
        for role in ("author", "operator")
    }
