"""Two moderators in two processes decide on one comment in the same moment: one wins, the other is told."""

import subprocess
import sys
from pathlib import Path

import pytest

from forum.discussion.models import Comment
from forum.moderation.models import QueueItem
from tests.factories import CommentFactory, ModeratorFactory
from tests.workers import PATIENCE_SECONDS, own_environment

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]

# Says that it is ready, waits for the starting signal, presses a button on the card, and prints what the page then says.
PROGRAM = """
import sys
import django
django.setup()
from django.test import Client
from django.urls import reverse
from forum.accounts.models import User
user, comment, version, verb = sys.argv[1:]
client = Client()
client.force_login(User.objects.get(pk=user))
print("ready", flush=True)
sys.stdin.readline()
answer = client.post(reverse("moderation:decide", args=[comment]), {"do": verb, "version": version}, follow=True)
print("warned" if 'class="warning"' in answer.content.decode() else "done", flush=True)
"""


@pytest.mark.parametrize("attempt", range(2))
def test_of_two_processes_one_decides_and_the_other_is_told(attempt: int) -> None:
    comment = CommentFactory(state="held")
    people = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(ModeratorFactory().pk), str(comment.pk), str(comment.version), verb],
            cwd=ROOT,
            env=own_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for verb in ("publish", "advertising")
    ]
    assert [person.stdout.readline() for person in people] == ["ready\n"] * 2
    for person in people:
        person.stdin.write("go\n")
        person.stdin.flush()
    told = [person.communicate(timeout=PATIENCE_SECONDS)[0].strip() for person in people]
    assert sorted(told) == ["done", "warned"]
    assert comment.decisions.filter(actor_kind="moderator").count() == 1
    decided = {"publish": "published", "advertising": "rejected"}[("publish", "advertising")[told.index("done")]]
    assert Comment.objects.get(pk=comment.pk).state == decided
    assert not QueueItem.objects.exists()
