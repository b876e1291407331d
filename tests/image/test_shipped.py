"""The product as it is shipped: set up as documented, every page of every role opened and looked at."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.urls import NoReverseMatch, resolve, reverse

from tests.browser.axe import LookedAt
from tests.image.browsing import Person, chromium
from tests.image.conftest import PASSWORD, ROOT, TYPED_BY_MISTAKE, Installation
from tests.rules.test_access import ROLES, TABLE

pytestmark = [
    pytest.mark.browser,
    pytest.mark.requirement("R-008"),
]

ACCOUNTS = {
    role: f"{role.replace('_', '')}01" for role in sorted(ROLES[:7], key=["monitor", "safety"].__contains__)
}
"""Who may do more comes before who may do less of the same: what the latter's pages consist of was looked at then."""
NO_PAGES = {
    *("log-in-again", "item-history", "monitor:item-history"),
    *(
        "audit-anchor",
        "calendar-feed",
        "help-pdf",
        "import-template",
        "download-file",
        "file-picture",
        "outcomes-pdf",
        "site-outcomes-pdf",
        "pages-read-csv",
        "training-people-csv",
    ),
}
"""Parts that a script puts into a page, and files."""

RIGHTS_ON_THE_TRAIL = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT current_user::text, has_table_privilege('audit_auditevent', 'UPDATE')")
    print(cursor.fetchone())
"""

NAME_OF_THE_COPY = """
from ecrf.exports.models import Export
print(Export.objects.filter(kind="site-copy").latest("pk").stored_name)
"""

COLOUR = re.compile(r"\x1b\[[\d;]*m")


def scripts_of_production() -> list[str]:
    """docs/production.md: what `manage` stands for, the first accounts, and what may be needed later."""
    text = (ROOT / "docs/production.md").read_text(encoding="utf-8")
    return re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def may_open(role: str) -> list[str]:
    """What the table of addresses lets this role read at the own site."""
    place = ROLES.index(role)
    return [
        name
        for name, (methods, own, _other) in TABLE.items()
        if "GET" in methods.split() and own.split()[place] in ("200", "302")
    ]


@dataclass
class Tour:
    """`addresses`: one of each name, as far as a page has linked to it. `opened`: by whom. `looked_at`: by axe; most
    roles have the same page, but for words."""

    addresses: dict[str, str] = field(default_factory=dict)
    opened: dict[str, set[str]] = field(default_factory=dict)
    looked_at: LookedAt = field(default_factory=LookedAt)
    complaints: list[str] = field(default_factory=list)

    def look(self, person: Person) -> None:
        """At the page that this person has opened, and at where it leads."""
        person.look(self.looked_at)
        for name, address in person.addresses().items():
            self.addresses.setdefault(name, address)


def visit(person: Person, role: str, tour: Tour) -> None:
    """Open what is known and this role may open, until no page leads to another one."""
    opened = tour.opened.setdefault(role, set())
    while left := [name for name in may_open(role) if name in tour.addresses and name not in opened]:
        name = left[0]
        if name in NO_PAGES:
            person.fetch(tour.addresses[name])
        else:
            person.go(tour.addresses[name])
            tour.look(person)
        opened.add(name)


def add_what_pages_show(coordinator: Person, monitor: Person, tour: Tour) -> None:
    """What no page links to yet: an item's history, a calendar, a query, a monitoring visit with its report."""
    coordinator.go(tour.addresses["visit"])
    coordinator.page.locator("#page-form [data-item] input").first.focus()
    coordinator.page.keyboard.press("F2")
    coordinator.page.get_by_role("button", name="History", exact=True).click()
    coordinator.page.locator(".history").wait_for()
    tour.addresses["item-history"] = coordinator.asked["item-history"]
    coordinator.go("/calendar/feed/")
    coordinator.press("Make an address")
    tour.addresses["calendar-feed"] = urlsplit(coordinator.page.inner_text(".feed-address")).path
    monitor.go(tour.addresses["monitor:casebook_visit_change"])
    monitor.page.keyboard.press("n")
    with monitor.page.expect_response(lambda got: "/history/" in got.url):
        monitor.page.keyboard.press("h")
    tour.addresses["monitor:item-history"] = monitor.asked["monitor:item-history"]
    same_item = resolve(monitor.asked["monitor:item-history"]).kwargs
    tour.addresses["monitor:open-query"] = reverse("monitor:open-query", kwargs=same_item)  # without script
    monitor.go(tour.addresses["monitor:open-query"])
    monitor.page.fill("textarea[name=text]", f"Was it {TYPED_BY_MISTAKE} who measured?")
    monitor.press("Open the query")
    coordinator.go("/queries/")
    with coordinator.page.expect_navigation():
        coordinator.page.locator("main a[href^='/patients/']").first.click()
    answers = coordinator.page.locator("[data-answer]").first.get_attribute("data-answer")
    tour.addresses["answer-query"] = str(answers)
    monitor.go("/monitor/monitoring-visits/")
    monitor.page.fill("[name=planned_on]", "2099-11-30")
    monitor.press("Plan the visit")
    monitor.page.get_by_text("Start the visit", exact=True).click()
    monitor.press("Start the visit now")
    monitor.page.get_by_text("End the visit", exact=True).click()
    monitor.press("End the visit now")
    coordinator.go("/")
    coordinator.press("Add patient")
    coordinator.press("Week 1 (baseline)")
    # Nobody has filled it in: each infusion day offers what the day before has.
    tour.addresses["carry-over"] = coordinator.addresses()["carry-over"]


