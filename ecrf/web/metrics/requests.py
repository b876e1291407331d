"""Counts requests and their time, by page. In the folder PROMETHEUS_MULTIPROC_DIR, where several processes serve."""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from prometheus_client import Counter, Histogram

GetResponse = Callable[[HttpRequest], HttpResponse]

SECONDS = (0.05, 0.1, 0.3, 1, 3, 10)
METHODS = frozenset({"GET", "POST"})

REQUESTS = Counter(
    "ecrf_requests", "Requests answered, by page (name of the address)", ["page", "method", "status"]
)
DURATION = Histogram(
    "ecrf_request_seconds", "Seconds until the answer was ready", ["page", "method"], buckets=SECONDS
)


def measure(get_response: GetResponse) -> GetResponse:
    """By the name of the page, `none` where there is none: never by the address, which names a patient."""

    def middleware(request: HttpRequest) -> HttpResponse:
        start = time.perf_counter()
        response = get_response(request)
        found = request.resolver_match
        page = (found and found.view_name) or "none"
        method = str(request.method) if request.method in METHODS else "other"
        REQUESTS.labels(page, method, response.status_code).inc()
        DURATION.labels(page, method).observe(time.perf_counter() - start)
        return response

    return middleware
