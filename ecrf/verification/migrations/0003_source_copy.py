"""The source copy that an item was compared with, and the hash of its bytes."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0007_login_when'),
        ('casebook', '0005_transfer'),
        ('files', '0001_initial'),
        ('verification', '0002_verified_together'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='verification',
            name='copy',
            field=models.ForeignKey(help_text='The source copy beside it', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='verifications', to='files.fileversion'),
        ),
        migrations.AddField(
            model_name='verification',
            name='copy_sha256',
            field=models.CharField(help_text="Of that version's bytes", max_length=64, null=True),
        ),
        migrations.AddConstraint(
            model_name='verification',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('copy__isnull', True), ('copy_sha256__isnull', True)), models.Q(('copy__isnull', False), ('copy_sha256__isnull', False)), _connector='OR'), name='verification_copy_and_hash'),
        ),
    ]
