"""The last minutes and days of the log of logins are found without reading all of it."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0006_what_single_sign_on_logs'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='loginevent',
            index=models.Index(fields=['at'], name='login_when'),
        ),
    ]
