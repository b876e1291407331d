"""In which language report and letter are written; those that are there are English, as they were drafted."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('monitoring', '0002_take_back_start'),
    ]

    operations = [
        migrations.AddField(
            model_name='monitoringvisit',
            name='letter_language',
            field=models.CharField(default='en', help_text='In which the letter is written', max_length=12),
        ),
        migrations.AddField(
            model_name='monitoringvisit',
            name='report_language',
            field=models.CharField(default='en', help_text='In which the report is written', max_length=12),
        ),
    ]
