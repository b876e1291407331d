"""One item saved: its time beside the reference's POST, its statements, and eight people saving at once."""

from collections.abc import Iterator
from itertools import cycle

from django.test import Client

from tests.bench.browsing import Ask, Browser, medians, per_second
from tests.bench.counting import Statements, client_of, of_the_checks, statements
from tests.bench.seeding import CLIENTS, LAST_VISIT, Study
from tests.bench.table import Line, at_least, at_most, told

SAVES = 100
BURST_SECONDS = 3
BURSTS = 3
SLOWER_AT_MOST = 1.5
STATEMENTS_AT_MOST = 15
CHECKS_AT_MOST = 5
THROUGHPUT_AT_LEAST = 0.4

LABORATORY = "a laboratory result (with its range and flag)"
"""It reads the ranges and three forms more than the others: its time is told, and has no limit of its own."""

ITEMS = {
    "a pulse (no check objects)": ("vital-signs/1/pulse", "70", "71"),
    "an MRC grade (compared with last visit)": ("mrc-strength/1/left_hip_flexion", "4", "5"),
    "a grip trial (a question opens, closes)": ("grip-strength/1/right_3", "41.0", "20.0"),
    LABORATORY: ("lab-result/1.1/value", "13.1", "12.4"),
}

OTHERS = {
    "the first item of a form": ("W04", ("grip-strength/1/right_1", "41.0")),
    "the first item of a row and of its form": ("W04", ("infusion-vitals/1.1/pulse", "70")),
    "the first date of a visit, which moves the schedule": ("W04", ("visit/1/visited_on", "2026-01-05")),
    "the next date of a visit": ("W04", ("visit/1/visited_on", "2026-01-06")),
    "a dose": ("W04", ("infusion/1/given_g", "20")),
}

PLAIN = {
    **{f"text_{n}": f"Synthetic {n}" for n in range(1, 7)},
    **{f"number_{n}": str(60 + n) for n in range(1, 13)},
    **{f"measure_{n}": f"{30 + n}.5" for n in range(1, 7)},
    **{f"grade_{n}": "4" for n in range(1, 10)},
    **{f"day_{n}": "2026-01-05" for n in range(1, 4)},
}


def item_posts(number: str, address: str, *values: str) -> tuple[str, Iterator[dict[str, str]]]:
    """The item's address and, for ever, what the page would post: every post changes the value."""
    return f"/patients/{number}/{LAST_VISIT}/{address}/", _with_seen(values)


def _with_seen(values: tuple[str, ...]) -> Iterator[dict[str, str]]:
    empty = {"missing": "", "comment": "", "reason": ""}
    seen: dict[str, str] = {}
    for value in cycle(values):
        yield {"value": value, **seen, **empty}
        seen = {"seen": value}


def plain_posts(row: int) -> tuple[str, Iterator[dict[str, str]]]:
    """The reference's address and, for ever, its 36 fields with one of them changed."""
    return f"/reference/{row}/", ({**PLAIN, "number_1": pulse} for pulse in cycle(("70", "71")))


def poster(browser: Browser, where: tuple[str, Iterator[dict[str, str]]]) -> Ask:
    """A function that posts the next values."""
    path, data = where
    return lambda: browser.post(path, next(data))


def measure_saves(browser: Browser, study: Study) -> list[Line]:
    """Median of each item beside the reference's."""
    number = study.small.numbers[0]
    sides = {what: poster(browser, item_posts(number, *item)) for what, item in ITEMS.items()}
    sides["reference"] = poster(browser, plain_posts(study.plain_rows[0]))
    found = medians(SAVES, sides)
    plain = found.pop("reference")
    lines = [told("reference's POST, median", f"{plain:.1f} ms")]
    for what, ms in found.items():
        said = f"{ms:.1f} ms = {ms / plain:.2f} × reference"
        title, limit = f"save {what}, median", f"≤ {SLOWER_AT_MOST} ×"
        lines.append(
            told(title, said)
            if what == LABORATORY
            else at_most(title, ms / plain, SLOWER_AT_MOST, said, limit)
        )
    return lines


def count_saves(study: Study) -> list[Line]:
    """Statements and transactions of each item's save, the first of a new form among them."""
    client = client_of(study.small.coordinator)
    number = study.small.numbers[1]
    lines = []
    for what, item in ITEMS.items():
        path, data = item_posts(number, *item)
        found = max((_save(client, path, next(data)) for _ in range(4)), key=lambda s: s.count)
        lines += _counted(f"save {what}", found)
    for what, (code, item) in OTHERS.items():
        path = f"/patients/{study.small.begun.number}/{code}/{item[0]}/"
        lines += _counted(f"save {what}", _save(client, path, {"value": item[1]}))
    return [*lines, _count_checks(client, number)]


def _count_checks(client: Client, number: str) -> Line:
    """The most that the checks of one of the items took."""
    most = 0
    for item in ITEMS.values():
        path, data = item_posts(number, *item)
        for _ in range(3):
            with of_the_checks() as found:
                client.post(path, next(data))
            most = max(most, len(found))
    return at_most("all checks of one saved item, SQL statements at most", most, CHECKS_AT_MOST, str(most))


def _save(client: Client, path: str, data: dict[str, str]) -> Statements:
    return statements(lambda: client.post(path, data))


def _counted(what: str, found: Statements) -> list[Line]:
    writes = len(found.writes)
    told_transactions = f"{found.writing_transactions} transaction, {writes} writes"
    return [
        at_most(
            f"{what}, SQL statements", found.count, STATEMENTS_AT_MOST, f"{found.count} ({told_transactions})"
        ),
        Line(
            f"{what}, writing transactions",
            str(found.writing_transactions),
            "1",
            found.writing_transactions == 1,
        ),
    ]


def measure_crowded_saves(browser: Browser, study: Study) -> list[Line]:
    """Eight people at once, each on a patient of their own, beside eight on the reference, in turn."""
    ours = [_mixed(browser.another(), number) for number in study.small.numbers[:CLIENTS]]
    plain = [poster(browser.another(), plain_posts(row)) for row in study.plain_rows[1:]]
    found: list[tuple[float, float]] = []
    for ask in (*ours, *plain):
        ask()
    for _ in range(BURSTS):
        found.append((per_second(ours, BURST_SECONDS), per_second(plain, BURST_SECONDS)))
    mine, theirs = (sum(side) / BURSTS for side in zip(*found, strict=True))
    said = f"{mine:.0f} a second = {mine / theirs:.2f} × reference's {theirs:.0f}"
    what = f"saves a second, {CLIENTS} clients, the three items mixed"
    return [at_least(what, mine / theirs, THROUGHPUT_AT_LEAST, said, f"≥ {THROUGHPUT_AT_LEAST} ×")]


def _mixed(browser: Browser, number: str) -> Ask:
    items = cycle([poster(browser, item_posts(number, *item)) for item in ITEMS.values()])
    return lambda: next(items)()
