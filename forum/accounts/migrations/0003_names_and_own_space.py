import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from forum.accounts.names import make_slug


def give_addresses(apps, schema_editor):
    """Give every member the address that goes with their name; with their number where two names lead to one."""
    users = apps.get_model("accounts", "User").objects.using(schema_editor.connection.alias)
    taken = set()
    for pk, name in users.order_by("pk").values_list("pk", "display_name"):
        slug = make_slug(name)
        slug = slug if slug not in taken else f"{slug}-{pk}"
        taken.add(slug)
        users.filter(pk=pk).update(slug=slug)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_mailings_and_addresses'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='language',
            field=models.CharField(blank=True, editable=False, max_length=16),
        ),
        migrations.AddField(
            model_name='user',
            name='reading',
            field=models.CharField(blank=True, editable=False, max_length=40),
        ),
        migrations.AddField(
            model_name='user',
            name='slug',
            field=models.CharField(editable=False, max_length=248, null=True),
        ),
        migrations.RunPython(give_addresses, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='user',
            name='slug',
            field=models.CharField(editable=False, max_length=248, unique=True),
        ),
        migrations.CreateModel(
            name='OldName',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.CharField(max_length=248, unique=True)),
                ('name_key', models.CharField(db_index=True, max_length=240)),
                ('given_up_at', models.DateTimeField()),
                ('kept_until', models.DateTimeField()),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='old_names', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Ignore',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('guest', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.guest')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='ignores', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(models.F('member'), models.F('author'), condition=models.Q(('author__isnull', False)), name='ignore_member_once'), models.UniqueConstraint(models.F('member'), models.F('guest'), condition=models.Q(('guest__isnull', False)), name='ignore_guest_once'), models.CheckConstraint(condition=models.Q(models.Q(('author__isnull', True), ('guest__isnull', False)), models.Q(('author__isnull', False), ('guest__isnull', True)), _connector='OR'), name='ignore_is_of_member_or_guest'), models.CheckConstraint(condition=models.Q(('author', models.F('member')), _negated=True), name='ignore_is_of_somebody_else')],
            },
        ),
    ]
