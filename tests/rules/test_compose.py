"""docker-compose.yml and the product agree on how long and large a request may be, and on connections."""

import re
from pathlib import Path

import pytest
import yaml
from django.urls import URLResolver, get_resolver

from ecrf.web.middleware import FILE, LONGER, PAGE
from ecrf.web.worker import (
    COMES_WITHIN,
    DJANGO_THREADS,
    LARGE_AT_ONCE,
    LEAST_BYTES_A_SECOND,
    LEAST_BYTES_IN_A_SECOND,
)

COMPOSE = yaml.safe_load((Path(__file__).resolve().parents[2] / "docker-compose.yml").read_text())
CONNECTIONS_OF_POSTGRESQL = 100 - 3
"""As it comes, less what is kept for its owner."""


CADDYFILE = COMPOSE["configs"]["proxy"]["content"]
FILES, PAGES = (
    re.search(rf"^  handle {matcher}{{\n(.*?)^  }}\n", CADDYFILE, re.MULTILINE | re.DOTALL)
    for matcher in ("@files ", "")
)
"""What the proxy does where a file is taken, and anywhere else."""


def largest(handled: re.Match[str] | None) -> int:
    """How many bytes are taken there."""
    assert handled
    (size,) = re.findall(r"max_size (\d+)MB", handled[1])
    return int(size) * 1_000_000


def is_for_files(address: str) -> bool:
    """Whether the proxy takes it for an address of files. A star stands for one part of an address."""
    (paths,) = re.findall(r"@files path (.+)", CADDYFILE)
    return any(re.fullmatch(re.escape(path).replace(r"\*", "[^/]*"), address) for path in paths.split())


def addresses_of(name: str) -> list[str]:
    """The address as it is written, with something in the place of each number and name in it."""
    resolver = get_resolver()
    for space in name.split(":")[:-1]:
        begin, resolver = resolver.namespace_dict[space]
        return [f"/{begin}{one}" for one in _written(resolver, name.split(":")[-1])]
    return [f"/{one}" for one in _written(resolver, name)]


def _written(resolver: URLResolver, name: str) -> list[str]:
    return [re.sub(r"%\(\w+\)s", "01-001", ways[0][0]) for ways, *_ in resolver.reverse_dict.getlist(name)]


@pytest.mark.requirement("R-093")
def test_proxy_ends_slow_and_long_requests_and_hands_on_whole_ones():
    assert COMPOSE["services"]["proxy"]["configs"] == [{"source": "proxy", "target": "/etc/caddy/Caddyfile"}]
    assert "/etc/caddy/Caddyfile" in COMPOSE["services"]["proxy"]["command"]
    for limit in ("read_header 10s", "idle 2m"):
        assert limit in CADDYFILE
    (hours,) = re.findall(r"write (\d+)h", CADDYFILE)  # of what is read from it: a large file on a slow line
    assert int(hours) * 3600 * LEAST_BYTES_A_SECOND > 200_000_000
    (buffer,) = re.findall(r"request_buffers (\d+)MB", CADDYFILE)
    assert PAGES
    assert f"request_buffers {buffer}MB" in PAGES[1]
    assert int(buffer) * 1_000_000 >= largest(PAGES) >= PAGE


@pytest.mark.requirement("R-093")
def test_proxy_takes_as_large_a_file_as_the_product_and_waits_for_it_as_long():
    assert FILE <= largest(FILES) < 1.1 * FILE
    (minutes,) = re.findall(r"read_body (\d+)m\b", CADDYFILE)
    assert int(minutes) * 60 >= COMES_WITHIN + FILE / LEAST_BYTES_IN_A_SECOND


@pytest.mark.parametrize("name", LONGER)
def test_proxy_takes_files_where_the_product_does_and_nowhere_else(name):
    addresses = addresses_of(name)
    assert addresses
    for address in addresses:
        assert is_for_files(address) == (LONGER[name] > largest(PAGES)), address


def test_web_has_room_for_all_files_that_arrive_at_a_time():
    """Each once as it arrives, and once more where Django has taken it out of what was sent."""
    web = COMPOSE["services"]["web"]
    (processes,) = re.findall(r":-(\d+)}", web["environment"]["WEB_CONCURRENCY"])
    (room,) = re.findall(r":size=(\d+)g$", *web["tmpfs"])
    assert int(room) * 1024**3 > int(processes) * (LARGE_AT_ONCE + DJANGO_THREADS) * FILE
    assert COMPOSE["services"]["importer"]["tmpfs"] == web["tmpfs"]


def test_web_processes_need_fewer_connections_than_the_database_takes():
    (processes,) = re.findall(r":-(\d+)}", COMPOSE["services"]["web"]["environment"]["WEB_CONCURRENCY"])
    assert int(processes) * DJANGO_THREADS < CONNECTIONS_OF_POSTGRESQL / 2


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_no_service_fills_the_disk_with_its_log_or_the_machine_with_processes(name):
    service = COMPOSE["services"][name]
    assert service["logging"]["options"] == {"max-size": "20m", "max-file": "5"}
    assert service["pids_limit"] == 512
