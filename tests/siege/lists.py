"""Lists with ten thousand patients, asked for by one person at a time."""

from tests.bench.serving import Server
from tests.siege.drive import Patiently, percentile
from tests.siege.report import _table
from tests.siege.seeding import LARGE_SITE, Study

ROUNDS = 40
PAGES = {
    f"coordinator{LARGE_SITE}": {
        "Today": "/",
        "Today, a search": f"/?q={LARGE_SITE}-5",
        "queries of the site": "/queries/",
        "grid of patients": "/grid/",
        "grid, most missing first": "/grid/?sort=missing",
        "calendar": "/calendar/",
    },
    f"monitor{LARGE_SITE}": {
        "review home": "/monitor/",
        "review: list of patients": "/monitor/casebook/patient/",
        "review: list of visits": "/monitor/casebook/visit/",
        "review: list of forms": "/monitor/casebook/entry/",
        "review: list of queries": "/monitor/queries/query/",
    },
}


def measure_lists(study: Study, running: Server, seconds: float) -> list[str]:
    """For the document: words and a table."""
    rows = []
    for username, pages in PAGES.items():
        browser = Patiently(running.port).log_in(username)
        for what, path in pages.items():
            times = [browser.get(path).ms for _ in range(ROUNDS)][ROUNDS // 8 :]
            rows.append((what, *(f"{percentile(times, share):.0f}" for share in (0.5, 0.95, 0.99))))
    words = (
        f"One site more, with ten thousand patients who were put in by bulk with the triggers in {seconds:.0f} s,"
        " and one person at a time who reads a page again and again, in ms:"
    )
    return [words, _table(("page", "p50", "p95", "p99"), rows)]
