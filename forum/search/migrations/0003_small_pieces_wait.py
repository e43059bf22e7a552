from django.db import migrations

# Pieces of the index of SQLite, one for each comment that is posted, that wait to be merged. The worker does that each minute.
# Where none is at work, whoever posts the last of so many does it. SQLite's own are 4, of which each writer merges some, and 16:
# a fifth of all that a comment writes. A search looks into each piece, for some microseconds.
PIECES = 64


def let_wait(apps, schema_editor):
    _set(schema_editor, automerge=0, crisismerge=PIECES)


def let_merge(apps, schema_editor):
    _set(schema_editor, automerge=4, crisismerge=16)


def _set(schema_editor, **options):
    if schema_editor.connection.vendor == 'sqlite':
        table = 'search_indexedcomment'
        for name, value in options.items():
            schema_editor.execute(f'INSERT INTO "{table}" ("{table}", rank) VALUES (\'{name}\', {value})', params=None)


class Migration(migrations.Migration):

    dependencies = [('search', '0002_short_list_of_waiting_words')]

    operations = [migrations.RunPython(let_wait, let_merge)]
