"""/healthz: this process answers. /readyz: it can also do its work; 503 names the part that cannot."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache


@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 as long as the process runs."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 if the database is reachable and all migrations are applied, else 503 and the part that fails."""
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return HttpResponse("database: cannot be reached\n", status=503, content_type="text/plain")
    if waiting:
        return HttpResponse(f"migrations: {len(waiting)} not applied\n", status=503, content_type="text/plain")
    return HttpResponse("ok\n", content_type="text/plain")
