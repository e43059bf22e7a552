"""Every page that is kept whole for readers of whom nothing is known, by the name of its address, and what it hangs on."""

from forum.related.freshness import THREAD
from forum.site.freshness import SITE, KeptPage

# An article, its discussion, and the frame around every page: three rows by their keys.
DISCUSSION = """
    SELECT article.version, COALESCE(discussion.version, 0), COALESCE(site.frame, 0)
    FROM articles_article article
    LEFT JOIN site_siteversion site ON site.id = 1
    LEFT JOIN discussion_discussion discussion ON discussion.article_id = article.id
    WHERE article.slug = %s
"""

KEPT_PAGES = {
    "articles:article": KeptPage(DISCUSSION, "slug", frozenset({"page", "order", "after", "view", "year"})),
    "articles:collection": KeptPage(SITE, parameters=frozenset({"after"})),
    "discussion:thread": KeptPage(THREAD, "pk", frozenset({"page"})),
    "discussion:thread-feed": KeptPage(DISCUSSION, "slug", frozenset({"after"})),
    "discussion:article-feed": KeptPage(DISCUSSION, "slug", frozenset({"after"})),
    "discussion:feed": KeptPage(SITE, parameters=frozenset({"after"})),
    "site:sitemap": KeptPage(SITE),
    "site:sitemap-part": KeptPage(SITE),
    "discussion:home": KeptPage(SITE, parameters=frozenset({"after"})),
    "discussion:unanswered": KeptPage(SITE, parameters=frozenset({"after", "order", "topic"})),
    "topics:topics": KeptPage(SITE),
    "topics:topic": KeptPage(SITE, parameters=frozenset({"after", "with"})),
    "site:guidelines": KeptPage(SITE),
    "site:privacy": KeptPage(SITE),
    "site:help": KeptPage(SITE),
    "site:help-now": KeptPage(SITE),
}

# Not kept, and the same for all of whom nothing is known: may be rendered from a copy of the database that has the whole site.
READ_FROM_REPLICA = frozenset(
    {
        "search:search",
        "discussion:member",
        "api:articles",
        "api:article",
        "api:comments",
        "api:comment",
    }
)
