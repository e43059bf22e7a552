"""Every job may run twice without harm: a worker can die between the work and its record."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from forum.jobs.models import Schedule
from forum.jobs.schedule import RHYTHMS
from forum.jobs.worker import Worker, claim_job
from forum.privacy.services import request_erasure
from forum.subscriptions.services import Choice, choose, subscribe
from tests.factories import ArticleFactory, CommentFactory
from tests.privacy.lives import live
from tests.subscriptions.people import guest_person, write

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database]

# Told apart from what the work itself stores.
BOOKKEEPING = {DBTaskResult, Schedule}
# Jobs that come of what people do; those of imports and of decisions on many comments are killed and taken up again elsewhere.
CAUSED = {
    "duty.jobs.tell_of_care",
    "privacy.jobs.erase_person",
    "privacy.jobs.make_export",
    "subscriptions.jobs.take_back",
    "subscriptions.jobs.tell_readers",
    "subscriptions.jobs.tell_writer",
    "topics.jobs.search_again",
}


def _everything() -> dict[str, list[dict[str, Any]]]:
    """Return all rows of all tables."""
    models = [model for model in apps.get_models() if model not in BOOKKEEPING and not model._meta.proxy]
    return {model.__name__: list(model._base_manager.order_by("pk").values()) for model in models}


def _run_twice() -> set[str]:
    """Run what is due, each job twice, and return the names of the jobs."""
    names = set()
    while row := claim_job("worker"):
        job, arguments = row.task, row.args_kwargs["args"]
        job.call(*arguments)
        first = _everything()
        job.call(*arguments)
        second = _everything()
        assert {name for name in first if first[name] != second[name]} == set(), row.task_path
        DBTaskResult.objects.filter(pk=row.pk).update(status="SUCCESSFUL", finished_at=timezone.now())
        names.add(row.task_path)
    return names


def _ask_and_answer() -> None:
    """Let a question be published and answered, for somebody who wants to hear of it and for one who wants that weekly."""
    article = ArticleFactory()
    weekly = guest_person()
    choose([weekly], Choice("weekly"))
    subscribe(weekly, "discussion", discussion=article.discussion)
    question = write(guest_person(), discussion=article.discussion, wants_asking=True)
    write(guest_person(), discussion=article.discussion, parent=question)
    CommentFactory(article=article, state="held")


def test_every_job_may_run_twice(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "forum.mail.backend.QueueingBackend"
    Worker()  # finds every app's jobs
    life = live(is_member=False)
    _ask_and_answer()
    names: set[str] = set()
    for days in (0, 8, 200):
        with time_machine.travel(timezone.now() + timedelta(days=days), tick=False):
            for rhythm in RHYTHMS:
                rhythm.job.enqueue()
            names |= _run_twice()
        if not days:
            request_erasure(life.person, keep_words=True)
    assert names >= {rhythm.name for rhythm in RHYTHMS} | {f"forum.{name}" for name in CAUSED}
