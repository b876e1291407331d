"""Which columns of the grid a person has chosen."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='GridColumns',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='grid_columns', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('by_form', models.BooleanField(default=False, help_text='A column for each form, not for each visit')),
                ('left_out', models.JSONField(default=list, help_text='The keys of visits, forms and logs that are not shown')),
            ],
        ),
    ]
