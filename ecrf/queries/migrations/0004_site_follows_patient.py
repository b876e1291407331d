"""The site of a query follows from its patient's, whose move is in the trail: the copy is not told there again."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0007_login_when'),
        ('queries', '0003_questions_and_notes'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='query',
            name='audit',
        ),
        migrations.AlterField(
            model_name='query',
            name='site',
            field=models.ForeignKey(help_text="The patient's, kept here for lists; it moves along", on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.site'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='query',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            NEW.patient_id, NEW.entry_id, NEW.id::text,\n            ARRAY['site_id']::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='8881ac5ec067b31ec4c400d7dbe0f037a34b88df', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_df32d', table='queries_query', when='AFTER')),
        ),
    ]
