"""Loads the synthetic study through the product's own services, as the sites would have entered it."""

import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from multiprocessing import get_context

from django.db import connections, transaction

from ecrf.access.models import Site, User
from ecrf.access.roles import Right
from ecrf.audit.actor import Actor, acting
from ecrf.casebook.book import Book
from ecrf.casebook.keeping_ranges import add_ranges
from ecrf.casebook.marks import ReviewMark
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.casebook.places import Place
from ecrf.casebook.recording import record
from ecrf.casebook.registry import CRFS
from ecrf.casebook.services import add_patient, complete_entries, open_visit
from ecrf.casebook.striking import restore, strike_out
from ecrf.checks.models import Finding, FindingState
from ecrf.checks.services import confirm
from ecrf.verification.marking import mark_anew
from trial.synthetic import accounts, casebook, laboratory, practice, review
from trial.synthetic.accounts import SOURCE
from trial.synthetic.exceptions import LEFT_OPEN
from trial.synthetic.filled import Filled, Page
from trial.synthetic.patients import STORIES, Story

INVESTIGATORS_FORMS = frozenset(
    {"eligibility", "mmn-history", "adverse-event", "serious-adverse-event", "sae-follow-up", "end-of-study"}
)
EARLIER_VERSION = "The demo's data come from an earlier version of it: `make demo-reset` starts anew.\n"

Say = Callable[[str], None]
Whole = tuple[Story, list[Page], Page | None]


class NotLoaded(Exception):
    """The database is another's, or the tables of the synthetic study no longer fit the forms."""


@dataclass(frozen=True)
class Desk:
    """Where one patient's data are entered: the patient, and the two people at the site who enter them."""

    patient: Patient
    enters: User
    answers: User

    def actor(self, crf: str = "") -> Actor:
        user = self.answers if crf in INVESTIGATORS_FORMS else self.enters
        return user.acting_at(self.patient.site, Right.ENTER)

    def place(self, form: Filled, visit: Visit | None) -> Place:
        return Place(self.patient, CRFS[form.crf], visit, form.number, form.parent)


def load(*, password: str, say: Say, now: datetime, jobs: int = 1) -> None:
    """Load what is not there yet: accounts and sites, then patient by patient, each in one transaction.

    `now`: the moment around which the practice site's patients and the monitoring visits lie. With several `jobs`
    so many sites at a time, each in a process of its own.
    """
    if accounts.exist():
        if renewed := accounts.renew_password(password):
            say(f"The password of {renewed} accounts was set anew.\n")
    elif Site.objects.exists():
        raise NotLoaded("This database holds other sites than the synthetic study's; it was left as it is.")
    else:
        accounts.create(password)
    accounts.record_identities()
    add_ranges_where_none()
    practice_now = now.astimezone(Site.objects.get(code=practice.SITE).zone)
    study = [(story, casebook.pages(story), None) for story in STORIES]
    everybody = [*study, *practice.casebooks(practice_now)]
    wanted = [whole for whole in everybody if not is_loaded(whole[0])]
    if lacks_forms([(story, pages) for story, pages, _begun in everybody if is_loaded(story)]):
        say(EARLIER_VERSION)
    if not wanted:
        say("The synthetic study is there already; nothing was loaded.\n")
    for done in _load_wanted(wanted, len(everybody) - len(wanted), jobs):
        say(f"\rLoading the synthetic study: patient {done} of {len(everybody)} ")
    _review_where_nobody_did(say, now)
    say("\n" if wanted else "")


def _review_where_nobody_did(say: Say, now: datetime) -> None:
    """What monitors, investigators and data managers did; for data of an earlier version too."""
    patients = {story.name: _patient(story) for story in STORIES if is_loaded(story)}
    if patients.keys() >= review.PATIENTS and not review.is_done():
        say("\nIts review ...")
        rebuild_missing_marks()
        with transaction.atomic():
            review.review(patients, now)


def rebuild_missing_marks() -> None:
    """Forms that were completed before there were marks get theirs."""
    if not ReviewMark.objects.exists():
        for story in STORIES:
            mark_anew(_patient(story))


def _patient(story: Story) -> Patient:
    return Patient.objects.select_related("site").get(request_key=request_key(story))


