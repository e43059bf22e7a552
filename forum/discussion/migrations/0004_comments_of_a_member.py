from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_names_and_own_space'),
        ('discussion', '0003_drafts'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(models.F('author'), models.OrderBy(models.F('published_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('public', True)), name='comment_of_member'),
        ),
    ]
