"""What holds for every case report form of the registry, and for every model of ours."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pgtrigger
import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, models
from django.urls import reverse

from ecrf.access.roles import Right
from ecrf.audit.actor import acting
from ecrf.audit.models import AuditEvent
from ecrf.casebook.models import Entry
from ecrf.casebook.places import Place
from ecrf.casebook.record.record import record
from ecrf.casebook.record.store import ensure_entry
from ecrf.casebook.services import add_entry
from ecrf.forms.items import ClockTime, Item
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS, CrfDefinition
from tests.builders import a_patient, a_place, a_visit
from tests.database import sql

pytestmark = pytest.mark.django_db

EVERY_CRF = pytest.mark.parametrize("key", CRFS)
TYPED = {
    "day": "2026-01-05",
    "partial-day": "2026-01",
    "clock": "09:30",
    "line": "Synthetic text",
    "prose": "Synthetic text",
}
DOMAINS = {"AE", "CM", "DM", "DS", "DV", "EX", "IE", "LB", "MH", "MK", "NV", "QS", "SV", "VS"}
UNITS = {
    "%",
    "/min",
    "cm",
    "days",
    "g",
    "kPa",
    "kg",
    "m/s",
    "mL",
    "mL/h",
    "mV",
    "mV·ms",
    "mmHg",
    "ms",
    "of 10",
    "of 100",
    "of 16",
    "of 20",
    "weeks",
    "years",
    "°C",
}
NOT_AUDITED = {
    "audit.AuditEvent": "the trail itself",
    "audit.AuditChain": "the head of the trail",
    "anchors.Installation": "made once, with the database; its triggers refuse any change",
    "anchors.Anchor": "the signed file is the proof, kept elsewhere; its triggers refuse any change of the row",
    "anchors.AnchorDelivery": "how far a copy of a file is on its way",
    "anchors.AuditVerification": "a log of its own, of what verify_audit found: nothing in it can be changed",
    "anchors.Heartbeat": "when the worker was last seen, for a minute",
    "anchors.Downtime": "a log of its own, of when the product was away: nothing in it can be changed",
    "anchors.VerifiedChain": "where the next verification begins; the whole is walked each week all the same",
    "account.UserSession": "there while somebody is logged in; its begin and its end stand in the log of logins",
    "sso.UsedOnce": "a name that counts once, until it would not count anyway; what came of it stands elsewhere",
    "access.LoginTry": "there while a password is checked; what came of it stands in the log of logins",
    "mail.Mail": "a queue; what a mail tells of has its own row in the trail",
    "mail.MailboxMessage": "there is none in production: the demo's mailbox",
    "people.PageCount": "how many pages somebody asked for in an hour; nothing hangs on it but a look at the log",
    "people.UnusualAccess": "derived from the log of logins, which is audited",
    "delegation.PageRead": "a log of its own, of what inspectors read: nothing in it can be changed",
    "casebook.PatientStatus": "derived from the entries, can be rebuilt any time",
    "listings.SavedListing": "what a person likes to list: no data, and no right to any",
    "grid.GridColumns": "what a person likes to see: no data, and no right to any",
    "imports.ImportRow": "what a look at a file found: made anew from the file, whose SHA-256 is audited",
    "files.FileContent": "bytes; their SHA-256 stands with the version, which is audited; triggers refuse any change",
    "files.FilePiece": "the same, in parts",
    "exports.KeptContent": "there until its file is made; its SHA-256 stands with the export, which is audited",
    "casebook.ReviewStatus": "derived from values, verifications and signatures, can be rebuilt any time",
}
DERIVED_AT = {
    "account.UserSession.began_at": "the session is one person's, who stands beside it",
    "account.UserSession.seen_at": "the session is one person's, who stands beside it",
    "account.SecretLink.used_at": "the link is one person's, who stands beside it",
    "account.Authenticator.added_at": "its owner stands beside it; nobody adds one for another person",
    "account.Passkey.added_at": "its owner stands beside it; nobody adds one for another person",
    "account.Passkey.used_at": "its owner stands beside it",
    "account.RecoveryCode.made_at": "its owner stands beside it; nobody makes them for another person",
    "account.RecoveryCode.used_at": "its owner stands beside it",
    "anchors.AnchorDelivery.next_try_at": "of the worker",
    "anchors.AnchorDelivery.done_at": "by the worker",
    "anchors.AnchorDelivery.stamped_at": "by the time-stamp server",
    "anchors.Heartbeat.seen_at": "of the worker",
    "anchors.Downtime.began_at": "of the worker, for which nobody acts",
    "anchors.Downtime.ended_at": "of the worker, for which nobody acts",
    "anchors.AuditVerification.finished_at": "who began it stands beside it",
    "access.LoginTry.began_at": "nobody is logged in yet; the user name stands beside it",
    "casebook.ReviewStatus.completed_at": "derived; who completed the form stands in the trail",
    "casebook.ReviewStatus.changed_at": "derived; who changed the form stands in the trail",
    "verification.Verification.fell_at": "when the value changed; who changed it stands at that place of the trail",
    "mail.Mail.created_at": "asked for in the transaction of an event, which names the person",
    "mail.Mail.next_try_at": "of the worker",
    "mail.Mail.sent_at": "by the worker",
    "mail.MailboxMessage.delivered_at": "by the worker",
    "notices.SeriousNotice.noticed_at": "by the worker; who recorded the event stands in the trail",
    "notices.SeriousNotice.mailed_at": "by the worker",
    "exports.Export.beat_at": "the worker says that it is at it",
    "imports.Import.beat_at": "whoever works on it says that he is at it",
    "imports.Import.finished_at": "who ordered it stands beside it",
    "exports.Export.finished_at": "the worker is done; who asked stands beside it",
    "exports.Export.removed_at": "the worker removes what is old; nobody asks for it",
    "signatures.Signature.broken_at": "when what was signed changed; who did stands at that place of the trail",
}
"""Moments that the database's triggers write: of an event of the trail, which names the person."""
AT_WITHOUT_BY = {
    **DERIVED_AT,
    "trial.MrcStrength.assessed_at": "the assessor is an item of its own; who typed it stands in the trail",
    "trial.Laboratory.collected_at": "the clock time of the sample; who typed it stands in the trail",
    "trial.AdverseEvent.started_at": "the clock time of the event, no act of a person",
    "trial.AdverseEvent.ended_at": "the clock time of the event, no act of a person",
    "trial.SeriousAdverseEvent.became_aware_at": "when the site knew; who typed it stands in the trail",
    "trial.SeriousAdverseEvent.reported_at": "when the site reported; who typed it stands in the trail",
    "trial.Infusion.started_at": "the clock time of the infusion; who typed it stands in the trail",
    "trial.Infusion.ended_at": "the clock time of the infusion; who typed it stands in the trail",
    "trial.InfusionVitals.measured_at": "the clock time of the reading; who typed it stands in the trail",
    "stub_trial.StubVitalSigns.measured_at": "the clock time of the reading; who typed it stands in the trail",
    "stub_trial.StubScale.assessed_at": "the assessor is an item of its own; who typed it stands in the trail",
    "stub_trial.StubEvent.started_at": "the clock time of the event, no act of a person",
    "stub_trial.StubEvent.ended_at": "the clock time of the event, no act of a person",
}


