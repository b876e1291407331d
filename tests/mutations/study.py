"""Puts a row into every table that is verified and has none yet, as the triggers tell it, so that none is left out."""

import hashlib
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import count
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, connection, models, transaction

from ecrf.access.models import User
from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.models import AuditEvent
from ecrf.casebook.models import Entry
from tests.mutations.excepted import TABLES

ROWS = 3
"""At least so many in each table, so that values can be swapped between two."""
MOMENT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
_number = count(1)


def verified_models() -> list[type[models.Model]]:
    """Those whose rows are verified, other than the trail's own."""
    return [
        model
        for model in apps.get_models()
        if model._meta.label not in TABLES and model._meta.managed and model._meta.app_label != "audit"
    ]


def fill() -> list[str]:
    """Rows for what is empty; of each model of which no row could be made, what the database says."""
    wanting = {model._meta.label: model for model in verified_models()}
    while True:
        refused = {label: why for label, model in wanting.items() if (why := _refusal(model))}
        if len(refused) in (0, len(wanting)):
            break
        wanting = {label: wanting[label] for label in refused}
    _known_fault_and_redaction()
    return sorted(f"{label}: {why}" for label, why in refused.items())


def _refusal(model: type[models.Model]) -> str:
    """Why no row could be made; "" where there is one."""
    rows, why = model._base_manager.count(), ""
    for _turn in range(2 * ROWS):
        if rows >= ROWS:
            break
        try:
            with acting(SYSTEM, source="test", reason="Synthetic"), transaction.atomic():
                model._base_manager.create(**_values(model))
                rows += 1
        except (DatabaseError, LookupError, ObjectDoesNotExist) as error:
            why = f"{type(error).__name__}: {error}"
    return "" if rows else why


def _values(model: type[models.Model]) -> dict[str, Any]:
    given = {
        field.name: _value(field)
        for field in model._meta.concrete_fields
        if not field.generated and not isinstance(field, models.AutoField) and not field.null
    }
    return given | SPECIAL.get(model._meta.label, dict)()


def _value(field: Any) -> Any:
    number = next(_number)
    if isinstance(field, models.ForeignKey):
        rows = field.related_model._base_manager.order_by("pk")
        taken = field.model._base_manager.values(field.name) if field.unique else ()
        return rows.exclude(pk__in=taken).first() or rows.get()
    if field.blank and field.empty_strings_allowed:
        return ""
    if field.choices:
        return field.flatchoices[number % len(field.flatchoices)][0]
    by_kind: list[tuple[type[models.Field], Any]] = [
        (models.BooleanField, False),
        (models.UUIDField, uuid.uuid5(uuid.NAMESPACE_URL, f"synthetic-{number}")),
        (models.JSONField, {}),
        (ArrayField, []),
        (models.DateTimeField, MOMENT),
        (models.DateField, date(2026, 11, 2)),
        (models.TimeField, time(9, 30)),
        (models.GenericIPAddressField, "192.0.2.1"),
        (models.DecimalField, Decimal(1)),
        (models.IntegerField, number % 90 + 1),
        (models.EmailField, f"synthetic-{number}@example.org"),
    ]
    for kind, value in by_kind:
        if isinstance(field, kind):
            return value
    return f"Synthetic {number}"[: field.max_length or None]


def _entry(**more: Any) -> Entry:
    return Entry.objects.filter(**more).order_by("pk")[0]


def _edition() -> dict[str, Any]:
    content = f"Synthetic edition {next(_number)}"
    return {"fingerprint": hashlib.sha256(content.encode()).hexdigest(), "content": content}


def _kept() -> dict[str, Any]:
    from ecrf.exports.models import Export, ExportKind

    content = f"Synthetic content {next(_number)}"
    wanted = {"content_sha256": hashlib.sha256(content.encode()).hexdigest()}
    values = _values(Export) | {"kind": ExportKind.HANDED_OVER, "wanted": wanted}
    return {"export": Export.objects.create(**values), "content": content}


_bytes_of: dict[str, bytes] = {}
"""{SHA-256: the bytes}, of files without pieces yet."""