def _load_wanted(wanted: list[Whole], done: int, jobs: int) -> Iterator[int]:
    """How many patients are there, after each or after each site. A site's patients keep their order."""
    if jobs == 1:
        for whole in wanted:
            load_patient(*whole)
            yield (done := done + 1)
        return
    sites: dict[str, list[Whole]] = {}
    for whole in wanted:
        sites.setdefault(whole[0].site, []).append(whole)
    connections.close_all()  # or the processes would share one connection
    with ProcessPoolExecutor(jobs, mp_context=get_context("fork")) as pool:
        longest_first = sorted(sites.values(), key=len, reverse=True)
        for loaded in as_completed([pool.submit(_load_site, site) for site in longest_first]):
            yield (done := done + loaded.result())


def _load_site(patients: list[Whole]) -> int:
    for whole in patients:
        load_patient(*whole)
    return len(patients)


def request_key(story: Story) -> uuid.UUID:
    """Always the same for the same invented patient, so that a load that was broken off can go on."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"synthetic-study/{story.name}")


def is_loaded(story: Story) -> bool:
    return Patient.objects.filter(request_key=request_key(story)).exists()


def add_ranges_where_none() -> None:
    """Each site's reference ranges, if it has none yet."""
    for site in Site.objects.filter(reference_ranges=None):
        enters, _answers = accounts.writers_of(site.code)
        add_ranges(site=site, given=list(laboratory.ranges(site.code)), by=enters)


def lacks_forms(loaded: list[tuple[Story, list[Page]]]) -> bool:
    """Whether one of these patients was loaded before some kind of form existed."""
    stored = set(Entry.objects.values_list("patient__request_key", "crf").distinct())
    return any(
        (request_key(story), form.crf) not in stored
        for story, pages in loaded
        for page in pages
        for form in page.forms
    )


@transaction.atomic
def load_patient(story: Story, pages: list[Page], begun: Page | None = None) -> Patient:
    """One patient: every visit entered and completed, the findings answered, then the visit just begun."""
    enters, answers = accounts.writers_of(story.site)
    site = Site.objects.get(code=story.site)
    patient = add_patient(site=site, by=enters, request_key=request_key(story), source=SOURCE)
    desk = Desk(patient, enters, answers)
    with acting(desk.actor(), patient_id=patient.pk, source=SOURCE):
        for page in pages:
            visit = _enter(desk, page)
            _confirm(desk, story)
            _complete(desk, page, visit)
            _strike(desk, page, visit)
        _confirm(desk, story)
        if begun:
            _enter(desk, begun)
    return patient


def _enter(desk: Desk, page: Page) -> Visit | None:
    visit = (
        open_visit(patient=desk.patient, code=page.code, by=desk.enters, source=SOURCE) if page.code else None
    )
    for _crf, forms in groupby(page.forms, key=lambda form: form.crf):
        _record(desk, visit, forms)
    return visit


def _record(desk: Desk, visit: Visit | None, forms: Iterable[Filled]) -> None:
    """Several forms of one kind, for which the casebook is read once."""
    book = Book(desk.patient)
    for form in forms:
        by, place = desk.actor(form.crf), desk.place(form, visit)
        done = record(place=place, values=form.values, by=by, source=SOURCE, book=book)
        if not done.is_clean:
            raise NotLoaded(f"{desk.patient} {form.code} {form.crf}: {done.refused or done.wants_reason}")


def _complete(desk: Desk, page: Page, visit: Visit | None) -> None:
    places = [desk.place(form, visit) for form in page.forms if form.parent is None]
    gaps = (
        complete_entries(patient=desk.patient, places=places, by=desk.actor(), source=SOURCE)
        if places
        else []
    )
    if gaps:
        raise NotLoaded(f"{desk.patient} {page.code}: {', '.join(gap.label for gap in gaps)} missing")


def _strike(desk: Desk, page: Page, visit: Visit | None) -> None:
    """Strike out what was entered by mistake, and take it back where that was a mistake."""
    for form in page.forms:
        if form.struck:
            actor = desk.actor(form.crf)
            entry = Entry.objects.select_related("patient__site").get(**desk.place(form, visit).lookup())
            strike_out(entry=entry, by=desk.enters, actor=actor, reason=form.struck, source=SOURCE)
            if form.restored:
                restore(entry=entry, actor=actor, reason=form.restored, source=SOURCE)


def _confirm(desk: Desk, story: Story) -> None:
    """The site has answered every question against the source, but for the few that are left open."""
    asked = Finding.objects.filter(entry__patient=desk.patient, state=FindingState.OPEN)
    for finding in asked.select_related("entry__visit").order_by("pk"):
        code = finding.entry.visit.code if finding.entry.visit else ""
        if (story.name, code, finding.check_id) not in LEFT_OPEN:
            confirm(finding=finding, by=desk.enters, actor=desk.actor(), text=finding.text, source=SOURCE)