def our_models() -> list[type[models.Model]]:
    forms = {definition.model._meta.app_label for definition in CRFS.values()}
    ours = [a for a in apps.get_app_configs() if a.label in forms or a.name.startswith("ecrf.")]
    return [model for app in ours for model in app.get_models()]


def typed(item) -> str:
    """A text that fits the item."""
    if item.kind == "number":
        return str(item.low if item.low is not None else 1)
    if item.kind == "choice":
        return item.flatchoices[0][0] if item.flatchoices else "yes"
    if item.kind == "link":
        code = page_of(CRFS[item.to])
        return f"{code}.1" if code else "1"
    return TYPED[item.kind]


@pytest.fixture
def patient(site, coordinator):
    return a_patient(site, coordinator)


@pytest.fixture
def by(site, coordinator):
    return coordinator.acting_at(site, Right.ENTER)


def page_of(definition: CrfDefinition) -> str:
    """The code of the first visit that plans the form (or the form whose rows these are); "" for none."""
    key = definition.row_of or definition.key
    return next((plan.code for plan in protocol().visits if key in plan.forms), "")


@pytest.fixture
def place(key, patient, coordinator) -> Place:
    for link in CRFS[key].links.values():
        ensure_logged(_place(link.to, patient, coordinator), coordinator)
    return _place(key, patient, coordinator)


