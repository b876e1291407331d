"""Safety asks on what it reads, and an answer goes back to it."""

from django.db import migrations, models

TURNS = [
    ('site', 'Site'),
    ('monitor', 'Monitor'),
    ('data-manager', 'Data manager'),
    ('safety', 'Safety'),
    ('anybody', 'Anybody'),
    ('', 'Closed'),
]


class Migration(migrations.Migration):

    dependencies = [
        ('queries', '0004_site_follows_patient'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='query',
            name='query_turn',
        ),
        migrations.AlterField(
            model_name='query',
            name='asked_in',
            field=models.CharField(choices=TURNS, help_text='In which role it was asked: to whom an answer goes', max_length=12),
        ),
        migrations.AlterField(
            model_name='query',
            name='turn',
            field=models.CharField(blank=True, choices=TURNS, max_length=12),
        ),
        migrations.AddConstraint(
            model_name='query',
            constraint=models.CheckConstraint(condition=models.Q(('turn__in', ['site', 'monitor', 'data-manager', 'safety', 'anybody', ''])), name='query_turn'),
        ),
    ]
