"""/metrics: how the site fares, in numbers that a Prometheus collects. Nothing in them is about a person.

Facts are read from the database when somebody asks (``METRICS_SOURCES`` names who tells them); what processes count is added up
over all web processes of this machine, in files that the library keeps in PROMETHEUS_MULTIPROC_DIR (``serve`` sets it).
"""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from hmac import compare_digest
from ipaddress import ip_address
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"

REQUEST_SECONDS = Histogram(
    "understory_request_seconds",
    "Time that Django took for a request, by the pattern of its address.",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
PAGE_CACHE_ANSWERS = Counter(
    "understory_page_cache_answers",
    "Requests by what the kept pages did: hit, not modified, made, passed on, without proof.",
    ["result"],
)


# One number as it stands now: name with its unit, what it is, labels, value. Facts of one name have the same labels by name.
Fact = tuple[str, str, dict[str, str], float]
Source = Callable[[], Iterable[Fact]]


class FactCollector(Collector):
    """Asks every source; what the database cannot tell is left out, and ``understory_database_up`` says so."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the facts, those of one name together."""
        families: dict[str, GaugeMetricFamily] = {}
        answers = 1.0
        try:
            for path in settings.METRICS_SOURCES:
                source: Source = import_string(path)
                for name, words, labels, value in source():
                    family = families.setdefault(name, GaugeMetricFamily(name, words, labels=list(labels)))
                    family.add_metric(list(labels.values()), value)
        except DatabaseError:
            families, answers = {}, 0.0
        yield GaugeMetricFamily("understory_database_up", "Whether the database answers.", value=answers)
        yield from families.values()


@never_cache
@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer the numbers to whoever asks from this machine, or brings METRICS_TOKEN; to nobody else."""
    if not _may_read(request):
        return HttpResponse("Ask from the machine itself, or with METRICS_TOKEN.\n", status=403, content_type="text/plain")
    registry = CollectorRegistry()
    registry.register(FactCollector())
    body = generate_latest(registry)
    if os.environ.get(FOLDER_VARIABLE):
        counted = CollectorRegistry()
        MultiProcessCollector(counted)
        body += generate_latest(counted)
    else:
        body += generate_latest(REGISTRY)
    return HttpResponse(body, content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _may_read(request: HttpRequest) -> bool:
    said = request.headers.get("Authorization", "")
    if settings.METRICS_TOKEN and compare_digest(said.encode(), f"Bearer {settings.METRICS_TOKEN}".encode()):
        return True
    # A proxy on this machine says for whom it asks.
    if {"X-Forwarded-For", "Forwarded", "X-Real-Ip"} & set(request.headers):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def begin_counting(folder: Path) -> None:
    """Let the processes started from here count together, from nought: in files in ``folder``, which is emptied."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ[FOLDER_VARIABLE] = str(folder)