def _place(key: str, patient, coordinator) -> Place:
    code = page_of(CRFS[key])
    where = a_visit(patient, code, coordinator) if code else patient
    return a_place(where, key, parent=1 if CRFS[key].row_of else None)


@pytest.fixture
def empty(place, by):
    """The row of an entry that holds nothing yet."""
    with acting(by, patient_id=place.patient.pk):
        entry = ensure_entry(place)
    return place.definition.model.objects.get(pk=entry.pk)


def ensure_logged(place: Place, coordinator) -> None:
    """A log's page is there once its entry was added; so is what a link names."""
    with acting(coordinator.acting_at(place.patient.site, Right.ENTER), patient_id=place.patient.pk):
        ensure_entry(place)


# --- on the page ----------------------------------------------------------------------------------


@EVERY_CRF
def test_crf_stands_on_its_page_with_a_field_for_each_item(key, place, client, coordinator):
    client.force_login(coordinator)
    number = place.patient.number
    log = CRFS[key].row_of or key
    if log in protocol().logs:
        ensure_logged(a_place(place.patient, log), coordinator)
    at_visit = place.visit and reverse("visit", args=[number, place.visit.code])
    url = at_visit or reverse("log", args=[number, log])
    response = client.get(url)
    assert response.status_code == 200
    page = response.content.decode()
    assert CRFS[key].title in page
    missing = [name for name in CRFS[key].entered if f'name="{key}:{place.address}:{name}"' not in page]
    assert not missing
    assert not [name for name in CRFS[key].entered if f'id="id_{name}"' in page], "a field stands there twice"


@EVERY_CRF
def test_crf_is_scheduled(key):
    scheduled = protocol().scheduled_crfs()
    assert (CRFS[key].row_of or key) in scheduled


def test_schedule_names_only_forms_that_exist():
    assert set(protocol().scheduled_crfs()) <= set(CRFS)


# --- saved ----------------------------------------------------------------------------------------


@EVERY_CRF
def test_crf_saves_empty(key, empty):
    assert all(getattr(empty, name) is None for name in CRFS[key].entered)
    assert empty.missing_reasons == {}
    rows = [CRFS[row] for row in CRFS[key].rows]
    below = sum(len(kind.row_names) * kind.missing_when_blank() for kind in rows)
    visit = empty.entry.visit.code if empty.entry.visit else ""
    assert empty.entry.missing == len(CRFS[key].missing(None, visit)) + below


@pytest.mark.parametrize("key", [key for key, one in CRFS.items() if one.repeat or one.row_of])
def test_one_more_of_the_crf_saves_empty(key, place, by):
    definition = CRFS[key]
    added = add_entry(
        patient=place.patient,
        definition=definition,
        visit=place.visit,
        parent=place.parent,
        by=by,
        request_key=uuid.uuid4(),
        at_least=2,
    )
    assert added.number == 2
    assert definition.model.objects.filter(entry__patient=place.patient).count() == 1


