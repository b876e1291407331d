"""A download of a review screen is told apart from that of the events."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0002_trail_export'),
    ]

    operations = [
        migrations.AddField(
            model_name='trailexport',
            name='screen',
            field=models.CharField(blank=True, help_text='Of the review screen; empty: the events', max_length=20),
        ),
        migrations.AlterField(
            model_name='trailexport',
            name='events',
            field=models.PositiveIntegerField(help_text='How many events, or rows of the screen, were taken out'),
        ),
    ]
