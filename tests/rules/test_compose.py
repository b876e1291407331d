"""docker-compose.yml and the product agree on how long and large a request may be, and on connections; several machines
keep to the same rules."""

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
from tests.image.compose import text_of

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
HA = yaml.safe_load((ROOT / "docs/operation/ha.yaml").read_text())
"""What is laid over it where the database runs on three machines."""
PATRONI = yaml.safe_load(text_of(HA, "patroni", ROOT))
CONNECTIONS_OF_POSTGRESQL = 100 - 3
"""As it comes, less what is kept for its owner."""


CADDYFILE = text_of(COMPOSE, "proxy", ROOT)
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


SIZES = {"m": 1024**2, "g": 1024**3}
SMALLEST_MACHINE = 2
"""Cores: Docker refuses a service that is to have more than there are."""


def default(written: str | int) -> str:
    """What a setting of .env has where it does not stand there."""
    return re.sub(r"\$\{\w+:-(.+)}", r"\1", str(written))


def memory(service: dict) -> int:
    size = default(service["mem_limit"])
    return int(size[:-1]) * SIZES[size[-1]]


def takes_no_more_than_its_share(service: dict) -> None:
    """A folder in memory counts, and is not all that the service needs."""
    assert 0 < float(default(service["cpus"])) <= SMALLEST_MACHINE
    in_memory = sum(
        int(size) * SIZES[unit] for size, unit in re.findall(r":size=(\d+)(\w)", str(service.get("tmpfs")))
    )
    assert memory(service) >= in_memory + SIZES["m"] * 512


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_no_service_takes_all_memory_or_all_processors_from_the_others(name):
    takes_no_more_than_its_share(COMPOSE["services"][name])


NEEDS = {
    "database": {"CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"},
    "proxy": {"NET_BIND_SERVICE"},
}
"""What else the images of others cannot do: to give a folder to the user they go on as; to listen on port 80."""


def has_no_more_than_its_own(service: dict, needs: set[str]) -> None:
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert set(service.get("cap_add", [])) == needs
    assert service["security_opt"] == ["no-new-privileges:true"]
    for more in ("privileged", "devices", "pid", "ipc", "network_mode", "userns_mode"):
        assert more not in service, more


@pytest.mark.requirement("R-132")
@pytest.mark.parametrize("name", COMPOSE["services"])
def test_no_service_writes_to_its_root_or_has_a_right_that_it_does_not_need(name):
    has_no_more_than_its_own(COMPOSE["services"][name], NEEDS.get(name, set()))


@pytest.mark.parametrize("said", [COMPOSE, HA], ids=["one machine", "several"])
def test_what_services_are_given_comes_as_files_that_are_there(said):
    """Docker Compose puts a text (`content`) into no service whose root is read-only, and does not start it."""
    for name, config in said["configs"].items():
        assert config.keys() == {"file"}, name
        assert (ROOT / config["file"]).is_file()
    for name, service in said["services"].items():
        for one in service.get("configs", []):
            assert one["source"] in {**COMPOSE["configs"], **HA["configs"]}, name
    assert all(secret.keys() == {"file"} for secret in said["secrets"].values())


def is_pinned(image: str) -> bool:
    """By a version, and where a digest is given by one that may be: sha256 with its 64 signs."""
    name, at, digest = image.partition("@")
    return bool(re.search(r":v?\d[\w.-]*$", name)) and (
        not at or bool(re.fullmatch(r"sha256:[0-9a-f]{64}", digest))
    )


def test_every_image_names_a_version():
    for name, service in COMPOSE["services"].items():
        assert is_pinned(service["image"]), name
    dockerfile = (ROOT / "Dockerfile").read_text()
    begun = re.findall(r"^FROM (\S+)(?: AS (\S+))?$", dockerfile, re.MULTILINE)
    own = {stage for _, stage in begun}
    assert len(begun) >= 5
    for image, _ in begun:
        assert image in own or is_pinned(image), image
    assert (
        len({image for image, _ in begun if "postgres" in image} | {COMPOSE["services"]["database"]["image"]})
        == 1
    )


def test_digest_that_is_none_is_no_pin():
    whole = "postgres:18-bookworm@sha256:" + "0a" * 32
    assert is_pinned(whole)
    assert not is_pinned(whole[:-1])
    assert not is_pinned("postgres@sha256:" + "0a" * 32)
    assert not is_pinned("postgres:latest")


@pytest.mark.parametrize("file", ["docker-compose.yml", "docs/operation/ha.yaml"])
def test_what_is_missing_in_env_stops_compose_or_has_a_default(file):
    files = [
        "docker-compose.yml",
        *{file} - {"docker-compose.yml"},
    ]  # what the first file asks for is asked for
    lines = [line for name in files for line in (ROOT / name).read_text().splitlines()]
    text = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
    assert set(re.findall(r"\$\{(\w+)", text)) == set(re.findall(r"\$\{(\w+):[?-]", text))
    for why in re.findall(r"\$\{\w+:\?([^}]*)\}", text):
        assert "into the file .env" in why


