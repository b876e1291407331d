"""The review home and its lists at 500 patients and at 13: the same statements, hardly more time."""

from django.urls import NoReverseMatch, reverse

from tests.bench.browsing import Browser, medians
from tests.bench.counting import client_of, statements
from tests.bench.review_seeding import FEW, MANY, Reviewed
from tests.bench.table import Line, at_most

PAGES = 40
GROWTH_AT_MOST = 1.5


def measured_pages() -> dict[str, str]:
    """{what: address} of the home and the lists, as far as they are built."""
    names = {
        "review home": "monitor:index",
        "review list of patients": "monitor:casebook_patient_changelist",
        "review list of visits": "monitor:casebook_visit_changelist",
        "review list of forms": "monitor:casebook_entry_changelist",
        "review list of queries": "monitor:queries_query_changelist",
    }
    found = {}
    for what, name in names.items():
        try:
            found[what] = reverse(name)
        except NoReverseMatch:
            continue
    return found


def measure_review(port: int, few: Reviewed, many: Reviewed) -> list[Line]:
    """Each page of the two sites' monitors in turn."""
    small = Browser(port).log_in(few.monitor.username)
    large = Browser(port).log_in(many.monitor.username)
    lines = []
    for what, path in measured_pages().items():
        sides = {
            "few": lambda path=path: small.get(path),
            "many": lambda path=path: large.get(path),
        }
        found = medians(PAGES, sides)
        ratio = found["many"] / found["few"]
        said = f"{found['many']:.1f} ms = {ratio:.2f} × {found['few']:.1f} ms at {FEW}"
        limit = f"≤ {GROWTH_AT_MOST} ×"
        lines.append(at_most(f"{what} at {MANY} patients, median", ratio, GROWTH_AT_MOST, said, limit))
        counts = [_statements(site, path) for site in (few, many)]
        words = ", ".join(map(str, counts))
        lines.append(Line(f"{what}, SQL statements", words, "the same", len(set(counts)) == 1))
    return lines


def _statements(site: Reviewed, path: str) -> int:
    client = client_of(site.monitor)
    return statements(lambda: client.get(path)).count
