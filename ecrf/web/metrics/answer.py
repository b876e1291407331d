"""/metrics, in Prometheus' text format, for whoever has the token; not there where none is set."""

import os
from collections.abc import Callable

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from ecrf.web.health import shows_token
from ecrf.web.metrics.machines import Machines
from ecrf.web.metrics.standing import Standings

GetResponse = Callable[[HttpRequest], HttpResponse]
PATH = "/metrics"


def metrics(get_response: GetResponse) -> GetResponse:
    """Answers before a session is looked up: a monitoring system has no account."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path != PATH or not settings.HEALTH_TOKEN:
            return get_response(request)
        if not shows_token(request):
            words = "Send the token of HEALTH_TOKEN: Authorization: Bearer …\n"
            return HttpResponse(words, status=403, content_type="text/plain")
        return HttpResponse(_text(), content_type=CONTENT_TYPE_LATEST)

    return middleware


def _text() -> bytes:
    counted = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:  # several processes serve: their numbers together
        counted = CollectorRegistry()
        MultiProcessCollector(counted)
    return generate_latest(counted) + _of_database()


def _of_database() -> bytes:
    """One number tells whether the database answers; the others are not there while it does not."""
    try:
        answered = list(Standings().collect())
    except Error:
        answered = []
    up = GaugeMetricFamily("ecrf_database_up", "1 while the database answers", value=float(bool(answered)))
    registry = CollectorRegistry()
    registry.register(_Given([up, *answered]))
    registry.register(Machines())
    return generate_latest(registry)


class _Given(Collector):
    def __init__(self, found: list[Metric]) -> None:
        self.found = found

    def collect(self) -> list[Metric]:
        return self.found
