"""A column that an audited table gets later is empty in the rows that are there: the trail says nothing of it."""

from collections.abc import Iterator

import pytest
from django.db.migrations import AddField, CreateModel
from django.db.migrations.loader import MigrationLoader
from django.db.models import Field

from ecrf.audit.triggers import AUDITED

Column = tuple[str, str, Field]


def added_later() -> Iterator[Column]:
    """(model, migration, column) of columns added in another migration than the one that made their table."""
    made: dict[tuple[str, str], str] = {}
    migrations = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    for (app, name), migration in sorted(migrations.items()):
        for operation in migration.operations:
            if isinstance(operation, CreateModel):
                made[app, operation.name.lower()] = name
            elif isinstance(operation, AddField) and made[app, operation.model_name_lower] != name:
                yield f"{app}.{operation.model_name_lower}", name, operation.field


def test_verifying_an_upgraded_database_finds_no_value_that_the_trail_does_not_have() -> None:
    audited = {one.model._meta.label_lower for one in AUDITED}
    filled = [
        f"{model}: {name}" for model, name, field in added_later() if model in audited and not field.null
    ]
    assert filled == []


@pytest.mark.parametrize("model", ["access.user", "monitoring.monitoringvisit"])
def test_columns_that_were_added_are_seen_here(model: str) -> None:
    assert any(name == model for name, _migration, _field in added_later())
