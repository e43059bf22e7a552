import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Nearly all rows leave one of these columns empty or all of them: what is not empty stands in smaller indexes, and that of a
# writer begins with the latest.
NEW = {
    'decision_of_batch': '"discussion_decision" ("batch") WHERE "batch" IS NOT NULL',
    'comment_by_member': '"discussion_comment" ("author_id", "created_at" DESC) WHERE "author_id" IS NOT NULL',
    'comment_by_guest': '"discussion_comment" ("guest_id", "created_at" DESC) WHERE "guest_id" IS NOT NULL',
}
FORMER = {
    'discussion_decision_batch_3d103805': '"discussion_decision" ("batch")',
    'discussion_decision_undoes_id_b032393f': '"discussion_decision" ("undoes_id")',
    'discussion_decision_who_id_cd8fbe69': '"discussion_decision" ("who_id")',
    'discussion_comment_author_id_e6fa51d3': '"discussion_comment" ("author_id")',
    'discussion_comment_guest_id_41aa6271': '"discussion_comment" ("guest_id")',
}


def create(name, what):
    return f'CREATE INDEX IF NOT EXISTS "{name}" ON {what}'


def drop(name):
    return f'DROP INDEX IF EXISTS "{name}"'


class Migration(migrations.Migration):

    # A statement a transaction: people go on posting, and who holds one table must not wait here for another.
    atomic = False

    dependencies = [
        ('discussion', '0016_updates'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            # In words: SQLite would write whole tables anew for fields that lose an index.
            database_operations=[
                *[migrations.RunSQL(create(name, what), drop(name)) for name, what in NEW.items()],
                *[migrations.RunSQL(drop(name), create(name, what)) for name, what in FORMER.items()],
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
                migrations.AlterField(
                    model_name='comment',
                    name='author',
                    field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='comments', to=settings.AUTH_USER_MODEL),
                ),
                migrations.AlterField(
                    model_name='comment',
                    name='guest',
                    field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='comments', to='accounts.guest'),
                ),
                migrations.AddIndex(
                    model_name='decision',
                    index=models.Index(models.F('batch'), condition=models.Q(('batch__isnull', False)), name='decision_of_batch'),
                ),
                migrations.AddIndex(
                    model_name='comment',
                    index=models.Index(models.F('author'), models.OrderBy(models.F('created_at'), descending=True), condition=models.Q(('author__isnull', False)), name='comment_by_member'),
                ),
                migrations.AddIndex(
                    model_name='comment',
                    index=models.Index(models.F('guest'), models.OrderBy(models.F('created_at'), descending=True), condition=models.Q(('guest__isnull', False)), name='comment_by_guest'),
                ),
            ],
        ),
    ]
