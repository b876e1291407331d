"""Sites of twenty patients with twenty-five visits each, whose trail reads as if every item had been typed alone.

Four patients are entered through the product's own services, with all forms of their visits. The others are copies of
them by SQL: rows are put in empty, then one item after another is written into all copies at a site, each statement in
a transaction of its own. The database's triggers write the events; nothing goes past them.
"""

import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from multiprocessing import get_context
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection, connections, models

from ecrf.access.models import Membership, Site, User
from ecrf.access.roles import Right, Role
from ecrf.audit.actor import SYSTEM, Actor, acting
from ecrf.audit.models import AuditEvent
from ecrf.casebook.laboratory.services import add_ranges
from ecrf.casebook.models import Entry, Patient, PatientStatus, Status, Visit
from ecrf.casebook.review_status import ReviewStatus
from ecrf.checks.models import Discrepancy
from ecrf.forms.registry import CRFS
from ecrf.queries.models import Query
from ecrf.signatures.signers import confirm_identity
from tests.bench.browsing import PASSWORD
from tests.bench.crowd import grow
from tests.bench.reference.models import Plain
from tests.bench.review_seeding import _review
from tests.bench.seeding import Seeded
from trial.synthetic import casebook, laboratory
from trial.synthetic.filled import FilledPage
from trial.synthetic.loading import load_patient
from trial.synthetic.patients import STORIES, PatientStory

TEMPLATES = ("S01", "S05", "S07", "S11")
"""Invented patients who went through the whole schedule."""
VISITS = 25
UNSCHEDULED = ("visit", "vital-signs", "mrc-strength", "grip-strength", "incat")
"""The forms of the visits that the schedule does not have: 19 visits are in it, the others are between them."""
LIKE = "W07"
APART = 1_000_000
"""Between the keys of a row and of its copies."""
KEYS = ("id", "patient_id", "visit_id", "entry_id", "parent_id")
LARGE_SITE = "90"
AT_A_SITE = 4
"""People who enter data there: one investigator and three coordinators."""


@dataclass(frozen=True)
class Size:
    """`groups`: of four patients each, at every one of the `sites`."""

    sites: int
    groups: int
    templates: int
    large: bool

    @property
    def patients(self) -> int:
        return self.sites * self.groups * self.templates


FULL = Size(sites=10, groups=5, templates=4, large=True)
QUICK = Size(sites=1, groups=2, templates=1, large=False)


@dataclass
class Study:
    """What was made, and what it took. `people`: {user name: role}; `bytes_before`: of the empty database."""

    sites: list[str]
    people: dict[str, str]
    reference_rows: list[int]
    bytes_before: int
    bytes_after: int = 0
    events: int = 0
    visits: int = 0
    patients: int = 0
    seconds: float = 0.0
    large: Seeded | None = None
    words: list[str] = field(default_factory=list)


def seed(size: Size, jobs: int) -> Study:
    """The study; the site of ten thousand is grown later (`grow_large`), so that nobody's pages are of it before."""
    start = time.perf_counter()
    codes = [f"{n:02}" for n in range(1, size.sites + 1)]
    before = database_bytes()
    people = _people(codes)
    study = Study(codes, people, _reference_rows(len(people)), before)
    templates = [
        _enter(story, n) for n, story in enumerate(STORIES) if story.name in TEMPLATES[: size.templates]
    ]
    study.words.append(
        f"{len(templates)} patients through the services in {time.perf_counter() - start:.0f} s"
    )
    began = time.perf_counter()
    most = Patient.objects.order_by("-pk").values_list("pk", flat=True)[0]
    work = [(code, n * size.groups, size.groups, most) for n, code in enumerate(codes)]
    connections.close_all()  # or the processes would share one connection
    with ProcessPoolExecutor(jobs, mp_context=get_context("fork")) as pool:
        list(pool.map(_fill_site, work))
    _set_sequences()
    analyze()
    study.events, study.visits = AuditEvent.objects.count(), Visit.objects.count()
    study.patients = Patient.objects.count()
    study.bytes_after = database_bytes()
    study.seconds = time.perf_counter() - start
    took = time.perf_counter() - began
    study.words.append(f"{study.patients - len(templates)} copies, item by item, in {took:.0f} s")
    return study


