"""What a site asks or notes at a form that nobody has begun is held by the lock on its visit."""

from ecrf.audit.functions import install
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('locks', '0003_visits_themselves'),
        ('queries', '0003_questions_and_notes'),
    ]

    operations = [
        install("locks/sql/refuse.sql"),
    ]
