"""A start that nothing was done in is taken back whole, before the end."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('monitoring', '0001_initial'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='monitoringvisit',
            name='stays',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='monitoringvisit',
            trigger=pgtrigger.compiler.Trigger(name='stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF OLD.finished_at IS NOT NULL THEN\n        RAISE EXCEPTION 'A finished monitoring visit is never changed.' USING ERRCODE = 'EC003';\n    END IF;\n    IF OLD.called_off_at IS NOT NULL THEN\n        RAISE EXCEPTION 'A monitoring visit that was called off is never changed.' USING ERRCODE = 'EC003';\n    END IF;\n    IF OLD.started_at IS NOT NULL AND (\n        (NEW.site_id, NEW.monitor_id, NEW.planned_on, NEW.how, NEW.purpose)\n        IS DISTINCT FROM (OLD.site_id, OLD.monitor_id, OLD.planned_on, OLD.how, OLD.purpose)\n        -- A start is taken back whole, before the end; or it stays.\n        OR (NEW.started_at IS NULL AND OLD.ended_at IS NOT NULL)\n        OR (NEW.started_at IS NOT NULL AND (NEW.started_at, NEW.started_by_id, NEW.worklist)\n            IS DISTINCT FROM (OLD.started_at, OLD.started_by_id, OLD.worklist))\n    ) THEN\n        RAISE EXCEPTION 'What a monitoring visit started with stays as it was.' USING ERRCODE = 'EC003';\n    END IF;\n    IF OLD.ended_at IS NOT NULL\n        AND (NEW.ended_at, NEW.ended_by_id) IS DISTINCT FROM (OLD.ended_at, OLD.ended_by_id)\n    THEN\n        RAISE EXCEPTION 'The end of a monitoring visit stays as it was.' USING ERRCODE = 'EC003';\n    END IF;\n    RETURN NEW;\n", hash='6a42876cca6a08b85bf9e100cb54bee4526e1a79', operation='UPDATE', pgid='pgtrigger_stays_99143', table='monitoring_monitoringvisit', when='BEFORE')),
        ),
    ]
