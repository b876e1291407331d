"""Rights on single columns of the trail's tables are revoked like those on whole tables."""

from ecrf.audit.functions import install
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0002_known_fault'),
    ]

    operations = [
        install("audit/sql/read_only.sql"),
    ]
