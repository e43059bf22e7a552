"""What writers ask for gets its place in the queue, and kept evidence the network that it came from."""

from ipaddress import ip_address

from django.db import migrations

BATCH_ROWS = 1000
CHANGED, RANK = "changed", 5


def fill_networks(apps, schema_editor):
    Evidence = apps.get_model("moderation", "Evidence")
    last = 0
    rows = Evidence.objects.exclude(client_ip=None).order_by("pk")
    while part := list(rows.filter(pk__gt=last)[:BATCH_ROWS]):
        last = part[-1].pk
        for row in part:
            row.network = network_of(row.client_ip)
        Evidence.objects.bulk_update(part, ["network"])


def network_of(address):
    found = ip_address(address)
    if found.version == 4:
        return str(found)
    return str(found.ipv4_mapped or type(found)(int(found) >> 64 << 64))


def fill_queue(apps, schema_editor):
    PendingChange, Appeal = apps.get_model("discussion", "PendingChange"), apps.get_model("discussion", "Appeal")
    QueueItem = apps.get_model("moderation", "QueueItem")
    changes = PendingChange.objects.filter(declined_at=None, comment__public=True).order_by("pk")
    appeals = Appeal.objects.filter(answered_at=None, comment__state__in=("rejected", "removed")).order_by("pk")
    for about, requests in (("change", changes), ("appeal", appeals)):
        for request in requests.iterator(BATCH_ROWS):
            values = {"lane": CHANGED, "rank": RANK, "about": about, "since": request.made_at, "place_at": request.made_at}
            if about == "appeal":
                values["appeal"] = request
            QueueItem.objects.get_or_create(comment_id=request.comment_id, defaults=values)


class Migration(migrations.Migration):
    dependencies = [("moderation", "0006_requests_and_networks")]

    operations = [
        migrations.RunPython(fill_networks, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(fill_queue, migrations.RunPython.noop, elidable=True),
    ]
