"""The visit page beside the reference's GET; the lists at 13 and at 10,000 patients; writes on a GET."""

from functools import partial

from django.urls import reverse

from ecrf.access.models import User
from ecrf.casebook.models import Patient
from tests.bench.addresses import monitor_pages, site_pages
from tests.bench.browsing import Browser, medians
from tests.bench.counting import Statements, client_of, statements
from tests.bench.review import completed
from tests.bench.seeding import Seeded, Study
from tests.bench.table import Line, at_most, told
from tests.bench.weight import text_of

PAGES = 40
VISIT_STATEMENTS_AT_MOST = 40
PATIENT_STATEMENTS_AT_MOST = 12
AT_MOST = {"W04": 2.0, "W01": 2.5, "SCR": 2.5, "patient": 1.5}
"""How many times the reference's GET each page may take."""

POLICIES_AT_MOST = 1.5
"""How many times the page of the owner, whom no policy binds, the page of the web role may take."""

PEER_LIST_SECONDS = 100
GROWTH_AT_MOST = 1.3
SMALL, LARGE = "13 patients", "10,000 patients"


def measure_visit_pages(browser: Browser, study: Study) -> list[Line]:
    """The filled visits and the patient's page beside the reference's GET."""
    number = study.small.numbers[0]
    sides = {"reference": lambda: browser.get(f"/reference/{study.plain_rows[0]}/")}
    for page in AT_MOST:
        path = f"/patients/{number}/" if page == "patient" else f"/patients/{number}/{page}/"
        sides[page] = lambda path=path: browser.get(path)
    found = medians(PAGES, sides)
    plain = found.pop("reference")
    lines = [told("reference's GET, median", f"{plain:.1f} ms")]
    for page, ms in found.items():
        said, limit = f"{ms:.1f} ms = {ms / plain:.2f} × reference", AT_MOST[page]
        lines.append(at_most(f"page of {page}, median", ms / plain, limit, said, f"≤ {limit:g} ×"))
    return lines


def measure_policies(bound: Browser, owner: Browser, study: Study) -> list[Line]:
    """Pages as they are served, beside the same by the tables' owner, whom no policy binds."""
    number, lines = study.small.numbers[0], []
    for what, path in (
        ("W04", f"/patients/{number}/W04/"),
        ("patient", f"/patients/{number}/"),
        ("Today", "/"),
    ):
        found = medians(
            PAGES, {side: partial(of.get, path) for side, of in (("bound", bound), ("owner", owner))}
        )
        ratio = found["bound"] / found["owner"]
        said = f"{found['bound']:.1f} ms = {ratio:.2f} × {found['owner']:.1f} ms by the owner"
        lines.append(
            at_most(
                f"{what} under row-level security, median",
                ratio,
                POLICIES_AT_MOST,
                said,
                f"≤ {POLICIES_AT_MOST} ×",
            )
        )
    return lines


def measure_review_pages(browser: Browser, monitor: Browser, study: Study) -> list[Line]:
    """The same visits, complete, at the site and in Review: there no slower and no heavier."""
    lines = []
    for code in ("W04", "W01"):
        visit = completed(study.small, code)
        at_site = f"/patients/{visit.patient.number}/{code}/"
        in_review = reverse("monitor:casebook_visit_change", args=[visit.pk])
        sides = {"site": partial(browser.get, at_site), "review": partial(monitor.get, in_review)}
        found = medians(PAGES, sides)
        ratio = found["review"] / found["site"]
        said = f"{found['review']:.1f} ms = {ratio:.2f} × {found['site']:.1f} ms at the site"
        lines.append(at_most(f"review of {code}, complete, median", ratio, 1.0, said, "≤ 1 ×"))
        size = {side: len(text_of(ask()).encode()) / 1000 for side, ask in sides.items()}
        words = f"{size['review']:.0f} kB beside {size['site']:.0f} kB"
        lines.append(at_most(f"review of {code}, HTML", size["review"], size["site"], words, "≤ the site's"))
    return lines


