"""New roles carry the moment they were given; the sites of earlier versions stay active."""

import django.utils.timezone
from django.db import migrations, models

from ecrf.audit.actor import SYSTEM, acting

REASON = "Earlier versions knew no activation: the site takes data since it was added."
ACTIVATE = """
    UPDATE access_site AS site SET active_from = coalesce(
        (SELECT min(event.at)::date FROM audit_auditevent AS event
            WHERE event.chain = 0 AND event."table" = 'access_site' AND event."row" = site.id::text),
        current_date
    ) - 1
    WHERE NOT is_practice AND active_from IS NULL
"""


def keep_sites_active(apps, schema_editor):
    if not apps.get_model("access", "Site").objects.exists():
        return
    with acting(SYSTEM, reason=REASON, source="migration"), schema_editor.connection.cursor() as cursor:
        cursor.execute(ACTIVATE)


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0003_people'),
    ]

    operations = [
        migrations.AlterField(
            model_name='membership',
            name='granted_at',
            field=models.DateTimeField(default=django.utils.timezone.now, help_text='Empty: as the trail says', null=True),
        ),
        migrations.RunPython(keep_sites_active, migrations.RunPython.noop),
    ]