def add_what_is_put_right(coordinator: Person, tour: Tour) -> None:
    """Of the patient with an appointment and a visit that was opened by mistake, of the visit that a form has left, and
    of the patient who was added twice."""
    again, twice = "01-002", "01-003"
    for name, *where in (("patient", again), ("visit", again, "UNS-2"), ("patient", twice)):
        coordinator.go(reverse(name, args=where))
        tour.look(coordinator)


def add_what_was_brought(coordinator: Person, tour: Tour) -> None:
    """The source copy, which everybody who reads the patient opens, before a document of the study that only a data
    manager changes; the file that was looked at, and the one whose columns are to be named."""
    for place in (reverse("patient-files", args=["01-002"]), reverse("imports")):
        coordinator.go(place)
        links = coordinator.page.locator("main a[href^='/files/'], main a[href^='/imports/']")
        for address in {str(link.get_attribute("href")) for link in links.all()}:
            if resolve(address).view_name in ("file", "import"):
                coordinator.go(address)
                tour.look(coordinator)


def add_what_is_closed(administrator: Person, tour: Tour) -> None:
    """The pages of a site and of an account that are closed offer to open them again."""
    for page, closed in (("/sites/", "02"), ("/people/?state=closed", "Invented leaver")):
        administrator.go(page)
        with administrator.page.expect_navigation():
            administrator.page.get_by_role("link", name=closed, exact=True).click()
        tour.look(administrator)


def ask_for_data(people: dict[str, Person], tour: Tour) -> dict[str, list[str]]:
    """Two data cuts in every format and a site's copy, for the worker to make: by role, the pages that wait."""
    statistician, investigator = people["statistician"], people["investigator"]
    # The copy first: its address is the one that every role of the site opens.
    asked: dict[str, list[str]] = {"investigator": [], "statistician": []}
    for name in ("Interim 1", "Interim 2"):
        statistician.go("/exports/new/")
        statistician.page.fill("#name", name)
        statistician.page.fill("#reason", "Interim look")
        statistician.page.fill("#save_as", "Weekly")
        for box in statistician.page.locator("[name=format]").all():
            box.check()
        statistician.press("Take the cut")
        asked["statistician"].append(urlsplit(statistician.page.url).path)
    statistician.go("/account/")  # or the page would load itself anew, once there is a file
    investigator.go(reverse("site-copies", args=["01"]))
    investigator.press("Make the copy")
    tour.addresses["export"] = urlsplit(investigator.page.url).path
    asked["investigator"].append(tour.addresses["export"])
    investigator.go("/account/")
    return asked


