"""Whom a site has handed over is asked once for each statement; a secret is hashed once for each look."""

from ecrf.audit.functions import install
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0009_language'),
    ]

    operations = [
        install("access/sql/person.sql"),
    ]
