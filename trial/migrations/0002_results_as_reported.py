"""Laboratory results keep the digits that were reported; what stands is shown as before, without zeros at its end."""

from django.db import migrations

import ecrf.forms.reported_units

ITEMS = ("value", "reference_low", "reference_high")
AS_REPORTED = "ALTER TABLE trial_labresult ALTER COLUMN {item} TYPE numeric USING trim_scale({item})"
WITH_SCALE = "ALTER TABLE trial_labresult ALTER COLUMN {item} TYPE numeric(10, 3)"


class Migration(migrations.Migration):
    dependencies = [("trial", "0001_initial")]

    operations = [
        migrations.RunSQL(
            AS_REPORTED.format(item=item),
            WITH_SCALE.format(item=item),
            state_operations=[
                migrations.AlterField(
                    model_name="labresult",
                    name=item,
                    field=ecrf.forms.reported_units.AsReported(
                        blank=True, decimal_places=3, max_digits=10, null=True
                    ),
                )
            ],
        )
        for item in ITEMS
    ]
