"""What the page of a thread hangs on, the comments of others below it included: a removal elsewhere is gone with its commit.

The row says which neighbours are stored (each time they are found anew their ids are higher), which of them can be read, and how
often the conversations and articles that they stand in have changed. So nothing has to be written for pages that show a comment
when something happens to it, and nobody locks two conversations.
"""

from django.db import connection

# Takes the id of the root, of which the first 18 digits count: more do not fit a database.
THREAD = """
    SELECT MAX(article.version), MAX(discussion.version), COALESCE(MAX(site.frame), 0), COALESCE(MAX(near.id), 0),
           COALESCE(SUM(CASE WHEN there.public AND talk.state <> 'hidden' AND text.status = 'published'
                        THEN 1 << near.rank END), 0),
           COALESCE(SUM(talk.version + text.version), 0)
    FROM discussion_comment thread
    JOIN discussion_discussion discussion ON discussion.id = thread.discussion_id
    JOIN articles_article article ON article.id = discussion.article_id
    LEFT JOIN site_siteversion site ON site.id = 1
    LEFT JOIN related_neighbour near ON near.thread_id = thread.id
    LEFT JOIN discussion_comment there ON there.id = near.comment_id
    LEFT JOIN discussion_discussion talk ON talk.id = there.discussion_id
    LEFT JOIN articles_article text ON text.id = talk.article_id
    WHERE thread.id = CAST(SUBSTR(%s, 1, 18) AS BIGINT)
    GROUP BY thread.id
"""


def read_versions(thread_id: int) -> list[int]:
    """Return what the page of a thread hangs on; nothing where there is no such comment."""
    with connection.cursor() as cursor:
        cursor.execute(THREAD, [str(thread_id)])
        return [int(version) for version in cursor.fetchone() or ()]