def grow_large(study: Study) -> float:
    """One more site, of ten thousand patients; the seconds that it took."""
    with acting(SYSTEM, source="siege"):
        site = _site(LARGE_SITE)
        by = _user(f"coordinator{LARGE_SITE}", Role.COORDINATOR, [site], make_password(PASSWORD))
        _user(f"monitor{LARGE_SITE}", Role.MONITOR, [site], make_password(PASSWORD))
    add_ranges(site=site, given=list(laboratory.ranges("01")), by=by)
    from tests.bench.seeding import _begun, _patient, _recent

    patients = [_patient(_recent(story, n, site), site, by) for n, story in enumerate(STORIES[:3])]
    patients.append(_begun(site, by))
    study.large = Seeded(site, by, patients)
    return grow(study.large)


# --- people and the patients that are entered ---------------------------------------------------------------------


def _site(code: str) -> Site:
    name = f"Hospital {code} (synthetic)"
    return Site.objects.create(code=code, name=name, time_zone="Asia/Tokyo", active_from=date(2012, 1, 1))


def _user(name: str, role: Role, sites: Iterable[Site | None], hashed: str) -> User:
    ends_on = date(2099, 12, 31) if role == Role.INSPECTOR else None
    user = User.objects.create(
        username=name,
        full_name=f"{role.label} {name} (synthetic)",
        email=f"{name}@example.org",
        password=hashed,
    )
    for site in sites:
        Membership.objects.create(user=user, role=role, site=site, ends_on=ends_on)
    return user


def _people(codes: list[str]) -> dict[str, str]:
    """At each site four; a monitor for every two sites; and those of the whole study."""
    hashed, found, investigators = make_password(PASSWORD), dict[str, str](), []
    with acting(SYSTEM, source="siege"):
        sites = {code: _site(code) for code in codes}
        for code, site in sites.items():
            investigators.append(_user(f"investigator{code}", Role.INVESTIGATOR, [site], hashed))
            found[f"investigator{code}"] = Role.INVESTIGATOR
            for letter in ("", "b", "c")[: AT_A_SITE - 1]:
                _user(f"coordinator{code}{letter}", Role.COORDINATOR, [site], hashed)
                found[f"coordinator{code}{letter}"] = Role.COORDINATOR
        for n in range(0, len(codes), 2):
            name = f"monitor{codes[n]}"
            _user(name, Role.MONITOR, [sites[code] for code in codes[n : n + 2]], hashed)
            found[name] = Role.MONITOR
        for role in (
            Role.DATA_MANAGER,
            Role.SAFETY,
            Role.STATISTICIAN,
            Role.ADMINISTRATOR,
            Role.INSPECTOR,
        ):
            _user(role.value.replace("-", ""), role, [None], hashed)
            found[role.value.replace("-", "")] = role
    for code, site in sites.items():
        by = User.objects.get(username=f"coordinator{code}")
        add_ranges(site=site, given=list(laboratory.ranges("01")), by=by)
    for user in investigators:
        confirm_identity(
            user=user, confirmed_by="the siege", how="Synthetic: nobody is there", by=SYSTEM, source="siege"
        )
    return found


def _reference_rows(count: int) -> list[int]:
    with acting(SYSTEM, source="siege"):
        site = Site.objects.get(code="01")
        return [Plain.objects.create(site=site).pk for _ in range(count)]


def _enter(story: PatientStory, n: int) -> int:
    """One patient at the first site, in all forms; visits between the schedule's until there are enough."""
    story = replace(story, name=f"siege-{n}", site="01")
    pages = casebook.pages(replace(story, name=STORIES[n].name))
    codes = [page.code for page in pages if page.code]
    like = next(page for page in pages if page.code == LIKE)
    own = sum(code.startswith("UNS") for code in codes)
    more = [_between(like, f"UNS-{own + k}") for k in range(1, VISITS - len(codes) + 1)]
    at = (
        max(index for index, page in enumerate(pages) if page.code.startswith("UNS") or page.code == LIKE) + 1
    )
    return load_patient(story, [*pages[:at], *more, *pages[at:]]).pk


def _between(like: FilledPage, code: str) -> FilledPage:
    forms = [replace(form, code=code) for form in like.forms if form.crf in UNSCHEDULED]
    return FilledPage(code, forms)


# --- the copies ---------------------------------------------------------------------------------------------------