def wait_for_data(people: dict[str, Person], asked: dict[str, list[str]], tour: Tour) -> None:
    """Each page itself asks the server until the file is ready. Then there is a page that compares the cuts."""
    for role, paths in asked.items():
        page = people[role].page
        for path in paths:
            people[role].go(path)
            done = page.get_by_role("button", name=re.compile("Download")).or_(page.locator(".state-bad"))
            done.first.wait_for(timeout=120_000)
            assert not page.locator(".state-bad").count(), page.inner_text("#state")
            tour.look(people[role])
    tour.addresses["compare-cuts"] = f"{reverse('compare-cuts')}?from=Interim 1&to=Interim 2"
    tour.addresses["make-cut-again"] = reverse("make-cut-again", args=["Interim 1"])


def everybody_visits(people: dict[str, Person], tour: Tour) -> None:
    for role, person in people.items():
        visit(person, role, tour)


def walk(people: dict[str, Person], tour: Tour) -> None:
    add_what_was_brought(people["coordinator"], tour)
    everybody_visits(people, tour)
    add_what_pages_show(people["coordinator"], people["monitor"], tour)
    asked = ask_for_data(people, tour)
    add_what_is_put_right(people["coordinator"], tour)
    add_what_is_closed(people["administrator"], tour)
    wait_for_data(people, asked, tour)
    tour.opened = {
        role: opened - {"queries", "monitor:monitoring-visits"} for role, opened in tour.opened.items()
    }
    for name in TABLE:
        with suppress(NoReverseMatch):  # a page that no other one links to
            tour.addresses.setdefault(name, reverse(name))
    for _ in range(2):
        everybody_visits(people, tour)
    report = resolve(
        tour.addresses["monitor:print-monitoring-text"]
    )  # the letter has the same address, but for its kind
    people["monitor"].go(reverse(report.view_name, kwargs={**report.kwargs, "kind": "letter"}))
    people["monitor"].look(tour.looked_at)


def go_round(where: Installation) -> Tour:
    # The patient whose logs have everything; Today begins with another one.
    found = Tour({"today": "/", "visit": reverse("visit", args=["01-001", "SCR"])})
    with chromium(where.address, where.port) as browser:
        people = {
            role: Person(browser, where.url, name, PASSWORD, found.looked_at)
            for role, name in ACCOUNTS.items()
        }
        walk(people, found)
        found.complaints = [said for person in people.values() for said in person.complaints]
    return found


def test_documents_commands_make_an_installation_whose_every_page_opens(installation: Installation):
    """One test, so that the image is set up once however many processes run the tests."""
    manage, accounts, later, data_out = scripts_of_production()
    run, python = installation.shell.run, installation.python

    said = COLOUR.sub("", run(manage + accounts))
    named = ["administrator01", "coordinator01", "investigator01", "datamanager01"]
    assert re.findall(r"^(\w+) can log in\.", said, re.MULTILINE) == named

    study = (Path(__file__).parent / "study.py").read_text(encoding="utf-8")
    python("migrate", study, f"--env NEW_PASSWORD='{PASSWORD}'")
    # In a thread of its own: the journeys' browser, if this process has one, holds the event loop of the first.
    with ThreadPoolExecutor(1) as thread:
        tour = thread.submit(go_round, installation).result()
    assert not tour.complaints, "\n".join(tour.complaints)
    missing = {role: sorted(set(may_open(role)) - tour.opened[role]) for role in ACCOUNTS}
    assert not any(missing.values()), f"No page that was opened links there: {missing}"

    said = COLOUR.sub("", run(manage + later))
    assert re.search(r"coordinator01 .* logged in", said)
    assert "query 1: text" in said
    assert "Nothing was changed." in said

    copy = python("worker", NAME_OF_THE_COPY).split()[-1]
    said = COLOUR.sub("", run(data_out.replace("copy.zip", copy)))
    assert "the same bytes" in said
    assert "Asked for the data cut Weekly" in said
    assert "All of it holds." in said

    assert "('ecrf_web', False)" in python("web", RIGHTS_ON_THE_TRAIL)
    assert "('ecrf_owner', True)" in python("migrate", RIGHTS_ON_THE_TRAIL)
