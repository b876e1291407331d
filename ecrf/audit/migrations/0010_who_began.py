from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0009_what_is_looked_for'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(condition=models.Q(('operation', 'INSERT'), ('table', 'casebook_entry')), fields=['actor_id'], name='audit_begun_by'),
        ),
    ]
