"""A patient's rows are read by one function.

It is made after every migration (ecrf/audit/bound/reading.py). Going back takes it off.
"""

from django.db import migrations

WITHOUT_FUNCTION = "DROP FUNCTION IF EXISTS casebook_rows(bigint, text[], bigint[], text[], jsonb)"


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0007_reached'),
    ]

    operations = [
        migrations.RunSQL(migrations.RunSQL.noop, WITHOUT_FUNCTION),
    ]
