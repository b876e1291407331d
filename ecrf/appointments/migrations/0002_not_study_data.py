"""Appointments are no study data, and no freeze or lock holds them (docs/decisions/0036)."""

from ecrf.audit.functions import install
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('appointments', '0001_initial'),
        ('audit', '0003_revoke_columns'),
        ('locks', '0002_keep_checklist'),
    ]

    operations = [
        install("audit/sql/review_tables.sql", "locks/sql/refuse.sql"),
    ]
