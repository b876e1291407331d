"""Items verified by one press say of how many they are one."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('verification', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='verification',
            name='together',
            field=models.PositiveIntegerField(help_text='So many items were verified by one press of “Verify them”; none: by itself', null=True),
        ),
    ]