# --- several machines -----------------------------------------------------------------------------


def laid_over(name: str) -> dict:
    """A service of the three machines: what the second file says before what the first one says."""
    return {**COMPOSE["services"].get(name, {}), **HA["services"].get(name, {})}


@pytest.mark.parametrize("name", HA["services"])
def test_services_of_several_machines_are_limited_too(name):
    service = laid_over(name)
    assert service["logging"]["options"] == {"max-size": "20m", "max-file": "5"}
    assert service["pids_limit"] == 512
    takes_no_more_than_its_share(service)
    assert "profiles" in service or "restart" in service or name == "migrate"


@pytest.mark.parametrize("name", HA["services"])
def test_services_of_several_machines_have_no_rights_beyond_their_own(name):
    """Docker Compose adds up lists of both files. What the one server's entrypoint needs is of no use to Patroni's,
    which is not root."""
    has_no_more_than_its_own(laid_over(name), NEEDS.get(name, set()))
    assert HA["services"]["database"]["user"] == "postgres"


def test_images_of_several_machines_name_a_version():
    for name in HA["services"]:
        assert is_pinned(laid_over(name)["image"]), name


def test_ports_of_several_machines_are_bound_to_their_own_network():
    for name, service in HA["services"].items():
        for port in service.get("ports", []):
            assert port.startswith("${MACHINE_ADDRESS}:"), (name, port)


def test_secrets_of_several_machines_come_from_files():
    secrets = {**COMPOSE["secrets"], **HA["secrets"]}
    for name in HA["services"]:
        used = laid_over(name).get("secrets", [])
        assert {one if isinstance(one, str) else one["source"] for one in used} <= secrets.keys()
    files = [ROOT / one["file"] for one in HA["configs"].values()]
    text = "".join(file.read_text() for file in (ROOT / "docs/operation/ha.yaml", *files))
    for name in re.findall(r"/run/secrets/(\w+)", text):
        assert name in HA["services"]["database"]["secrets"]
    assert not re.search(r"password: [^{$]", text)


@pytest.mark.requirement("R-130")
def test_save_on_several_machines_is_acknowledged_by_two_or_not_at_all():
    agreed = PATRONI["bootstrap"]["dcs"]
    assert agreed["synchronous_mode"] == "quorum"
    assert agreed["synchronous_mode_strict"] is True
    # Not before all who wait for the one that is gone have given it up, and not later than saves may wait.
    assert agreed["loop_wait"] + 2 * agreed["retry_timeout"] <= agreed["ttl"] <= 20
    assert "synchronous_commit" not in agreed["postgresql"]["parameters"]
    assert "fsync" not in agreed["postgresql"]["parameters"]


def test_several_servers_take_the_connections_of_all_web_processes():
    (processes,) = re.findall(r":-(\d+)}", COMPOSE["services"]["web"]["environment"]["WEB_CONCURRENCY"])
    most = PATRONI["bootstrap"]["dcs"]["postgresql"]["parameters"]["max_connections"]
    assert 3 * int(processes) * DJANGO_THREADS < (most - 3) / 2


def test_several_servers_let_in_the_products_roles_with_a_password_and_nobody_else():
    ways_in = [line.split() for line in PATRONI["postgresql"]["pg_hba"]]
    assert {line[-1] for line in ways_in} == {"scram-sha-256"}
    from_the_network = [line for line in ways_in if line[0] != "local"]
    assert {role for line in from_the_network for role in line[2].split(",")} == {
        *("ecrf_owner", "ecrf_web", "ecrf_reader", "ecrf_backup", "ecrf_standby", "ecrf_rewind")
    }
    assert all(line[1] in ("ecrf", "replication") for line in from_the_network if "ecrf_web" in line[2])


def test_backups_slot_is_kept_on_every_server():
    from ecrf.upkeep.backup.place import SERVER

    assert PATRONI["bootstrap"]["dcs"]["slots"] == {SERVER: {"type": "physical"}}


def test_proxy_of_several_machines_asks_who_is_cut_off_and_of_one_asks_nothing():
    several, one = (
        re.search(rf"\({name}_web\) {{\n(.*?)^}}\n", CADDYFILE, re.M | re.S) for name in ("several", "one")
    )
    assert several
    assert one
    assert "health_uri /healthz?proxy" in several[1]
    assert "health" not in one[1]
    assert CADDYFILE.count("import {$PROXY_TO:one}_web") == CADDYFILE.count("reverse_proxy ") == 2
    # A save that was handed over is never asked for again: Caddy does so for GET alone, unless it is told otherwise.
    assert "lb_retry_match" not in CADDYFILE
