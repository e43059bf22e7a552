from django.db import migrations

TABLES = ['search_indexedarticle', 'search_indexedcomment']

# Kilobytes of words that may wait beside the index of PostgreSQL, some hundred comments: a search reads them too, and whoever
# fills the list sorts it in. That costs a writer a quarter of what each word costs that goes in by itself.
WAITING = 512


def let_wait(apps, schema_editor):
    _set(schema_editor, f'SET (fastupdate = on, gin_pending_list_limit = {WAITING})')


def let_go_in(apps, schema_editor):
    _set(schema_editor, 'SET (fastupdate = off)')
    _set(schema_editor, 'RESET (gin_pending_list_limit)')


def _set(schema_editor, options):
    if schema_editor.connection.vendor == 'postgresql':
        for table in TABLES:
            schema_editor.execute(f'ALTER INDEX "{table}_words" {options}', params=None)


class Migration(migrations.Migration):

    dependencies = [('search', '0001_initial')]

    operations = [migrations.RunPython(let_wait, let_go_in)]