@EVERY_CRF
def test_every_required_item_left_empty_is_named_as_missing(key, empty):
    unconditional = {
        n for n, i in CRFS[key].entered.items() if i.required and not (i.asked_if or i.asked_with)
    }
    assert unconditional <= set(CRFS[key].missing(empty))


@pytest.mark.requirement("R-001")
@pytest.mark.requirement("R-003")
@EVERY_CRF
def test_first_value_of_every_item_is_in_the_trail(key, place, by):
    table = CRFS[key].model._meta.db_table
    for name, item in CRFS[key].entered.items():
        saved = record(place=place, values={name: typed(item)}, by=by)
        assert saved.changed == [name], (name, saved.refused)
        event = AuditEvent.objects.filter(table=table, chain=place.patient.pk).latest("position")
        assert event.changes[name][0] is None
        assert event.changes[name][1] is not None
        assert event.entry_id == saved.row.entry_id
        assert (event.actor, event.role, event.site) == ("coordinator", "coordinator", "01")
        record(place=place, values={name: None}, by=by)  # so that no rule between two items speaks


@EVERY_CRF
def test_calculated_items_are_kept_apart_from_the_entered_ones_in_the_trail(key, empty):
    event = AuditEvent.objects.filter(table=CRFS[key].model._meta.db_table).latest("position")
    assert not set(event.changes) & set(CRFS[key].calculated)


@pytest.mark.requirement("R-095")
@EVERY_CRF
def test_date_in_the_future_is_refused_unless_it_may_lie_there(key, place, by):
    today = place.patient.site.today()
    for name, item in CRFS[key].entered.items():
        if item.kind in ("day", "partial-day"):
            tomorrow = (today + timedelta(days=1)).isoformat()
            result = record(place=place, values={name: tomorrow}, by=by)
            assert bool(result.refused) is not item.future, name
            assert "in the future" in result.refused.get(name, "in the future")
            assert record(place=place, values={name: today.isoformat()}, by=by).is_clean, name
            record(place=place, values={name: None}, by=by)


# --- what the database itself refuses -------------------------------------------------------------


def beyond_limits(definition: CrfDefinition) -> list[tuple[str, Decimal]]:
    """Each item with the first value below and the first above its limits."""
    found = []
    for name, item in definition.items.items():
        step = Decimal(1).scaleb(-getattr(item, "decimal_places", 0))
        found += [(name, item.low - step)] if item.low is not None else []
        found += [(name, item.high + step)] if item.high is not None else []
    return found


LIMITED = [key for key, definition in CRFS.items() if beyond_limits(definition)]


@pytest.mark.requirement("R-090")
@pytest.mark.parametrize("key", LIMITED)
def test_database_refuses_a_value_beyond_the_limits_of_its_item(key, empty, by):
    table = CRFS[key].model._meta.db_table
    for name, value in beyond_limits(CRFS[key]):
        with pytest.raises(IntegrityError, match="_limits"), acting(by):
            sql(f'UPDATE {table} SET "{name}" = %s WHERE entry_id = %s', value, empty.pk)


def test_limits_are_looked_for_in_many_items():
    assert sum(len(beyond_limits(CRFS[key])) for key in LIMITED) > len(LIMITED)


@pytest.mark.requirement("R-001")
@EVERY_CRF
def test_raw_sql_on_the_table_is_in_the_trail(key, empty, by):
    name, item = next(iter(CRFS[key].entered.items()))
    value = item.to_python({"yes": True}.get(typed(item), typed(item)))
    table = CRFS[key].model._meta.db_table
    with acting(by, reason="By hand", source="command"):
        sql(f'UPDATE {table} SET "{name}" = %s WHERE entry_id = %s', value, empty.pk)
    event = AuditEvent.objects.filter(table=table, chain=empty.entry.patient_id).latest("position")
    assert list(event.changes) == [name]
    assert (event.operation, event.reason, event.source) == ("UPDATE", "By hand", "command")