def _fill_site(work: tuple[str, int, int, int]) -> None:
    code, first, groups, most = work
    site = Site.objects.get(code=code)
    by = User.objects.get(username=f"coordinator{code}").acting_at(site, Right.ENTER)
    copies = range(max(first, 1), first + groups)  # the first group of the first site was entered
    if copies:
        _copy(site, by, copies, most, first)
    asked = Query.every.values("patient")  # the copied ones' checks have asked
    patients = list(Patient.objects.filter(site=site).exclude(pk__in=asked).select_related("site"))
    monitor = User.objects.filter(memberships__site=site, memberships__role=Role.MONITOR).get()
    reviewer = Actor(str(monitor.pk), monitor.username, Role.MONITOR, code)
    for n in range(0, len(patients), 4):
        with acting(reviewer, source="siege"):
            _review(patients[n : n + 4], monitor)


def _copy(site: Site, by: Actor, copies: range, most: int, first: int) -> None:
    """Rows in the order in which they lead to one another; then what is typed into them."""
    given = {
        "apart": APART,
        "first": copies.start,
        "last": copies.stop - 1,
        "at": first,
        "site": site.pk,
        "most": most,
    }
    of_patient = "patient_id <= %(most)s"
    of_entry = f"entry_id IN (SELECT id FROM casebook_entry WHERE {of_patient})"
    among = "(SELECT count(*) FROM casebook_patient p WHERE p.id <= s.id)"
    all_of_them = "(SELECT count(*) FROM casebook_patient p WHERE p.id <= %(most)s)"
    sequence = f"({among} + (k - %(at)s) * {all_of_them})"
    number = f"%(code)s || '-' || lpad({sequence}::text, 3, '0')"
    given["code"] = site.code
    changed = {"sequence": sequence, "number": number, "request_key": "gen_random_uuid()"}
    _insert(Patient, changed, "id <= %(most)s", given, by)
    _insert(PatientStatus, {}, of_patient, given, by)
    _insert(Visit, {}, of_patient, given, by)
    drafted = {"request_key": "NULL", "status": f"'{Status.DRAFT}'"}
    for parents in ("parent_id IS NULL", "parent_id IS NOT NULL"):
        _insert(Entry, drafted, f"{of_patient} AND {parents}", given, by)
    for definition in CRFS.values():
        model = definition.model
        typed = [
            item.column for item in model._meta.concrete_fields if item.name in definition.items and item.null
        ]
        _insert(model, dict.fromkeys(typed, "NULL") | {"missing_reasons": "'{}'"}, of_entry, given, by)
        for column in [*typed, "missing_reasons"]:
            _write(model, column, "entry_id", of_entry, given, by)
    _write(Entry, "status", "id", of_patient, given, by)
    _insert(ReviewStatus, {}, of_patient, given, by)
    _insert(Discrepancy, {}, of_entry, given, by)


def _insert(
    model: type[models.Model], changed: dict[str, str], where: str, given: dict[str, Any], by: Actor
) -> None:
    columns = [f.column for f in model._meta.concrete_fields if not isinstance(f, models.GeneratedField)]
    own = {name: f"s.{name} + k * %(apart)s" for name in KEYS} | {"site_id": "%(site)s"} | changed
    cells = ", ".join(own.get(name, f's."{name}"') for name in columns)
    listed, table = ", ".join(f'"{name}"' for name in columns), model._meta.db_table
    _run(
        f"INSERT INTO {table} ({listed}) SELECT {cells} FROM {table} s, generate_series(%(first)s, %(last)s) k"
        f" WHERE s.{where} ORDER BY k",
        given,
        by,
    )


def _write(
    model: type[models.Model], column: str, key: str, where: str, given: dict[str, Any], by: Actor
) -> None:
    """One item of every copy at the site, as it stands in what it is copied from."""
    table = model._meta.db_table
    _run(
        f'UPDATE {table} t SET "{column}" = s."{column}" FROM {table} s, generate_series(%(first)s, %(last)s) k'
        f" WHERE s.{where} AND t.{key} = s.{key} + k * %(apart)s"
        f' AND t."{column}" IS DISTINCT FROM s."{column}"',
        given,
        by,
    )


def _run(statement: str, given: dict[str, Any], by: Actor) -> None:
    with acting(by, source="siege"), connection.cursor() as cursor:
        cursor.execute(statement, given)


def _set_sequences() -> None:
    """Behind the keys that were given."""
    with connection.cursor() as cursor:
        for model in (Patient, Visit, Entry, Discrepancy, Query):
            table = model._meta.db_table
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
            )


def analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def database_bytes() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        found: int = cursor.fetchone()[0]
        return found
