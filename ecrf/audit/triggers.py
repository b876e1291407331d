"""Puts a table under the audit trail: `@audited(...)` above a model adds the triggers to its migration."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

import pgtrigger
from django.db import models


@dataclass(frozen=True)
class Audited:
    """One model under the trail and the column that names its row there. Of `ignored` columns the trail says nothing,
    of `hidden` ones it has a fingerprint only."""

    model: type[models.Model]
    row: str
    ignored: tuple[str, ...]
    hidden: tuple[str, ...]
    append_only: bool = False

    @property
    def unseen(self) -> tuple[str, ...]:
        """Whose content the trail does not show."""
        return (*self.ignored, *self.hidden)


AUDITED: list[Audited] = []

M = TypeVar("M", bound=type[models.Model])

NO_UPDATE = "RAISE EXCEPTION 'Rows of % are never changed.', TG_TABLE_NAME USING ERRCODE = 'EC003';"
NO_DELETE = "RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';"

NEVER_UPDATED = pgtrigger.Trigger(
    name="no_update",
    level=pgtrigger.Statement,
    when=pgtrigger.Before,
    operation=pgtrigger.Update,
    func=NO_UPDATE,
)
NEVER_DELETED = pgtrigger.Trigger(
    name="no_delete",
    level=pgtrigger.Statement,
    when=pgtrigger.Before,
    operation=pgtrigger.Delete | pgtrigger.Truncate,
    func=NO_DELETE,
)


def _array(names: Iterable[str]) -> str:
    return "ARRAY[" + ", ".join(f"'{name}'" for name in names) + "]::text[]"


def audited(
    *,
    patient: str = "NULL",
    entry: str = "NULL",
    row: str = "id",
    ignore: Iterable[str] = (),
    hide: Iterable[str] = (),
    calculated: Iterable[str] = (),
    append_only: bool = False,
) -> Callable[[M], M]:
    """Audit every insert and update of the model's table, whoever makes it and however; refuse deletes.

    `patient` and `entry` are SQL expressions over the row, named `r`, that give its patient's and entry's id.
    `ignore` names bookkeeping columns, `hide` columns whose content stays out of the trail (passwords),
    `calculated` columns that the system derives. `append_only` refuses updates too.
    """
    func = f"""
        PERFORM audit_write(
            TG_TABLE_NAME::text, TG_OP,
            CASE WHEN TG_OP = 'INSERT' THEN '{{}}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),
            {patient.replace("r.", "NEW.")}, {entry.replace("r.", "NEW.")}, NEW.{row}::text,
            {_array(ignore)}, {_array(hide)}, {_array(calculated)}
        );
        RETURN NULL;
    """
    add_triggers = pgtrigger.register(
        pgtrigger.Trigger(
            name="audit", when=pgtrigger.After, operation=pgtrigger.Insert | pgtrigger.Update, func=func
        ),
        NEVER_DELETED,
        *([NEVER_UPDATED] if append_only else []),
    )

    def decorate(model: M) -> M:
        AUDITED.append(Audited(model, row, tuple(ignore), tuple(hide), append_only))
        return add_triggers(model)  # type: ignore[no-any-return]

    return decorate
