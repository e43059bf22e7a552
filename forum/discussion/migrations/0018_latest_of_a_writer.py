import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# In their place: one of the two columns is always empty, and what is asked for is the latest of one writer.
FORMER = {
    'discussion_comment_author_id_e6fa51d3': 'author_id',
    'discussion_comment_guest_id_41aa6271': 'guest_id',
}


class Migration(migrations.Migration):

    dependencies = [
        ('discussion', '0017_decisions_seldom_filled'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(models.F('author'), models.OrderBy(models.F('created_at'), descending=True), condition=models.Q(('author__isnull', False)), name='comment_by_member'),
        ),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(models.F('guest'), models.OrderBy(models.F('created_at'), descending=True), condition=models.Q(('guest__isnull', False)), name='comment_by_guest'),
        ),
        migrations.SeparateDatabaseAndState(
            # SQLite would write the whole table anew.
            database_operations=[
                migrations.RunSQL(f'DROP INDEX "{name}"', f'CREATE INDEX "{name}" ON "discussion_comment" ("{column}")')
                for name, column in FORMER.items()
            ],
            state_operations=[
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
            ],
        ),
    ]
