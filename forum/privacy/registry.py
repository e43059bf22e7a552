"""Every app's ``personal_data.py``, collected. Each has ``MODELS``, ``export(person)`` and ``erase(person, *, keep_words)``.

``export`` returns a dict of values that JSON knows, dates included; ``erase`` may be called again after it stopped in
the middle. A model that none of them claims must be named here, with the reason why nobody is in it; a test compares.
"""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from django.apps import apps

HOLD_NOBODY = {
    "accounts.RateCount": "counts under keyed hashes, for a day",
    "articles.Collection": "titles of shelves",
    "articles.Correction": "the publication's own words",
    "articles.OldAddress": "paths",
    "articles.Source": "published works",
    "auth.Group": "names of roles",
    "auth.Permission": "names of permissions",
    "care.CarePhrase": "the operator's own words",
    "care.NotedComment": "which of the editors' notes stand beneath a comment; they go with its words",
    "care.SafetyNote": "the editors' own words",
    "contenttypes.ContentType": "names of tables",
    "discussion.DecisionLatch": "one flag",
    "discussion.Discussion": "counts",
    "discussion.DiscussionYear": "counts",
    "imports.SiteIdentity": "a random number",
    "jobs.Schedule": "names of jobs",
    "moderation.FilterState": "counts",
    "moderation.LinkHost": "domains, and the moderators' own words",
    "moderation.PhraseRule": "the moderators' own words",
    "moderation.TokenCount": "counts under keyed hashes, of many people's comments",
    "related.Walk": "how far a search got",
    "search.IndexState": "counts, and names of languages",
    "search.IndexedArticle": "the publication's own words",
    "site.HelpLine": "services that answer the public",
    "site.SiteText": "the operator's words about this site",
    "site.SiteVersion": "a number",
    "subscriptions.Told": "ids of decisions",
    "topics.ArticleMention": "topics of articles",
    "topics.LoadedTerm": "words of the vocabulary that comes with the site",
    "topics.Spelling": "the operator's words",
    "topics.Topic": "the operator's words",
    "topics.TopicPair": "counts",
    "topics.Vocabulary": "how far a search got",
}


def find_modules() -> list[ModuleType]:
    """Return the modules in the order in which they erase: apps from the top down, the rows of people themselves last.

    What stands above refers to what stands below; and whose everything is can be asked only while the person is there.
    """
    configs = sorted(apps.get_app_configs(), key=lambda config: config.label == "accounts")
    names = [f"{config.name}.personal_data" for config in configs]
    return [import_module(name) for name in names if find_spec(name)]


def claimed_models() -> list[str]:
    """Return the labels of all models that some app answers for."""
    return [label for module in find_modules() for label in module.MODELS]
