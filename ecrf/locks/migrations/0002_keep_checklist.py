"""The checklist as it was stays with the lock; what is refused names the zone as the pages do."""

from ecrf.audit.functions import install
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('locks', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='lock',
            name='checklist',
            field=models.JSONField(help_text='What was open, place by place, as it stood when it was locked', null=True),
        ),
        install("locks/sql/refuse.sql"),
    ]
