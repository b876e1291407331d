"""docker-compose.yml and the product agree on how long and large a request may be, and on connections."""

import re
from pathlib import Path

import pytest
import yaml

from ecrf.web.middleware import PAGE
from ecrf.web.worker import DJANGO_THREADS, LEAST_BYTES_A_SECOND

COMPOSE = yaml.safe_load((Path(__file__).resolve().parents[2] / "docker-compose.yml").read_text())
CONNECTIONS_OF_POSTGRESQL = 100 - 3
"""As it comes, less what is kept for its owner."""


@pytest.mark.requirement("R-093")
def test_proxy_ends_slow_and_long_requests_and_hands_on_whole_ones():
    caddyfile = COMPOSE["configs"]["proxy"]["content"]
    assert COMPOSE["services"]["proxy"]["configs"] == [{"source": "proxy", "target": "/etc/caddy/Caddyfile"}]
    assert "/etc/caddy/Caddyfile" in COMPOSE["services"]["proxy"]["command"]
    for limit in ("read_header 10s", "read_body 30s", "idle 2m"):
        assert limit in caddyfile
    (hours,) = re.findall(r"write (\d+)h", caddyfile)  # of what is read from it: a large file on a slow line
    assert int(hours) * 3600 * LEAST_BYTES_A_SECOND > 200_000_000
    (largest,), (buffer,) = (
        re.findall(rf"{name} (\d+)MB", caddyfile) for name in ("max_size", "request_buffers")
    )
    assert int(buffer) >= int(largest)
    assert int(largest) * 1_000_000 >= PAGE


def test_web_processes_need_fewer_connections_than_the_database_takes():
    (processes,) = re.findall(r":-(\d+)}", COMPOSE["services"]["web"]["environment"]["WEB_CONCURRENCY"])
    assert int(processes) * DJANGO_THREADS < CONNECTIONS_OF_POSTGRESQL / 2


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_no_service_fills_the_disk_with_its_log_or_the_machine_with_processes(name):
    service = COMPOSE["services"][name]
    assert service["logging"]["options"] == {"max-size": "20m", "max-file": "5"}
    assert service["pids_limit"] == 512
