from datetime import timedelta

import django.db.models.deletion
from django.db import migrations, models
from django.utils import timezone

ASKED_FOR = timedelta(hours=2)  # what is older is never asked for by its discussion


def fill(apps, schema_editor):
    Evidence = apps.get_model('moderation', 'Evidence')
    Comment = apps.get_model('discussion', 'Comment')
    there = Comment.objects.filter(pk=models.OuterRef('comment_id')).values('discussion_id')
    recent = Evidence.objects.using(schema_editor.connection.alias).filter(at__gt=timezone.now() - ASKED_FOR)
    recent.update(discussion_id=models.Subquery(there))


class Migration(migrations.Migration):

    # A statement a transaction: people go on posting meanwhile.
    atomic = False

    dependencies = [
        ('discussion', '0016_updates'),
        ('moderation', '0009_filter_stamp'),
    ]

    operations = [
        migrations.AddField(
            model_name='evidence',
            name='discussion',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='discussion.discussion'),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name='evidence',
            index=models.Index(models.F('network'), models.F('at'), models.F('discussion'), condition=models.Q(('network', ''), _negated=True), name='evidence_places'),
        ),
        migrations.RemoveIndex(
            model_name='evidence',
            name='evidence_by_network',
        ),
    ]
