"""Shared experience as stored: which comments elsewhere are near to the first of a thread, and what both write about."""

from django.db import models
from django.db.models import Q

from forum.discussion.models import Comment


class Neighbour(models.Model):
    """A comment near to the root of a thread, the nearest with ``rank`` 0. Whether it is shown is asked when it is (``showing``).

    Nothing here outlives what it was found by: other words, other topics or an erasure of either text take the row away.
    """

    thread = models.ForeignKey(Comment, models.CASCADE, related_name="+", db_index=False)  # its root
    rank = models.PositiveSmallIntegerField()
    comment = models.ForeignKey(Comment, models.CASCADE, related_name="+", db_index=False)
    topics = models.JSONField(default=list)  # ids of those in both texts, the most telling first
    words = models.JSONField(default=list)  # rare words in both, as the thread's text has them

    class Meta:
        constraints = [models.UniqueConstraint("thread", "rank", name="neighbour_by_rank")]
        indexes = [models.Index("comment", name="neighbour_of_comment")]

    def __str__(self) -> str:
        return f"{self.thread_id}: {self.comment_id}"


class ChangedComment(models.Model):
    """A comment that became public or has other words since the worker last looked for what is near to it."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="+", db_index=False)

    def __str__(self) -> str:
        return str(self.comment_id)


class Walk(models.Model):
    """One row: in which way neighbours were last looked for in all threads, and how far a new walk through them has come."""

    version = models.PositiveSmallIntegerField(default=0)  # of the way in which they are found
    vocabulary = models.UUIDField(null=True)  # the stamp of the topics that they were found by
    is_done = models.BooleanField(default=False)
    cursor = models.BigIntegerField(default=0)  # the last root that was looked at

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="walk_is_one_row")]

    def __str__(self) -> str:
        return str(self.cursor)
