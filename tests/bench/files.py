"""A source copy of 20 MB: what a worker's memory grows by while it is taken, and for how long."""

import io
import random
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import requests
from PIL import Image

from ecrf.access.roles import Role
from tests.bench.browsing import PASSWORD
from tests.bench.serving import Server
from tests.bench.table import Line, at_most, told
from tests.builders import a_patient
from tests.conftest import make_site, make_user

SENT_MB = 20
GROWTH_AT_MOST_MB = 40
PAGE = 1654, 2339
"""A4 in 200 dots per inch."""


def seed() -> str:
    """A patient of a site with one coordinator; the number."""
    site = make_site("01")
    return a_patient(site, make_user("coordinator01", Role.COORDINATOR, site)).number


def measure_upload(running: Server, number: str) -> Iterator[Line]:
    session, address = (
        _logged_in(running.port),
        f"http://127.0.0.1:{running.port}/patients/{number}/files/add/",
    )
    page = _noisy_page()
    for _ in range(4):  # each worker has loaded what it needs
        _send(session, address, [page])
    pages = [page] * (SENT_MB * 1_000_000 // len(page))
    workers = running.workers()
    before = {pid: _of_status(pid, "VmRSS") for pid in workers}
    for pid in workers:
        Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")  # the peak begins anew
    start = time.perf_counter()
    _send(session, address, pages)
    took = time.perf_counter() - start
    grown = max(_of_status(pid, "VmHWM") - before[pid] for pid in workers)
    sent = len(page) * len(pages) / 1e6
    said = f"{grown:.0f} MB while {sent:.1f} MB in {len(pages)} pages came"
    yield at_most(
        "source copy: a worker's memory grows by", grown, GROWTH_AT_MOST_MB, said, f"≤ {GROWTH_AT_MOST_MB} MB"
    )
    yield told("  decoded, encoded anew, stored in", f"{took:.1f} s")


def _noisy_page() -> bytes:
    """As large as a page of a fine scan gets, in the best quality: some 2 MB."""
    small = PAGE[0] // 4, PAGE[1] // 4
    noise = random.Random(16).randbytes(small[0] * small[1] * 3)  # noqa: S311
    out = io.BytesIO()
    Image.frombytes("RGB", small, noise).resize(PAGE).save(out, "JPEG", quality=97)
    return out.getvalue()


def _logged_in(port: int) -> requests.Session:
    session, address = requests.Session(), f"http://127.0.0.1:{port}/login/"
    session.get(address)
    given = {"username": "coordinator01", "password": PASSWORD}
    headers = {"X-CSRFToken": session.cookies["csrftoken"]}
    session.post(address, data=given, headers=headers).raise_for_status()
    return session


def _send(session: requests.Session, address: str, pages: list[bytes]) -> None:
    given = {
        "title": "Synthetic scan",
        "confirmed": "yes",
        "name": "scan.pdf",
        "key": str(uuid.uuid4()),
        "sizes": ",".join(str(len(page)) for page in pages),
    }
    headers = {"X-CSRFToken": session.cookies["csrftoken"], "HX-Request": "true"}
    answer = session.post(address, data=given, files={"pages": b"".join(pages)}, headers=headers)
    if answer.status_code != 201:
        raise RuntimeError(f"{answer.status_code}: {answer.text[:300]}")


def _of_status(pid: int, name: str) -> float:
    """In MB."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise LookupError(name)
