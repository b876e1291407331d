"""Two sites of equal kind with thirteen patients each, entered through the product's own services."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from ecrf.access.models import Membership, Site, User
from ecrf.access.roles import Right, Role
from ecrf.audit.actor import SYSTEM, acting
from ecrf.casebook.laboratory.services import add_ranges
from ecrf.casebook.models import Patient
from ecrf.casebook.places import Place
from ecrf.casebook.record.record import record
from ecrf.forms.registry import CRFS
from tests.bench.browsing import PASSWORD
from tests.bench.reference.models import Plain
from tests.builders import a_patient, a_visit, enter
from trial.synthetic import casebook, laboratory
from trial.synthetic.patients import STORIES, PatientStory

STOPS_BEFORE = "W13"
LAST_VISIT = "W10"
CLIENTS = 8
DAYS_SINCE_BASELINE = 72
DAYS_APART = 3


@dataclass(frozen=True)
class Seeded:
    """One site, who enters there, its thirteen patients, the last of whom has only just begun."""

    site: Site
    coordinator: User
    patients: list[Patient]

    @property
    def begun(self) -> Patient:
        return self.patients[-1]

    @property
    def numbers(self) -> list[str]:
        return [patient.number for patient in self.patients]


@dataclass(frozen=True)
class Study:
    """The site that stays small, the one that grows, a monitor of both, and the reference's rows."""

    small: Seeded
    large: Seeded
    monitor: User
    plain_rows: list[int]


def seed() -> Study:
    """Everything but the crowd."""
    small, large = _site("01"), _site("02")
    with acting(SYSTEM, source="bench"):
        monitor = User.objects.create_user("monitor", "Synthetic monitor", PASSWORD)
        for seeded in (small, large):
            Membership.objects.create(user=monitor, role=Role.MONITOR, site=seeded.site)
        rows = [Plain.objects.create(site=small.site).pk for _ in range(1 + CLIENTS)]
    return Study(small, large, monitor, rows)


def _site(code: str) -> Seeded:
    with acting(SYSTEM, source="bench"):
        site = Site.objects.create(
            code=code, name=f"Synthetic hospital {code}", time_zone="Asia/Tokyo", active_from=date(2000, 1, 1)
        )
        coordinator = User.objects.create_user(f"coordinator{code}", "Synthetic coordinator", PASSWORD)
        Membership.objects.create(user=coordinator, role=Role.COORDINATOR, site=site)
    add_ranges(site=site, given=list(laboratory.ranges(code)), by=coordinator)
    patients = [_patient(_recent(story, n, site), site, coordinator) for n, story in enumerate(STORIES[:-1])]
    patients.append(_begun(site, coordinator))
    return Seeded(site, coordinator, patients)


def _recent(story: PatientStory, n: int, site: Site) -> PatientStory:
    """The same story beginning lately, so that some patients are due this week and some overdue."""
    began = site.today() - timedelta(days=DAYS_SINCE_BASELINE + DAYS_APART * n)
    return replace(story, site=site.code, baseline_on=began)


def _patient(story: PatientStory, site: Site, by: User) -> Patient:
    patient = a_patient(site, by)
    actor = by.acting_at(site, Right.ENTER)
    for page in casebook.pages(story, before=STOPS_BEFORE):
        visit = a_visit(patient, page.code, by) if page.code else None
        for form in page.forms:
            place = Place(patient, CRFS[form.crf], visit, form.number, form.parent)
            done = record(place=place, values=form.values, by=actor)
            assert done.is_clean, f"{story.name} {form}: {done}"
    event = Place(patient, CRFS["adverse-event"])
    record(place=event, values={"term": "Headache"}, by=actor)
    return patient


def _begun(site: Site, by: User) -> Patient:
    """A patient with one value at each of a few visits."""
    patient = a_patient(site, by)
    for code in ("SCR", "W01", "W04"):
        enter(a_visit(patient, code, by), "vital-signs", by, pulse="70")
    return patient
