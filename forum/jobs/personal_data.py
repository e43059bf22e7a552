"""What is held on a person here: perhaps something in the error of a job that failed. The arguments of jobs are ids."""

from typing import Any

from django_tasks_db.models import DBTaskResult

MODELS = ["django_tasks_database.DBTaskResult"]


def export(person: object) -> dict[str, Any]:
    """Return nothing: what an error quotes is quoted from rows that other apps export."""
    return {}


def erase(person: object, *, keep_words: bool) -> None:
    """Delete the text of every error: one may quote a row, and nobody can tell whose. Its class stays for the operator."""
    DBTaskResult.objects.exclude(traceback="").update(traceback="")
