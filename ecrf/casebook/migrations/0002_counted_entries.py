"""An index of the entries that count, by form: what is calculated over all patients reads no other."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casebook', '0001_initial'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('struck_at', None)), fields=['crf', 'id'], include=('patient', 'visit'), name='entry_counted'),
        ),
    ]