@EVERY_CRF
def test_raw_sql_without_an_actor_is_refused(key, empty):
    name = next(iter(CRFS[key].entered))
    table = CRFS[key].model._meta.db_table
    sql("SELECT set_config('ecrf.actor', '', true)")
    with pytest.raises(DatabaseError, match="names no actor"):
        sql(f"UPDATE {table} SET missing_reasons = %s WHERE entry_id = %s", f'{{"{name}": {{}}}}', empty.pk)


@pytest.mark.requirement("R-120")
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_rows_of_no_table_with_data_can_be_deleted(statement, empty, by):
    for model in our_models():
        if model._meta.label in NOT_AUDITED and not model._meta.label.startswith("audit."):
            continue  # derived, can be rebuilt any time; or there for a moment only
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(DatabaseError, match=r"never deleted|cannot be changed"), acting(by):
            sql(statement.format(model._meta.db_table))


@pytest.fixture
def key():
    """For tests that want any row at all."""
    return next(key for key, definition in CRFS.items() if definition.row_of)


@EVERY_CRF
def test_database_refuses_a_value_and_a_missing_reason_together(key, empty, by):
    name, item = next(iter(CRFS[key].entered.items()))
    value = item.to_python({"yes": True}.get(typed(item), typed(item)))
    table = CRFS[key].model._meta.db_table
    reasons = f'{{"{name}": {{"reason": "unknown", "comment": ""}}}}'
    with pytest.raises(IntegrityError, match="a value and a missing reason"), acting(by):
        sql(
            f'UPDATE {table} SET "{name}" = %s, missing_reasons = %s WHERE entry_id = %s',
            value,
            reasons,
            empty.pk,
        )


@EVERY_CRF
def test_database_refuses_a_missing_reason_for_an_item_the_form_does_not_have(key, empty, by):
    table = CRFS[key].model._meta.db_table
    with pytest.raises(IntegrityError), acting(by):
        sql(f"UPDATE {table} SET missing_reasons = '{{\"nonsense\": {{}}}}' WHERE entry_id = %s", empty.pk)


def test_an_entry_has_one_row_only_and_one_place_only(place, empty, by):
    again = place.new_entry()
    again.parent = empty.entry.parent
    with pytest.raises(IntegrityError, match="entry_once"), acting(by):
        Entry.objects.bulk_create([again])


# --- how a form is declared -----------------------------------------------------------------------


@EVERY_CRF
def test_sections_hold_each_item_once(key):
    shown = [name for section in CRFS[key].sections for name in section.items]
    declared = [f.name for f in CRFS[key].model._meta.local_fields if isinstance(f, Item)]
    assert sorted(shown) == sorted(declared)
    assert all(section.title for section in CRFS[key].sections)


@EVERY_CRF
def test_crf_has_a_title_a_domain_and_a_sentence(key):
    definition = CRFS[key]
    assert definition.title
    assert definition.domain in DOMAINS
    assert (definition.model.__doc__ or "").strip().endswith(".")
    assert key == key.lower()
    assert "_" not in key


@EVERY_CRF
def test_every_item_has_a_label_and_a_known_unit(key):
    for name, item in CRFS[key].items.items():
        assert item.verbose_name, name
        assert str(item.verbose_name)[0].isupper(), name
        assert not item.unit or item.unit in UNITS, (name, item.unit)
        assert not item.unit or item.kind in ("number", "line"), name


@pytest.mark.requirement("R-100")
@EVERY_CRF
def test_a_measure_names_its_unit(key):
    bare = [n for n, i in CRFS[key].items.items() if type(i).__name__ == "Measure" and not i.unit]
    assert not bare


@EVERY_CRF
def test_labels_of_a_form_differ(key):
    labels = [str(item.verbose_name) for item in CRFS[key].items.values()]
    assert len(labels) == len(set(labels))


