"""What the operator sees of jobs, and may do."""

import pytest
from django.test import Client
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from forum.jobs.worker import Worker
from tests.factories import ModeratorFactory
from tests.jobs.sample import jobs

pytestmark = pytest.mark.django_db

PAGE = "/admin/jobs/queuedjob/"


@pytest.fixture
def operator(client: Client) -> Client:
    """Sign in as an operator."""
    client.force_login(ModeratorFactory(role="operator"))
    return client


@pytest.fixture
def failed() -> DBTaskResult:
    """Return a job that was given up."""
    jobs.stumble.enqueue("oops")
    for _ in range(3):
        DBTaskResult.objects.update(run_after=timezone.now())
        Worker(rhythms=()).run_due()
    return DBTaskResult.objects.get(status=TaskResultStatus.FAILED)


def test_failed_job_is_listed_with_its_error(operator: Client, failed: DBTaskResult) -> None:
    listed = operator.get(f"{PAGE}?status__exact=FAILED").content.decode()
    assert "stumble" in listed
    assert "builtins.ValueError" in listed
    assert "ValueError: stumbled" in operator.get(f"{PAGE}{failed.pk}/change/").content.decode()
    assert operator.get("/admin/django_tasks_database/dbtaskresult/").status_code == 404


def test_operator_tries_a_failed_job_again(operator: Client, failed: DBTaskResult) -> None:
    response = operator.post(PAGE, {"action": "try_again", "_selected_action": [str(failed.pk)]}, follow=True)
    assert "1 job will be tried again." in response.content.decode()
    assert Worker(rhythms=()).run_due() == 1
    assert jobs.read_diary() == ["oops"] * 4
    assert DBTaskResult.objects.get().status == TaskResultStatus.READY  # with all its tries


def test_job_cannot_be_added_or_deleted_by_hand(operator: Client, failed: DBTaskResult) -> None:
    assert operator.get(f"{PAGE}add/").status_code == 403
    assert operator.post(f"{PAGE}{failed.pk}/delete/", {"post": "yes"}).status_code == 403
