"""Vital signs that nobody can have are refused; the pregnancy of a man is not asked about."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

LIMITS = {
    "systolic": (0, 400),
    "diastolic": (0, 400),
    "pulse": (0, 500),
    "temperature": (10, 50),
    "respiration": (0, 200),
}


def limit(model: str, item: str) -> list[Operation]:
    """What stands beyond the new limits stays as it is until it is corrected: no row is looked at now."""
    name, (low, high) = f"trial_{model}_{item}_limits", LIMITS[item]
    condition = models.Q((f"{item}__gte", low), (f"{item}__lte", high))
    return [
        migrations.RemoveConstraint(model_name=model, name=name),
        AddConstraintNotValid(
            model_name=model, constraint=models.CheckConstraint(condition=condition, name=name)
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [("casebook", "0001_initial"), ("trial", "0002_results_as_reported")]

    operations = [
        *(step for model in ("infusionvitals", "vitalsigns") for item in LIMITS for step in limit(model, item)),
        pgtrigger.migrations.RemoveTrigger(model_name="eligibility", name="audit"),
        migrations.AddField(
            model_name="eligibility", name="sex", field=models.CharField(blank=True, max_length=60, null=True)
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='eligibility',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            (SELECT e.patient_id FROM casebook_entry e WHERE e.id = NEW.entry_id), NEW.entry_id, NEW.entry_id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY['sex']::text[]\n        );\n        RETURN NULL;\n    ", hash='d50ee9b37ecd119a6864b0b10e2854ed4677ba9b', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_58bae', table='trial_eligibility', when='AFTER')),
        ),
    ]