@EVERY_CRF
def test_a_condition_names_an_item_and_answers_that_exist(key):
    for name, item in CRFS[key].items.items():
        if item.asked_if:
            other, answers = item.asked_if
            known = CRFS[key].items[other]
            codes = {code for code, _ in known.flatchoices} or {"yes", "no"}
            # Only what is calculated may be asked on while it is blank: no answer is being waited for.
            assert set(answers) <= codes | ({""} if known.rule else set()), name
            assert other != name


@EVERY_CRF
def test_item_that_belongs_to_a_form_is_asked_at_one_visit_and_not_at_another(key):
    """Else it would be asked nowhere, or everywhere as any other item."""
    with_it = [plan for plan in protocol().visits if plan.may_hold(key)]
    for name, item in CRFS[key].items.items():
        if item.asked_with:
            assert item.asked_with in CRFS, name
            assert {plan.may_hold(item.asked_with) for plan in with_it} == {True, False}, name


@pytest.mark.requirement("R-091")
@EVERY_CRF
def test_no_item_has_a_default(key):
    assert not [n for n, item in CRFS[key].items.items() if item.has_default()]


# --- every model of ours --------------------------------------------------------------------------


def test_every_foreign_key_is_protected():
    found = [
        f"{model._meta.label}.{field.name}"
        for model in our_models()
        for field in model._meta.local_fields
        if field.remote_field and field.remote_field.on_delete is not models.PROTECT
    ]
    assert not found


@pytest.mark.requirement("R-001")
def test_every_table_is_audited_or_says_why_not():
    audited = {model for model, trigger in pgtrigger.registered() if trigger.name == "audit"}
    assert {model._meta.label for model in our_models() if model not in audited} == set(NOT_AUDITED)


def test_every_trigger_stands_in_the_database():
    wanted = {(m._meta.db_table, t.get_pgid(m)) for m, t in pgtrigger.registered()}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE NOT t.tgisinternal AND t.tgenabled <> 'D'"
        )
        assert wanted <= set(cursor.fetchall())


def _at_fields() -> dict[str, type[models.Model]]:
    fields = [(m, f) for m in our_models() for f in m._meta.local_fields]
    times = models.DateTimeField | ClockTime
    return {
        f"{m._meta.label}.{f.name}": m for m, f in fields if f.name.endswith("_at") and isinstance(f, times)
    }


def _excepted() -> set[str]:
    """Of the models of this run: the trial's or the stub's."""
    labels = {model._meta.app_label for model in our_models()}
    return {label for label in AT_WITHOUT_BY if label.partition(".")[0] in labels}


def test_every_moment_of_an_act_names_its_person():
    alone = set()
    for label, model in _at_fields().items():
        by_name = label.rsplit(".", 1)[1].removesuffix("_at") + "_by"
        if by_name not in {f.name for f in model._meta.local_fields}:
            alone.add(label)
    assert alone == _excepted()


def test_only_clock_times_of_the_study_are_excepted():
    kinds = {label: type(apps.get_model(label.rsplit(".", 1)[0])._meta.get_field(label.rsplit(".", 1)[1]))
             for label in _excepted() - DERIVED_AT.keys()}  # fmt: skip
    assert set(kinds.values()) == {ClockTime}


def test_moment_and_person_that_may_be_empty_are_empty_together():
    for label, model in _at_fields().items():
        name = label.rsplit(".", 1)[1]
        if label in AT_WITHOUT_BY or not model._meta.get_field(name).null:
            continue
        conditions = [
            str(c.condition) for c in model._meta.constraints if isinstance(c, models.CheckConstraint)
        ]
        assert any(name in c and name.removesuffix("_at") + "_by" in c for c in conditions), label


def test_every_person_of_an_act_has_its_moment():
    for model in our_models():
        names = {f.name for f in model._meta.local_fields}
        people = {name for name in names if name.endswith("_by")}
        assert {name.removesuffix("_by") + "_at" for name in people} <= names, model
