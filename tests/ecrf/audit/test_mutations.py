"""Whatever somebody with all rights alters in any table is named; and all columns of all tables are looked at."""

import pytest
from django.apps import apps

from ecrf.audit.triggers import AUDITED
from ecrf.audit.verifying.checks import CHECKS
from ecrf.audit.verifying.verify import verify
from tests.builders import a_patient, a_visit, enter
from tests.ecrf.signatures.conftest import change, checked, complete_scale, signed
from tests.ecrf.verification.acts import verify as verify_item
from tests.mutations.excepted import COLUMNS, TABLES
from tests.mutations.mutating import unnamed
from tests.mutations.study import fill

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-009")]

SEED, MUTATIONS = 20261128, 200


@pytest.fixture
def study(site, other_site, coordinator, investigator, outsider, monitor, data_manager, administrator):
    """Three patients at two sites: forms complete and in progress, verified, fallen, signed, broken; then a row at
    least in every table."""
    checked(investigator)
    for value in ("31.5", "170"):
        visit = a_visit(a_patient(site, coordinator), "W04", coordinator)
        enter(visit, "visit", coordinator, occurrence="done", visited_on="2026-01-05", contact="on-site")
        enter(visit, "reading", coordinator, value_1=value, device="SYN-1")
        scale = complete_scale(visit, coordinator)
        verify_item(scale, monitor, item="question_1")
        verify_item(scale, monitor, item="question_2")
        signed(scale, "form", investigator)
        change(visit, coordinator)
        enter(visit.patient, "adverse-event", coordinator, term="Synthetic event", started_on="2026-01")
    third = a_visit(a_patient(other_site, outsider), "W04", outsider)
    complete_scale(third, outsider)
    signed(third.patient, "casebook", checked(outsider))
    assert fill() == []
    assert [str(fault) for fault in verify().faults] == []


def test_every_mutation_of_a_fixed_seed_is_named(study):
    assert unnamed(SEED, MUTATIONS) == []


def test_every_column_of_every_table_is_compared_recomputed_or_named_with_its_reason():
    compared = {audited.model: set(audited.ignored) for audited in AUDITED}
    for model in apps.get_models():
        options = model._meta
        if options.label in TABLES or options.label in ("audit.AuditEvent", "audit.AuditChain"):
            continue
        columns = {f.column: f"{options.label}.{f.name}" for f in options.concrete_fields}
        open_columns = compared.get(model, set(columns))
        for check in CHECKS.values():
            open_columns = open_columns - check.derived.get(options.db_table, set())
        assert {columns[name] for name in open_columns} - set(COLUMNS) == set(), options.label


def test_no_reason_is_given_for_what_is_not_there():
    labels = {model._meta.label for model in apps.get_models()}
    columns = {f"{m._meta.label}.{f.name}" for m in apps.get_models() for f in m._meta.concrete_fields}
    assert set(TABLES) <= labels
    assert set(COLUMNS) <= columns
