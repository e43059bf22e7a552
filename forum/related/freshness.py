"""What the page of a thread hangs on, the comments of others below it included: a removal elsewhere is gone with its commit.

The row says which neighbours are stored (each time they are found anew their ids are higher), which of them can be read, and how
often the conversations and articles that they stand in have changed. So nothing has to be written for pages that show a comment
when something happens to it, and nobody locks two conversations.
"""

from collections.abc import Sequence

from django.db import connection

_VERSIONS = """MAX(article.version), MAX(discussion.version), COALESCE(MAX(site.frame), 0), COALESCE(MAX(near.id), 0),
           COALESCE(SUM(CASE WHEN there.public AND talk.state <> 'hidden' AND text.status = 'published'
                        THEN 1 << near.rank END), 0),
           COALESCE(SUM(talk.version + text.version), 0)"""
_TABLES = """discussion_comment thread
    JOIN discussion_discussion discussion ON discussion.id = thread.discussion_id
    JOIN articles_article article ON article.id = discussion.article_id
    LEFT JOIN site_siteversion site ON site.id = 1
    LEFT JOIN related_neighbour near ON near.thread_id = thread.id
    LEFT JOIN discussion_comment there ON there.id = near.comment_id
    LEFT JOIN discussion_discussion talk ON talk.id = there.discussion_id
    LEFT JOIN articles_article text ON text.id = talk.article_id"""
# Takes the id of the root, of which the first 18 digits count: more do not fit a database.
THREAD = f"""
    SELECT {_VERSIONS}
    FROM {_TABLES}
    WHERE thread.id = CAST(SUBSTR(%s, 1, 18) AS BIGINT)
    GROUP BY thread.id
"""  # noqa: S608 - of ours
_THREADS = f"SELECT thread.id, {_VERSIONS} FROM {_TABLES} WHERE thread.id IN ({{}}) GROUP BY thread.id"  # noqa: S608 - of ours


def read_versions(thread_ids: Sequence[int]) -> dict[int, list[int]]:
    """Return what the pages of threads hang on, by their ids; one query. What is no comment is left out."""
    if not thread_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_THREADS.format(", ".join(["%s"] * len(thread_ids))), list(thread_ids))
        return {row[0]: [int(version) for version in row[1:]] for row in cursor.fetchall()}
