"""Loads the synthetic study through the product's own services, as the sites would have entered it."""

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context

from django.db import connections, transaction

from ecrf.access.models import Site, User
from ecrf.access.roles import Right
from ecrf.audit.actor import Actor, acting
from ecrf.casebook.data import PatientData
from ecrf.casebook.laboratory.services import add_ranges
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.casebook.places import Place
from ecrf.casebook.record.record import record
from ecrf.casebook.review_status import ReviewStatus
from ecrf.casebook.services import add_patient, complete_entries, open_visit, together
from ecrf.casebook.striking import restore, strike_out
from ecrf.checks.discrepancies import confirm
from ecrf.checks.models import Discrepancy, DiscrepancyState
from ecrf.forms.registry import CRFS
from ecrf.verification.review_status import derive_review_status
from trial.synthetic import accounts, appointments, casebook, laboratory, practice, review, training
from trial.synthetic.accounts import SOURCE
from trial.synthetic.exceptions import LEFT_OPEN
from trial.synthetic.filled import Filled, FilledPage
from trial.synthetic.patients import STORIES, PatientStory

INVESTIGATORS_FORMS = frozenset(
    {"eligibility", "mmn-history", "adverse-event", "serious-adverse-event", "sae-follow-up", "end-of-study"}
)
EARLIER_VERSION = "The demo's data come from an earlier version of it: `make demo-reset` starts anew.\n"

Say = Callable[[str], None]
Whole = tuple[PatientStory, list[FilledPage], FilledPage | None]


class NotLoaded(Exception):
    """The database is another's, or the tables of the synthetic study no longer fit the forms."""


@dataclass(frozen=True)
class SiteStaff:
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
    appointments_where_none()
    _review_where_nobody_did(say, now)
    training.publish_where_none()
    say("\n" if wanted else "")


@transaction.atomic
def appointments_where_none() -> None:
    """Those of the practice site, around the day on which they are made."""
    keys = {_key_of(life.name): life.name for life in practice.LIVES}
    patients = Patient.objects.filter(request_key__in=keys).select_related("site")
    enters, _answers = accounts.writers_of(practice.SITE)
    appointments.make_where_none({keys[patient.request_key]: patient for patient in patients}, enters)


def _review_where_nobody_did(say: Say, now: datetime) -> None:
    """What monitors, investigators and data managers did; for data of an earlier version too."""
    patients = {story.name: _patient(story) for story in STORIES if is_loaded(story)}
    if patients.keys() >= review.PATIENTS and not review.is_done():
        say("\nIts review ...")
        rebuild_missing_review_statuses()
        with transaction.atomic():
            review.review(patients, now)


def rebuild_missing_review_statuses() -> None:
    """Forms that were completed before there were marks get theirs."""
    if not ReviewStatus.objects.exists():
        for story in STORIES:
            derive_review_status(_patient(story))


def _patient(story: PatientStory) -> Patient:
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


def request_key(story: PatientStory) -> uuid.UUID:
    """Always the same for the same invented patient, so that a load that was broken off can go on."""
    return _key_of(story.name)


def _key_of(name: str) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"synthetic-study/{name}")


def is_loaded(story: PatientStory) -> bool:
    return Patient.objects.filter(request_key=request_key(story)).exists()


def add_ranges_where_none() -> None:
    """The reference ranges of the synthetic study's own sites, where there are none yet; other sites are left alone."""
    for site in Site.objects.filter(reference_ranges=None, code__in=accounts.ALL_SITES):
        enters, _answers = accounts.writers_of(site.code)
        add_ranges(site=site, given=list(laboratory.ranges(site.code)), by=enters)


def lacks_forms(loaded: list[tuple[PatientStory, list[FilledPage]]]) -> bool:
    """Whether one of these patients was loaded before some kind of form existed."""
    stored = set(Entry.objects.values_list("patient__request_key", "crf").distinct())
    return any(
        (request_key(story), form.crf) not in stored
        for story, pages in loaded
        for page in pages
        for form in page.forms
    )


@transaction.atomic
def load_patient(story: PatientStory, pages: list[FilledPage], begun: FilledPage | None = None) -> Patient:
    """One patient: every visit entered and completed, the discrepancies answered, then the visit just begun."""
    enters, answers = accounts.writers_of(story.site)
    site = Site.objects.get(code=story.site)
    patient = add_patient(site=site, by=enters, request_key=request_key(story), source=SOURCE)
    staff = SiteStaff(patient, enters, answers)
    with acting(staff.actor(), patient_id=patient.pk, source=SOURCE):
        struck: list[tuple[Filled, Place]] = []
        with together(patient) as data:
            for page in pages:
                visit = _enter(staff, page, data)
                _confirm(staff, story)
                _complete(staff, page, visit, data)
                struck += [(form, staff.place(form, visit)) for form in page.forms if form.struck]
        for form, place in struck:
            _strike(staff, form, place)
        _confirm(staff, story)
        if begun:
            with together(patient) as data:
                _enter(staff, begun, data)
    return patient


def _enter(staff: SiteStaff, page: FilledPage, data: PatientData) -> Visit | None:
    visit = None
    if page.code:
        visit = open_visit(patient=staff.patient, code=page.code, by=staff.enters, source=SOURCE, data=data)
    for form in page.forms:
        by, place = staff.actor(form.crf), staff.place(form, visit)
        done = record(place=place, values=form.values, by=by, source=SOURCE, data=data)
        if not done.is_clean:
            raise NotLoaded(f"{staff.patient} {form.code} {form.crf}: {done.refused or done.wants_reason}")
    return visit


def _complete(staff: SiteStaff, page: FilledPage, visit: Visit | None, data: PatientData) -> None:
    places = [staff.place(form, visit) for form in page.forms if form.parent is None]
    if not places:
        return
    by = staff.actor()
    if gaps := complete_entries(patient=staff.patient, places=places, by=by, source=SOURCE, data=data):
        raise NotLoaded(f"{staff.patient} {page.code}: {', '.join(gap.label for gap in gaps)} missing")


def _strike(staff: SiteStaff, form: Filled, place: Place) -> None:
    """Strike out what was entered by mistake, and take it back where that was a mistake."""
    actor = staff.actor(form.crf)
    entry = Entry.objects.select_related("patient__site").get(**place.lookup())
    strike_out(entry=entry, by=staff.enters, actor=actor, reason=form.struck, source=SOURCE)
    if form.restored:
        restore(entry=entry, actor=actor, reason=form.restored, source=SOURCE)


def _confirm(staff: SiteStaff, story: PatientStory) -> None:
    """The site has answered every question against the source, but for the few that are left open."""
    asked = Discrepancy.objects.filter(entry__patient=staff.patient, state=DiscrepancyState.OPEN)
    for discrepancy in asked.select_related("entry__visit").order_by("pk"):
        code = discrepancy.entry.visit.code if discrepancy.entry.visit else ""
        if (story.name, code, discrepancy.check_id) not in LEFT_OPEN:
            confirm(
                discrepancy=discrepancy,
                by=staff.enters,
                actor=staff.actor(),
                asked=discrepancy.identity,
                source=SOURCE,
            )
