"""Many people write under one article in the same minute, and moderators decide there: nothing fails, and every count is right.

People are threads in processes of their own, as on a site with several web processes.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from forum.discussion.models import Comment, Decision, Discussion
from forum.discussion.recount import recount_discussion
from forum.moderation.models import QueueItem
from tests.factories import ArticleFactory, CommentFactory, MemberFactory, ModeratorFactory
from tests.workers import PATIENCE_SECONDS, own_environment

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
PROCESSES, PEOPLE, TIMES, HELD = 2, 10, 3, 12

# Says that it is ready, waits for the starting signal, lets people write and a moderator decide, and prints all answers.
PROGRAM = """
import json, sys, traceback
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4
import django
django.setup()
from django.conf import settings
from django.db import connections
from django.test import Client
from django.urls import reverse
from forum.accounts.models import User
settings.HOLD_FIRST_COMMENTS = 0
plan = json.loads(sys.argv[1])
told = []

def write(number):
    client = Client()
    if number % 2:  # members are published at once, guests wait
        client.force_login(User.objects.get(pk=plan["members"][number // 2]))
    try:
        for time in range(plan["times"]):
            address = reverse("discussion:comment-new", args=[plan["slug"]])
            if (number + time) % 3:
                address = reverse("discussion:comment-reply", args=[plan["threads"][(number + time) % len(plan["threads"])]])
            asks = "Did it help anyone?" if number % 4 < 2 else "It took us months."
            form = {"body": f"{asks} We are family {plan['process']} {number} {time}.", "form_key": str(uuid4()), "post": "1"}
            told.append(client.post(address, form).status_code)
    except Exception:
        told.append(traceback.format_exc())
    finally:
        connections.close_all()

def decide(_number):
    client = Client()
    client.force_login(User.objects.get(pk=plan["moderator"]))
    try:
        for pk, version, verb in plan["decisions"]:
            told.append(client.post(reverse("moderation:decide", args=[pk]), {"do": verb, "version": version}).status_code)
    except Exception:
        told.append(traceback.format_exc())
    finally:
        connections.close_all()

print("ready", flush=True)
sys.stdin.readline()
with ThreadPoolExecutor(plan["people"] + 1) as pool:
    acts = [pool.submit(write, number) for number in range(plan["people"])] + [pool.submit(decide, 0)]
    [act.result() for act in acts]
print(json.dumps(told), flush=True)
"""


def test_a_crowd_writes_while_moderators_decide() -> None:
    article = ArticleFactory()
    threads = [CommentFactory(article=article, body="Did anyone sleep better?").pk for _ in range(2)]
    held = [CommentFactory(parent=Comment.objects.get(pk=threads[n % 2]), state="held") for n in range(HELD)]
    verbs = ("publish", "advertising")
    people = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, json.dumps(
                {
                    "process": number, "people": PEOPLE, "times": TIMES, "slug": article.slug, "threads": threads,
                    "moderator": ModeratorFactory().pk,
                    "members": [MemberFactory().pk for _ in range(PEOPLE // 2)],
                    "decisions": [(one.pk, one.version, verbs[n % 2]) for n, one in enumerate(held[number::PROCESSES])],
                }
            )],
            cwd=ROOT, env=own_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for number in range(PROCESSES)
    ]  # fmt: skip
    assert [one.stdout.readline() for one in people] == ["ready\n"] * PROCESSES
    for one in people:
        one.stdin.write("go\n")
        one.stdin.flush()
    told = [answer for one in people for answer in json.loads(one.communicate(timeout=PATIENCE_SECONDS)[0])]
    assert [answer for answer in told if answer != 302] == []
    assert len(told) == PROCESSES * PEOPLE * TIMES + HELD
    written = Comment.objects.filter(body__contains="We are family")
    assert written.count() == len(set(written.values_list("body", flat=True))) == PROCESSES * PEOPLE * TIMES
    assert Decision.objects.filter(actor_kind="moderator", comment__in=held).count() == HELD
    assert set(QueueItem.objects.values_list("pk", flat=True)) == set(
        Comment.objects.filter(held=True).values_list("pk", flat=True)
    )
    discussion = Discussion.objects.get(article=article)
    assert not recount_discussion(discussion.pk)
    positions = list(discussion.comments.filter(position__isnull=False).values_list("position", flat=True))
    assert sorted(positions) == list(range(1, discussion.root_seq + 1))
