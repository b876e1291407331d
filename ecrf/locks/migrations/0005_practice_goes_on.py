"""A freeze or lock of the study leaves its practice sites as they are."""

from ecrf.audit.functions import install
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('locks', '0004_forms_not_begun'),
    ]

    operations = [
        install("locks/sql/refuse.sql"),
    ]
