"""What was done to many queries by one act of the list says of how many it is one."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('queries', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='message',
            name='together',
            field=models.PositiveIntegerField(help_text='For so many queries one act of the list was asked; none: for this one by itself', null=True),
        ),
    ]
