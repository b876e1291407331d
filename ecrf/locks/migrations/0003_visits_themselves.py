"""A freeze or lock of a visit holds the visit itself, too: it cannot be struck out."""

from ecrf.audit.functions import install
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('locks', '0002_keep_checklist'),
    ]

    operations = [
        install("locks/sql/refuse.sql"),
    ]
