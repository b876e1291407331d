"""The trail's tables. Only the database's own triggers and functions write them (see `triggers.py`)."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from ecrf.audit.exact_json import ExactJson
from ecrf.audit.triggers import audited

SYSTEM_CHAIN = 0
"""The chain of everything that belongs to no patient: users, sites, memberships."""

ONLY_BY_TRIGGER = """
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'The audit trail is written by the database only.' USING ERRCODE = 'EC002';
    END IF;
    RETURN NEW;
"""
REFUSE = "RAISE EXCEPTION 'The audit trail cannot be changed.' USING ERRCODE = 'EC002';"
UNLESS_REDACTING = "IF audit_is_redacting(TG_RELID) THEN RETURN NULL; END IF; "
ONLY_BY_REDACTING = """
    IF NOT audit_is_redacting(TG_RELID) THEN
        RAISE EXCEPTION 'Tombstones are left by the database only.' USING ERRCODE = 'EC002';
    END IF;
    RETURN NEW;
"""
REDACTED = "[redacted]"
"""Stands where personal data were taken out (in the database's functions too)."""


def _refuse(
    name: str, operation: pgtrigger.Operation | pgtrigger.Operations, unless: str = ""
) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name, level=pgtrigger.Statement, when=pgtrigger.Before, operation=operation, func=unless + REFUSE
    )


def _only_by_trigger(operation: pgtrigger.Operation | pgtrigger.Operations) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name="only_by_trigger", when=pgtrigger.Before, operation=operation, func=ONLY_BY_TRIGGER
    )


class Operation(models.TextChoices):
    INSERT = "INSERT", "entered"
    UPDATE = "UPDATE", "changed"
    DELETE = "DELETE", "deleted"


HAD_A_VALUE = "strict $.* ? (@[0] != null)"
"""Fits `changes` where one of the items had a value before: they were corrected, and not entered for the first time."""
CORRECTS = models.Q(
    models.Func(
        models.F("changes"),
        models.Value(HAD_A_VALUE),
        function="jsonb_path_exists",
        output_field=models.BooleanField(),
    ),
    entry_id__isnull=False,
)


class AuditEvent(models.Model):
    """One change of one row: which items changed from what to what, by whom, when and why."""

    chain = models.BigIntegerField(help_text="The patient's id, or 0 for what belongs to no patient")
    position = models.BigIntegerField(help_text="Place in the chain, from 1 without a gap")
    at = models.DateTimeField(help_text="The server's clock, UTC")
    actor_id = models.BigIntegerField(null=True)
    actor = models.TextField(help_text="User name, never used again for another person")
    role = models.TextField(blank=True)
    site = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    source = models.TextField(help_text="site, monitor, command, synthetic, import")
    transaction = models.TextField(help_text="The same for all that one save changed")
    table = models.TextField()
    row = models.TextField()
    entry_id = models.BigIntegerField(null=True)
    operation = models.TextField(choices=Operation)
    changes = ExactJson(help_text="{item: [old, new]}")
    calculated = ExactJson(help_text="{item: [old, new]} of items the system derived in the same save")
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain", "position"], name="audit_position_unique")]
        indexes = [
            models.Index(fields=["table", "row"], name="audit_row"),
            models.Index(fields=["entry_id"], name="audit_entry", condition=models.Q(entry_id__isnull=False)),
            models.Index(fields=["at", "id"], name="audit_when"),
            # What is looked for in the whole trail: a small part of it, each with an index that holds nothing else.
            models.Index(
                fields=["at"],
                name="audit_begun",
                condition=models.Q(table="casebook_entry", operation=Operation.INSERT),
            ),
            models.Index(
                fields=["actor_id"],
                name="audit_begun_by",
                condition=models.Q(table="casebook_entry", operation=Operation.INSERT),
            ),
            models.Index(
                fields=["at"], name="audit_corrected", condition=CORRECTS & ~models.Q(table="casebook_entry")
            ),
        ]
        triggers = [
            _only_by_trigger(pgtrigger.Insert),
            _refuse("refuse_change", pgtrigger.Update, UNLESS_REDACTING),
            _refuse("refuse_delete", pgtrigger.Delete),
            _refuse("refuse_truncate", pgtrigger.Truncate),
        ]

    def __str__(self) -> str:
        return f"{self.chain}/{self.position} {self.table} {self.operation}"


class AuditChain(models.Model):
    """The head of one chain: how long it is and the hash of its last event."""

    chain = models.BigIntegerField(primary_key=True)
    length = models.BigIntegerField()
    head = models.CharField(max_length=64)

    class Meta:
        triggers = [
            _only_by_trigger(pgtrigger.Insert | pgtrigger.Update),
            _refuse("refuse_delete", pgtrigger.Delete),
            _refuse("refuse_truncate", pgtrigger.Truncate),
        ]

    def __str__(self) -> str:
        return f"{self.chain}: {self.length} events"


@audited(patient="NULLIF(r.chain, 0)", append_only=True)
class Redaction(models.Model):
    """The tombstone of personal data taken out of one event of the trail: where, by whom, when and why.

    Never the text itself, nor a hash of it. `before` and `after` are the sha256 of the event's whole content, made like
    the event's own hash, which stays: so the chain still holds, and tells this event from one that was tampered with.
    """

    chain = models.BigIntegerField(help_text="Of the event, and of this row's own event")
    position = models.BigIntegerField(help_text="Of the event")
    places = models.PositiveIntegerField(help_text="How often the text stood in the event")
    before = models.CharField(max_length=64)
    after = models.CharField(max_length=64)
    reason = models.TextField()
    redacted_at = models.DateTimeField()
    redacted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", help_text="Who answers for it"
    )
    operator = models.CharField(max_length=200, help_text="The machine's user who ran the command")

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(reason=""), name="redaction_has_reason")]
        indexes = [models.Index(fields=["chain", "position"], name="redaction_of")]
        triggers = [
            pgtrigger.Trigger(
                name="only_by_redacting",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=ONLY_BY_REDACTING,
            )
        ]

    def __str__(self) -> str:
        return f"{self.chain}/{self.position}: {self.places} places"


@audited(append_only=True)
class KnownFault(models.Model):
    """A fault of the trail that somebody has looked into: `verify_audit` goes on listing it and no longer fails for it.

    Only the owner of the tables adds one. It stands in the system's chain, whichever chain the fault is in.
    """

    mark = models.CharField(max_length=64, unique=True, help_text="The sha256 of what stands there")
    fault = models.TextField(help_text="In the words of verify_audit")
    reason = models.TextField()
    recorded_at = models.DateTimeField(db_default=Now())
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", help_text="Who answers for it"
    )
    operator = models.CharField(max_length=200, help_text="The machine's user who ran the command")

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(reason=""), name="known_fault_has_reason")]

    def __str__(self) -> str:
        return self.fault
