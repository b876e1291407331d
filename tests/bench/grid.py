"""The grid of all patients at 500 and at 13: its first screen, its other orders, the next rows, its weight."""

from ecrf.grid.models import GridColumns
from ecrf.grid.page import FIRST, MORE
from tests.bench.browsing import Browser, medians
from tests.bench.counting import client_of, statements
from tests.bench.review_seeding import FEW, MANY, Reviewed
from tests.bench.table import Line, at_most, told
from tests.bench.weight import LIMIT_KB, text_of

PAGES = 40
GROWTH_AT_MOST = 1.5
STATEMENTS_AT_MOST = 20
URL = "/grid/"
OTHERS = {
    "most open queries first": f"{URL}?sort=queries",
    "most missing items first": f"{URL}?sort=missing",
    "only with something to verify": f"{URL}?state=to-verify",
}
"""Orders for which the database looks at every patient."""


def measure_grid(port: int, few: Reviewed, many: Reviewed) -> list[Line]:
    """The two sites' monitors in turn, by visit and by form."""
    small, large = (Browser(port).log_in(reviewed.monitor.username) for reviewed in (few, many))
    lines = []
    for what, by_form in (("a column for each visit", False), ("a column for each form", True)):
        for reviewed in (few, many):
            GridColumns.objects.update_or_create(user=reviewed.monitor, defaults={"by_form": by_form})
        lines += _first_screen(f"grid, {what}", small, large, few, many)
    for reviewed in (few, many):
        GridColumns.objects.update_or_create(user=reviewed.monitor, defaults={"by_form": False})
    small, large = small.another(), large.another()
    for what, path in OTHERS.items():
        found = medians(PAGES, {"few": lambda p=path: small.get(p), "many": lambda p=path: large.get(p)})
        said = f"{found['many']:.1f} ms = {found['many'] / found['few']:.2f} × {found['few']:.1f} ms at {FEW}"
        lines.append(told(f"grid, {what}, median", said))
    rows = large.another().as_script()
    following = medians(PAGES, {"next": lambda: rows.get(f"{URL}?start={FIRST}")})["next"]
    lines.append(told(f"grid, the next {MORE} rows as one scrolls, median", f"{following:.1f} ms"))
    return lines


def _first_screen(what: str, small: Browser, large: Browser, few: Reviewed, many: Reviewed) -> list[Line]:
    small, large = small.another(), large.another()  # the server closes a connection that was idle
    found = medians(PAGES, {"few": lambda: small.get(URL), "many": lambda: large.get(URL)})
    ratio = found["many"] / found["few"]
    said = f"{found['many']:.1f} ms = {ratio:.2f} × {found['few']:.1f} ms at {FEW}"
    counts = [_statements(reviewed) for reviewed in (few, many)]
    words = ", ".join(map(str, counts))
    is_same = len(set(counts)) == 1 and max(counts) <= STATEMENTS_AT_MOST
    answer = large.get(URL)
    kilobytes, sent = len(text_of(answer).encode()) / 1000, len(answer.body) / 1000
    return [
        at_most(
            f"{what}: first screen at {MANY} patients, median",
            ratio,
            GROWTH_AT_MOST,
            said,
            f"≤ {GROWTH_AT_MOST} ×",
        ),
        Line("  SQL statements", words, f"the same, ≤ {STATEMENTS_AT_MOST}", is_same),
        at_most(
            "  HTML plain",
            kilobytes,
            LIMIT_KB,
            f"{kilobytes:.0f} kB, {sent:.0f} kB sent",
            f"≤ {LIMIT_KB} kB",
        ),
    ]


def _statements(reviewed: Reviewed) -> int:
    client = client_of(reviewed.monitor)
    return statements(lambda: client.get(URL)).count
