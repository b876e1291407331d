"""The synthetic study put into the tables row by row: what the outcomes read of it, in a second and not in a minute."""

from datetime import UTC, date, datetime

from ecrf.access.models import Site, User
from ecrf.audit.actor import SYSTEM, acting
from ecrf.casebook.models import Entry, Patient, Status, Visit
from ecrf.casebook.record.values import Missing, value_of
from ecrf.forms.crf import Crf
from ecrf.forms.registry import CRFS
from trial.synthetic import casebook
from trial.synthetic.filled import Filled
from trial.synthetic.patients import STORIES, PatientStory

READ = frozenset(
    {
        *("visit", "demographics", "eligibility", "mrc-strength", "grip-strength", "infusion"),
        *("end-of-study", "adverse-event", "protocol-deviation"),
    }
)
"""The forms that the outcomes are calculated from."""
CALCULATES = ("mrc-strength", "grip-strength", "infusion")
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def put_study(by: User, stories: tuple[PatientStory, ...] = STORIES) -> dict[str, Patient]:
    """{name of the story: its patient}, at sites that are made as they are needed."""
    sites: dict[str, Site] = {}
    found = {}
    with acting(SYSTEM, source="test"):
        for code in sorted({story.site for story in stories}):
            sites[code] = Site.objects.create(
                code=code, name=f"Synthetic {code}", time_zone="Asia/Tokyo", active_from=date(2000, 1, 1)
            )
    for story in stories:
        found[story.name] = put_patient(story, sites[story.site], by)
    return found


def put_patient(story: PatientStory, site: Site, by: User) -> Patient:
    sequence = site.patients.count() + 1
    number = f"{site.code}-{sequence:03}"
    with acting(SYSTEM, source="test"):
        patient = Patient(site=site, sequence=sequence, number=number, added_by=by)
        patient.save()
    forms = [form for page in casebook.pages(story) for form in page.forms if form.crf in READ]
    with acting(SYSTEM, patient_id=patient.pk, source="test"):
        codes = dict.fromkeys(form.code for form in forms if form.code)
        visits = Visit.objects.bulk_create([Visit(patient=patient, code=c, opened_by=by) for c in codes])
        by_code = {visit.code: visit for visit in visits}
        entries = Entry.objects.bulk_create([_entry(form, patient, by_code, by) for form in forms])
        for key in READ:
            some = zip(forms, entries, strict=True)
            rows = [_row(form, entry) for form, entry in some if form.crf == key]
            CRFS[key].model._default_manager.bulk_create(rows)
    return patient


def _entry(form: Filled, patient: Patient, visits: dict[str, Visit], by: User) -> Entry:
    definition = CRFS[form.crf]
    struck = {"struck_at": NOW, "struck_by": by, "struck_reason": form.struck} if form.struck else {}
    return Entry(
        patient=patient,
        visit=visits.get(form.code),
        crf=form.crf,
        number=form.number,
        form_version=definition.version,
        form_fingerprint=definition.fingerprint,
        status=Status.COMPLETE,
        **struck if not form.restored else {},
    )


def _row(form: Filled, entry: Entry) -> Crf:
    definition = CRFS[form.crf]
    row = definition.model(entry=entry)
    for name, given in form.values.items():
        if name in definition.links:
            continue  # leads to another form, and no outcome follows it
        value = value_of(definition, name, given, NOW)
        if isinstance(value, Missing):
            row.missing_reasons[name] = {"reason": value.reason, "comment": value.comment}
        else:
            setattr(row, name, value)
    if form.crf in CALCULATES:
        row.calculate(None)
    return row
