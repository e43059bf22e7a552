"""From a comment to the mail server with real workers, killed at random moments: everybody once, and nobody who should not."""

import random
from collections import Counter

from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from forum.accounts.models import Guest
from forum.accounts.people import Person
from forum.discussion.models import Comment
from forum.mail.jobs import deliver_mail
from forum.mail.models import OutgoingMessage
from forum.mail.personal_data import erase as erase_mail
from forum.subscriptions.models import Delivery, Subscription
from forum.subscriptions.personal_data import erase
from forum.subscriptions.services import stop
from tests.factories import ArticleFactory
from tests.mail.smtp import MailServer
from tests.subscriptions.people import guest_person, write
from tests.workers import Workers, wait_until

FOLLOWERS, KILLS = 200, 4  # with 1,000 and 10 it takes minutes
State = OutgoingMessage.State


def _follow(comment: Comment, count: int, group: str, *, is_proven: bool = True) -> list[str]:
    proven_at = timezone.now() if is_proven else None
    addresses = [f"{group}{number}@example.org" for number in range(count)]
    guests = Guest.objects.bulk_create(Guest(email=address, proven_at=proven_at) for address in addresses)
    Subscription.objects.bulk_create(
        Subscription(kind="discussion", guest=guest, discussion=comment.discussion, made_at=comment.created_at)
        for guest in guests
    )
    return addresses


def _let_time_pass() -> None:
    """Do what five and ten minutes do: what a dead worker had in hand is due again."""
    now = timezone.now()
    DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING).update(status=TaskResultStatus.READY, run_after=now)
    OutgoingMessage.objects.filter(state=State.WAITING, is_in_flight=True).update(due_at=now)
    deliver_mail.enqueue()


def _is_all_done() -> bool:
    unfinished = DBTaskResult.objects.exclude(status=TaskResultStatus.SUCCESSFUL).filter(task_path__contains="tell_readers")
    return not unfinished.exists() and not OutgoingMessage.objects.exclude(state=State.SENT).exists()


def test_workers_killed_at_random_moments_tell_everybody_and_nobody_else(mail_server: MailServer, workers: Workers) -> None:
    comment = write(guest_person("writer@example.org"), discussion=ArticleFactory().discussion, wants_mail=False)
    wanted = _follow(comment, FOLLOWERS, "wanted")
    for address in _follow(comment, 20, "stopped"):
        stop([Person(guest=Guest.objects.get(email=address))])
    for address in _follow(comment, 20, "erased"):
        erase(Person(guest=Guest.objects.get(email=address)), keep_words=True)
    _follow(comment, 20, "unproven", is_proven=False)
    late = _follow(comment, 5, "late")
    DBTaskResult.objects.update(run_after=timezone.now())  # as ten minutes do
    for turn in range(KILLS):
        process = workers.start(SMTP_PORT=str(mail_server.port), ALERT_DELAY_SECONDS="0")
        sent = len(mail_server.received) + random.randint(1, FOLLOWERS // KILLS)
        told = Delivery.objects.count() + random.randint(1, FOLLOWERS // KILLS)
        wait_until(lambda: len(mail_server.received) >= sent or FOLLOWERS > Delivery.objects.count() >= told or _is_all_done())  # noqa: B023
        process.kill()
        process.wait()
        if turn == 0:  # between the queue and the server
            stop([Person(guest=guest) for guest in Guest.objects.filter(email__in=late[:2])])
            for guest in Guest.objects.filter(email__in=late[2:]):
                erase(Person(guest=guest), keep_words=True)
                erase_mail(Person(guest=guest), keep_words=True)
            late = [address for address in late if address not in mail_server.recipients]
        _let_time_pass()
    workers.start(SMTP_PORT=str(mail_server.port))
    wait_until(_is_all_done)
    arrived = Counter(mail_server.recipients)
    assert set(wanted) <= set(arrived)
    assert not [address for address in arrived if address.startswith(("stopped", "erased", "unproven", "writer"))]
    assert not set(late) & set(arrived)
    assert max(Counter(Delivery.objects.values_list("guest", flat=True)).values()) == 1
    assert Delivery.objects.filter(guest__email__in=wanted).count() == FOLLOWERS
    twice = sum(count - 1 for count in arrived.values())
    assert twice <= OutgoingMessage.objects.filter(may_have_arrived=True).count() <= KILLS
    assert len({message["Message-ID"] for _, message in mail_server.received}) == len(arrived)
