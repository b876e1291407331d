"""The synthetic study of thirteen patients, and the same copied to a thousand by SQL, audited as ever."""

import time

from django.db import connection, models

from ecrf.access.models import Membership, User
from ecrf.access.roles import Role
from ecrf.audit.actor import SYSTEM, acting
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.forms.registry import CRFS
from tests.bench.browsing import PASSWORD
from tests.trial.synthetic_rows import READ, put_study

FEW, MANY = 13, 1000
APART = 10_000
"""Between the keys of a row and of its copies."""
MOVED = {
    "trial_mrcstrength": {"sum_score": "greatest(least(sum_score + %(copy)s %% 7 - 3, 100), 0)"},
    "trial_gripstrength": {"right_best": "right_best + %(copy)s %% 9", "left_best": "left_best + %(copy)s %% 9"},
}  # fmt: skip
"""Values that differ from copy to copy, so that no two courses lie on each other."""


def seed_study() -> User:
    """Thirteen patients, and who sees their results."""
    with acting(SYSTEM, source="bench"):
        by = User.objects.create_user("statistician", "Synthetic statistician", PASSWORD)
        Membership.objects.create(user=by, role=Role.STATISTICIAN)
    put_study(by)
    _analyze()
    return by


def grow() -> str:
    """Copies until there are a thousand; in words what it took."""
    start = time.perf_counter()
    for copy in range(1, -(-MANY // FEW)):
        with acting(SYSTEM, source="bench"):
            _copy(copy, min(FEW, MANY - copy * FEW))
    _analyze()
    return f"{Patient.objects.count():,} patients in {time.perf_counter() - start:.0f} s"


def _copy(copy: int, patients: int) -> None:
    given = {"copy": copy, "apart": copy * APART, "first": FEW, "patients": patients}
    chosen = "SELECT id FROM casebook_patient WHERE id < %(apart_once)s ORDER BY id LIMIT %(patients)s"
    of_an_entry = f"entry_id IN (SELECT id FROM casebook_entry WHERE patient_id IN ({chosen}))"
    given["apart_once"] = APART
    patient = {
        "sequence": "sequence + 100 * %(copy)s",
        "number": "split_part(number, '-', 1) || '-' || lpad((sequence + 100 * %(copy)s)::text, 4, '0')",
        "request_key": "gen_random_uuid()",
    }
    _insert(Patient, patient, f"id IN ({chosen})", given)
    _insert(Visit, {}, f"patient_id IN ({chosen})", given)
    _insert(Entry, {"request_key": "NULL"}, f"patient_id IN ({chosen})", given)
    for key in sorted(READ):
        model = CRFS[key].model
        _insert(model, MOVED.get(model._meta.db_table, {}), of_an_entry, given)


def _insert(model: type[models.Model], changed: dict[str, str], where: str, given: dict[str, int]) -> None:
    """Copy rows, with the keys that lead from one copied row to another."""
    keys = {"id", "patient_id", "visit_id", "entry_id", "parent_id"}
    columns = [field.column for field in model._meta.concrete_fields]
    cells = [changed.get(name, f"{name} + %(apart)s" if name in keys else f'"{name}"') for name in columns]
    listed = ", ".join(f'"{name}"' for name in columns)
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({listed}) SELECT {', '.join(cells)} FROM {table} WHERE {where}",
            given,
        )


def _analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
