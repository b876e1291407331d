"""Facts of patients are kept until the patient's chain moves, and never tell of another moment or another scope."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from ecrf.access.models import Site
from ecrf.audit.actor import SYSTEM, acting
from ecrf.casebook.models import Patient
from ecrf.outcomes import facts
from ecrf.outcomes.current import current_report
from ecrf.outcomes.facts import PatientFacts, facts_of, forget_facts
from ecrf.outcomes.reading import IN_SCOPE, ReportStatement
from ecrf.outcomes.report import ReportScope
from tests.builders import a_patient, a_visit, enter
from tests.conftest import make_site, make_user
from tests.ecrf.casebook.transfer.builders import hand_over
from tests.ecrf.exports.conftest import _one_connection, exports_folder, take  # noqa: F401  (fixtures)

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
SCOPE = ReportScope(NOW)
WEIGHTS = ReportStatement(
    f"""
    SELECT p.id, p.number, s.code, w.kg
    FROM casebook_patient p
    JOIN access_site s ON s.id = p.site_id
    LEFT JOIN (
        SELECT e.patient_id, max(r.weight_kg)::text AS kg
        FROM casebook_entry e JOIN stub_trial_stubvitalsigns r ON r.entry_id = e.id GROUP BY 1
    ) w ON w.patient_id = p.id
    WHERE {IN_SCOPE} AND (%(patients)s::bigint[] IS NULL OR p.id = ANY(%(patients)s))
    ORDER BY p.number
    """,
    ("casebook_patient", "access_site", "casebook_entry", "stub_trial_stubvitalsigns"),
)


class Reads(list):
    """Which patients were read, one list a time."""

    def made(self, lines, **given):
        self.append([number for _pk, number, *_rest in lines])
        return {pk: (*rest, *given.values()) for pk, *rest in lines}


@pytest.fixture
def reads() -> Reads:
    forget_facts()
    return Reads()


@pytest.fixture
def weights(reads) -> PatientFacts:
    return PatientFacts(WEIGHTS, reads.made)


@pytest.fixture
def two(site, coordinator, reads) -> list[Patient]:
    found = [a_patient(site, coordinator), a_patient(site, coordinator)]
    for patient in found:
        _weigh(patient, coordinator, "60.0")
    return found


def _weigh(patient, by, kg: str) -> None:
    visit = patient.visits.first() or a_visit(patient, "W01", by)
    enter(visit, "vital-signs", by, weight_kg=kg)


def test_only_who_changed_is_read_again(two, weights, reads, coordinator, site):
    first, second = two
    assert facts_of(SCOPE, weights) == [(one.number, site.code, "60.0") for one in two]
    facts_of(SCOPE, weights)
    assert reads == [[first.number, second.number]]
    _weigh(second, coordinator, "61")
    assert facts_of(SCOPE, weights)[1] == (second.number, site.code, "61.0")
    third = a_patient(site, coordinator)
    assert facts_of(SCOPE, weights)[2] == (third.number, site.code, None)
    assert reads[1:] == [[second.number], [third.number]]


def test_facts_of_a_site_are_those_of_the_study_and_of_its_patients_alone(
    two, weights, reads, other_site, outsider
):
    other = a_patient(other_site, outsider)
    assert len(facts_of(SCOPE, weights)) == 3
    assert [number for number, *_rest in facts_of(ReportScope(NOW, other_site), weights)] == [other.number]
    assert len(reads) == 1


def test_site_that_is_renamed_or_becomes_a_practice_site_is_seen(two, weights, reads, site):
    facts_of(SCOPE, weights)
    with acting(SYSTEM, source="test"):
        Site.objects.filter(pk=site.pk).update(code="88")
    assert {code for _number, code, _kg in facts_of(SCOPE, weights)} == {"88"}
    with acting(SYSTEM, source="test"):
        Site.objects.filter(pk=site.pk).update(is_practice=True)
    assert facts_of(SCOPE, weights) == []


def test_patient_who_moves_to_another_site_moves_in_the_results(
    two, weights, reads, investigator, data_manager
):
    facts_of(SCOPE, weights)
    other = make_site("77")
    make_user("investigator77", "investigator", other)
    hand_over(two[0], other, data_manager, moved_on=other.today())
    assert [code for _number, code, _kg in facts_of(ReportScope(NOW, other), weights)] == ["77"]


def test_migration_makes_everything_read_anew(two, weights, reads):
    facts_of(SCOPE, weights)
    report = current_report(SCOPE)
    MigrationRecorder(connection).record_applied("stub", "0099_rewrite_rows")
    facts_of(SCOPE, weights)
    assert reads[0] == reads[1]
    assert current_report(SCOPE) is not report


def test_facts_made_of_other_given_values_are_others(two, weights, reads):
    assert facts_of(SCOPE, weights, baseline="W01")[0][-1] == "W01"
    assert facts_of(SCOPE, weights, baseline="W02")[0][-1] == "W02"
    assert facts_of(SCOPE, weights, baseline="W01")[0][-1] == "W01"
    assert len(reads) == 3


def test_write_that_is_taken_back_leaves_nothing(two, weights, coordinator):
    before = facts_of(SCOPE, weights)
    with transaction.atomic():
        _weigh(two[0], coordinator, "99")
        assert facts_of(SCOPE, weights)[0][-1] == "99.0"
        transaction.set_rollback(True)
    assert facts_of(SCOPE, weights) == before
    _weigh(two[0], coordinator, "98")
    assert facts_of(SCOPE, weights)[0][-1] == "98.0"


def test_cut_neither_uses_nor_fills_what_is_kept(two, weights, reads, coordinator, statistician):
    facts_of(SCOPE, weights)
    cut = take(statistician, name="Interim 1").cut
    _weigh(two[0], coordinator, "61")
    of_cut = ReportScope(cut.taken_at, cut=cut)
    assert facts_of(of_cut, weights)[0][-1] == "60.0"
    assert facts_of(SCOPE, weights)[0][-1] == "61.0"
    assert facts_of(of_cut, weights)[0][-1] == "60.0"


def test_memory_is_bounded_and_who_is_not_kept_is_read(two, weights, reads, monkeypatch):
    monkeypatch.setattr(facts, "KEPT_PATIENTS", 1)
    for _ in range(3):
        assert [number for number, *_rest in facts_of(SCOPE, weights)] == [one.number for one in two]
    assert reads[1:] == [[two[1].number]] * 2
    assert sum(map(len, facts._kept.values())) == 1


def test_threads_share_what_is_kept(two, weights, monkeypatch):
    expected = facts_of(SCOPE, weights)
    standing = dict(facts.read(SCOPE, facts.STANDING))
    rows = facts.read(SCOPE, WEIGHTS)
    forget_facts()
    monkeypatch.setattr(  # what the database says, in threads that have no connection of the test's
        facts,
        "read",
        lambda scope, statement, **given: rows if statement is WEIGHTS else list(standing.items()),
    )
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _turn: facts_of(SCOPE, weights), range(200)))
    assert all(one == expected for one in found)
