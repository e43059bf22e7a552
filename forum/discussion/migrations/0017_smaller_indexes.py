import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Nearly all decisions are of software and leave these columns empty; what is not empty stands in smaller indexes.
LARGE = {
    'discussion_decision_batch_3d103805': 'batch',
    'discussion_decision_undoes_id_b032393f': 'undoes_id',
    'discussion_decision_who_id_cd8fbe69': 'who_id',
}


class Migration(migrations.Migration):

    dependencies = [
        ('discussion', '0016_updates'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(models.F('batch'), condition=models.Q(('batch__isnull', False)), name='decision_of_batch'),
        ),
        migrations.SeparateDatabaseAndState(
            # SQLite would write the whole table anew.
            database_operations=[
                migrations.RunSQL(f'DROP INDEX "{name}"', f'CREATE INDEX "{name}" ON "discussion_decision" ("{column}")')
                for name, column in LARGE.items()
            ],
            state_operations=[
                migrations.AlterField(
                    model_name='decision',
                    name='batch',
                    field=models.UUIDField(blank=True, null=True),
                ),
                migrations.AlterField(
                    model_name='decision',
                    name='undoes',
                    field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='undone_by', to='discussion.decision', verbose_name='undoes'),
                ),
                migrations.AlterField(
                    model_name='decision',
                    name='who',
                    field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who'),
                ),
            ],
        ),
    ]
