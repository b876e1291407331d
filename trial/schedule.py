"""The schedule: which visits, when, with which forms. The protocol's own table, as data."""

from ecrf.casebook.protocol import Protocol, VisitPlan

SCREENING = ("visit", "mrc-strength", "grip-strength")
WINDOW = 7


def _week(week: int) -> VisitPlan:
    return VisitPlan(
        f"W{week:02}",
        f"Week {week}",
        ("visit", "mrc-strength", "grip-strength"),
        day=1 + 7 * (week - 1),
        opens=-WINDOW,
        closes=WINDOW,
    )


PROTOCOL = Protocol(
    title="Maintenance intravenous immunoglobulin in multifocal motor neuropathy",
    short_title="IVIg in MMN",
    visits=(VisitPlan("SCR", "Screening", SCREENING), *(_week(week) for week in range(1, 53, 3))),
    baseline="W01",
)
