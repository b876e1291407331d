"""Whose consent a data manager recorded; nothing stands in what is struck out."""

import django.db.models.deletion
from django.conf import settings
from ecrf.audit.functions import install
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0007_login_when'),
        ('casebook', '0003_struck_visits_and_patients'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='patient',
            name='struck_consent_of',
            field=models.ForeignKey(help_text='The investigator', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='patient',
            name='struck_consent_on',
            field=models.DateField(help_text='Where a data manager struck it out', null=True),
        ),
        migrations.AddField(
            model_name='visit',
            name='struck_consent_of',
            field=models.ForeignKey(help_text='The investigator', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='visit',
            name='struck_consent_on',
            field=models.DateField(help_text='Where a data manager struck it out', null=True),
        ),
        migrations.AddConstraint(
            model_name='patient',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('struck_consent_of__isnull', True), ('struck_consent_on__isnull', True)), models.Q(('struck_consent_of__isnull', False), ('struck_consent_on__isnull', False), ('struck_at__isnull', False)), _connector='OR'), name='patient_consent_of_and_on'),
        ),
        migrations.AddConstraint(
            model_name='visit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('struck_consent_of__isnull', True), ('struck_consent_on__isnull', True)), models.Q(('struck_consent_of__isnull', False), ('struck_consent_on__isnull', False), ('struck_at__isnull', False)), _connector='OR'), name='visit_consent_of_and_on'),
        ),
        install("casebook/sql/refuse_struck.sql"),
    ]