def count_visit_pages(study: Study) -> list[Line]:
    """The same number for a visit just begun, a full one, and one among ten thousand patients."""
    lines = []
    for code in ("SCR", "W01", "W04"):
        counts = [
            _page(seeded, f"/patients/{patient.number}/{code}/").count
            for seeded in (study.small, study.large)
            for patient in _first_and_last(seeded)
        ]
        what = f"visit page {code}, SQL statements"
        lines.append(at_most(what, max(counts), VISIT_STATEMENTS_AT_MOST, str(max(counts))))
        lines.append(_same(f"{what}, full or empty, small or large site", counts))
    return lines


def count_patient_pages(study: Study) -> list[Line]:
    """The patient's page with the story, for the site and for the monitor."""
    patient = study.small.patients[0]
    monitor = client_of(study.monitor)
    pages = {
        "patient page with the story": _page(study.small, f"/patients/{patient.number}/"),
        "monitor's patient page with the story": statements(
            lambda: monitor.get(f"/monitor/casebook/patient/{patient.pk}/change/")
        ),
    }
    return [
        at_most(f"{what}, SQL statements", found.count, PATIENT_STATEMENTS_AT_MOST, str(found.count))
        for what, found in pages.items()
    ]


def _first_and_last(seeded: Seeded) -> list[Patient]:
    """One with everything entered, one with a single value."""
    return [seeded.patients[0], seeded.begun]


def _same(what: str, counts: list[int]) -> Line:
    return Line(what, ", ".join(str(count) for count in counts), "the same", len(set(counts)) == 1)


def _page(seeded: Seeded, path: str) -> Statements:
    client = client_of(seeded.coordinator)
    return statements(lambda: client.get(path))


def measure_growth(small: Browser, large: Browser, study: Study) -> list[Line]:
    """Today and Patient of two sites of equal kind, one with 13 patients, one with 10,000."""
    paths = {
        "Today": ("/", "/"),
        "Patient": tuple(f"/patients/{site.numbers[0]}/" for site in (study.small, study.large)),
    }
    lines = []
    for page, (at_small, at_large) in paths.items():
        sides = {SMALL: lambda path=at_small: small.get(path), LARGE: lambda path=at_large: large.get(path)}
        found = medians(PAGES, sides)
        ratio = found[LARGE] / found[SMALL]
        said = f"{found[LARGE]:.1f} ms = {ratio:.2f} × {found[SMALL]:.1f} ms at 13"
        lines.append(
            at_most(
                f"{page} at 10,000 patients, median", ratio, GROWTH_AT_MOST, said, f"≤ {GROWTH_AT_MOST} ×"
            )
        )
        if page == "Today":
            times = PEER_LIST_SECONDS * 1000 / found[LARGE]
            lines.append(told("Today at 10,000 beside a peer's 100 s", f"{times:,.0f} times as fast"))
        counts = [_page(study.small, at_small).count, _page(study.large, at_large).count]
        lines.append(_same(f"{page}, SQL statements at 13 and at 10,000", counts))
    return lines


def count_writes(study: Study) -> list[Line]:
    """INSERT, UPDATE and DELETE on the second GET within a minute of every kind of page."""
    pages = site_pages(study.small.numbers[0], "SCR", "W01", "W04")
    found = _writes(study.small.coordinator, pages) | _writes(study.monitor, monitor_pages(study.monitor))
    wrote = [path for path, count in found.items() if count]
    measured = f"{sum(found.values())} on {len(found)} pages {' '.join(wrote)}".strip()
    return [Line("writes on a GET, sum over every kind of page", measured, "0", not wrote)]


def _writes(user: User, paths: list[str]) -> dict[str, int]:
    client = client_of(user)
    return {path: len(statements(lambda path=path: client.get(path)).writes) for path in paths}
