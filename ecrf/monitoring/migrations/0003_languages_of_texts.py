"""In which language report and letter are written. Null in visits that were ended before: the trail of earlier versions
says nothing of these columns, and both were English."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('monitoring', '0002_take_back_start'),
    ]

    operations = [
        migrations.AddField(
            model_name='monitoringvisit',
            name='letter_language',
            field=models.CharField(help_text='In which the letter is written; empty: English', max_length=12, null=True),
        ),
        migrations.AddField(
            model_name='monitoringvisit',
            name='report_language',
            field=models.CharField(help_text='In which the report is written; empty: English', max_length=12, null=True),
        ),
    ]