def _content() -> dict[str, Any]:
    content = f"Synthetic file {next(_number)}".encode()
    sha256 = hashlib.sha256(content).hexdigest()
    _bytes_of[sha256] = content
    return {"sha256": sha256, "size": len(content)}


def _piece() -> dict[str, Any]:
    from ecrf.files.models import FileContent

    content = FileContent.objects.filter(pieces=None, pk__in=_bytes_of).order_by("pk")[0]
    return {"content": content, "number": 0, "piece": _bytes_of[content.pk]}


def _brought_piece() -> dict[str, Any]:
    from ecrf.imports.models import ImportFile

    file = ImportFile.objects.filter(pieces=None, pk__in=_bytes_of).order_by("pk")[0]
    return {"file": file, "number": 0, "content": _bytes_of[file.pk]}


def _stored_file() -> dict[str, Any]:
    entry = _entry()
    return {"kind": "copy", "patient": entry.patient, "entry": entry}


def _of_entry() -> dict[str, Any]:
    entry = _entry()
    return {"entry": entry, "patient": entry.patient, "site": entry.patient.site}


def _row_mark() -> dict[str, Any]:
    entry = _entry()
    digest = hashlib.sha256(f"Synthetic row {next(_number)}".encode()).hexdigest()
    return {"entry": entry, "patient": entry.patient, "digest": digest}


def _site() -> dict[str, Any]:
    return {
        "code": f"S{next(_number)}",
        "time_zone": "Asia/Tokyo",
        "active_from": None,
        "delegation_from": None,
    }


def _transfer() -> dict[str, Any]:
    from ecrf.access.models import Site

    one, other = Site.objects.order_by("pk")[:2]
    return {"from_site": one, "to_site": other, "patient": _entry().patient}


def _two_users() -> tuple[User, User]:
    one, other = User.objects.order_by("pk")[:2]
    return one, other


def _lock() -> dict[str, Any]:
    lifted = {"lifted_at": MOMENT, "lifted_by": _two_users()[0], "lift_reason": "Synthetic"}
    return {**_of_entry(), "scope": "form", "kind": "freeze", **lifted}


def _export() -> dict[str, Any]:
    return {"kind": "data-cut", "state": "queued", "site": _entry().patient.site, "patient": _entry().patient}


SPECIAL: dict[str, Callable[[], dict[str, Any]]] = {
    "listings.RowMark": _row_mark,
    "access.Site": _site,
    "casebook.Transfer": _transfer,
    "exports.Export": _export,
    "exports.FormEdition": _edition,
    "exports.KeptContent": _kept,
    "files.FileContent": _content,
    "files.FilePiece": _piece,
    "files.StoredFile": _stored_file,
    "files.FileVersion": lambda: {"reason": "Synthetic", "boxes": 1},
    "imports.Import": lambda: {"purpose": "import", "state": "checked"},
    "imports.ImportFile": _content,
    "imports.ImportFilePiece": _brought_piece,
    "locks.Lock": _lock,
    "signatures.Signature": lambda: {**_of_entry(), "scope": "form"},
    "verification.Verification": _of_entry,
    "queries.Query": lambda: {**_of_entry(), "number": next(_number), "turn": "site", "asked_in": "monitor"},
    "casebook.ReferenceRange": lambda: {"low": Decimal(1)},
    "people.AccessDecision": lambda: {"is_confirmed": True},
    "verification.SiteShare": lambda: {"share": 20},
}  # fmt: skip


def _known_fault_and_redaction() -> None:
    """As their commands write them: the text that is taken out is an event's reason."""
    from ecrf.audit.models import KnownFault

    who = _two_users()[0]
    with acting(SYSTEM, source="test", reason="Synthetic name"), connection.cursor() as cursor:
        KnownFault.objects.create(
            mark=uuid.uuid4().hex, fault="Synthetic", reason="Synthetic", recorded_by=who, operator="test"
        )
        event = AuditEvent.objects.filter(chain=0).latest("position")
        cursor.execute(
            "SELECT audit_redact(0, %s, 'Synthetic name', '{}', 'Synthetic', %s, 'test')",
            [event.position, who.pk],
        )
