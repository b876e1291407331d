"""The day of an assessment that was not made on the day of its visit."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('trial', '0003_plausible_values'),
    ]

    operations = [
        migrations.AddField(
            model_name='gripstrength',
            name='assessed_on',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='incat',
            name='assessed_on',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='mrcstrength',
            name='assessed_on',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='vitalsigns',
            name='assessed_on',
            field=models.DateField(blank=True, null=True),
        ),
    ]
