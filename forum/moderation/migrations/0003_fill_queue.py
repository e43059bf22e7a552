"""What waited before there was a queue gets its place in it."""

from django.db import migrations

BATCH_ROWS = 1000
RANKS = {"care": 0, "details": 1, "first": 2, "reported": 3, "advertising": 4, "changed": 5}
DEFAULTS = {"held": "first", "hidden": "reported"}


def fill(apps, schema_editor):
    Comment = apps.get_model("discussion", "Comment")
    Signal = apps.get_model("discussion", "Signal")
    QueueItem = apps.get_model("moderation", "QueueItem")
    for condition in ({"held": True}, {"public": False, "held": False, "state": "hidden"}):
        last = 0
        rows = Comment.objects.filter(**condition).order_by("pk").values_list("pk", "state", "created_at")
        while part := list(rows.filter(pk__gt=last)[:BATCH_ROWS]):
            last = part[-1][0]
            lanes = {}
            strong = Signal.objects.filter(comment__in=[pk for pk, _state, _at in part], strength="strong")
            for pk, lane in strong.exclude(lane="first").values_list("comment_id", "lane"):
                lanes[pk] = min(lane, lanes.get(pk, lane), key=RANKS.__getitem__)
            items = []
            for pk, state, created_at in part:
                lane = lanes.get(pk, DEFAULTS[state])
                items.append(QueueItem(comment_id=pk, lane=lane, rank=RANKS[lane], since=created_at, place_at=created_at))
            QueueItem.objects.bulk_create(items, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("moderation", "0002_queue"), ("discussion", "0008_undo_and_locks")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
