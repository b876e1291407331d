"""What a patient who withdraws consent allows from then on, and which use of the data is limited."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('trial', '0010_another_day'),
    ]

    operations = [
        migrations.AddField(
            model_name='endofstudy',
            name='allowed_after',
            field=models.CharField(blank=True, max_length=60, null=True),
        ),
        migrations.AddField(
            model_name='endofstudy',
            name='use_limited',
            field=models.BooleanField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='endofstudy',
            name='use_limits',
            field=models.CharField(blank=True, max_length=200, null=True),
        ),
    ]
