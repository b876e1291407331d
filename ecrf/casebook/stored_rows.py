"""Rows that written-out statements find, as models, and what is stored of one: Django's own way costs a page, or a
save, more than the database does."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, models
from django.db.models.base import ModelState

from ecrf.access.models import User
from ecrf.audit.exact_json import ExactJson

M = TypeVar("M", bound=models.Model)
Convert = Callable[[Any], Any]


def lines_of(sql: str, given: Any) -> list[tuple[Any, ...]]:
    """What a statement finds."""
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return cursor.fetchall()  # type: ignore[no-any-return]


def user_of(pk: str | int, username: str, full_name: str) -> User:
    """A person as pages name them."""
    return as_stored(User, {"id": int(pk), "username": username, "full_name": full_name})


def read_json(model: type[M], text: str, **related: Any) -> M:
    """A model's row from what `to_jsonb(row)::text` gives; `related`: the objects that its foreign keys name."""
    decoder, converters = _reader(model)
    values = decoder.decode(text)
    for name, convert in converters:
        if values[name] is not None:
            values[name] = convert(values[name])
    return as_stored(model, values, **related)


def as_stored(model: type[M], values: Mapping[str, Any], **related: Any) -> M:
    """What `Model.from_db` makes, without the descriptors and signals on the way: a page has hundreds of rows."""
    made = model.__new__(model)
    made.__dict__.update(values)
    made._state = ModelState()
    made._state.adding, made._state.db = False, DEFAULT_DB_ALIAS
    made._state.fields_cache.update(related)
    return made


def store(row: models.Model, names: Iterable[str]) -> None:
    """What `row.save(update_fields=names)` does of a stored row, without the query and the signals on the way."""
    quoted, table, wanted = connection.ops.quote_name, row._meta.db_table, set(names)
    fields = [field for field in row._meta.concrete_fields if field.name in wanted]
    columns = ", ".join(f"{quoted(str(field.column))} = %s" for field in fields)
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    key = quoted(str(row._meta.pk.column))
    sql = f"UPDATE {quoted(table)} SET {columns} WHERE {key} = %s"  # noqa: S608  (names that stand in the models)
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, row.pk])
        if not cursor.rowcount:  # it is out of reach
            raise DatabaseError(f"No row of {table} was changed.")


@cache
def _reader(model: type[models.Model]) -> tuple[json.JSONDecoder, list[tuple[str, Convert]]]:
    """How a model's JSON is decoded, numbers exactly where that matters, and which columns are then converted how."""
    found = [(field.attname, _converter(field)) for field in model._meta.concrete_fields]
    converters = [(name, convert) for name, convert in found if convert]
    is_exact = any(
        isinstance(field, models.DecimalField | ExactJson) for field in model._meta.concrete_fields
    )
    return json.JSONDecoder(parse_float=Decimal if is_exact else None), converters


def _converter(field: models.Field) -> Convert | None:
    if isinstance(field, models.DateTimeField):
        return datetime.fromisoformat
    if isinstance(field, models.DateField):
        return date.fromisoformat
    if isinstance(field, models.TimeField):
        return time.fromisoformat
    if isinstance(field, models.UUIDField):
        return UUID
    return Decimal if isinstance(field, models.DecimalField) else None
