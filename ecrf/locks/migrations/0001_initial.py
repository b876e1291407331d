"""Freezes and locks, refused at the trail."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from ecrf.audit.functions import install
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('audit', '0001_initial'),
        ('access', '0001_initial'),
        ('casebook', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Lock',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('freeze', 'frozen'), ('lock', 'locked')], max_length=10)),
                ('scope', models.CharField(choices=[('form', 'form'), ('visit', 'visit'), ('patient', 'patient'), ('site', 'site'), ('study', 'study')], max_length=10)),
                ('reason', models.CharField(max_length=500)),
                ('open_points', models.TextField(blank=True, help_text='What was open when it was locked all the same')),
                ('set_at', models.DateTimeField()),
                ('lifted_at', models.DateTimeField(null=True)),
                ('lift_reason', models.CharField(blank=True, max_length=500)),
                ('entry', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casebook.entry')),
                ('lifted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('patient', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='locks', to='casebook.patient')),
                ('set_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='access.site')),
                ('visit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casebook.visit')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('lifted_at__isnull', True)), fields=['scope', 'patient'], name='lock_stands')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('entry__isnull', False), ('patient__isnull', False), ('scope', 'form'), ('site__isnull', False), ('visit__isnull', True)), models.Q(('entry__isnull', True), ('patient__isnull', False), ('scope', 'visit'), ('site__isnull', False), ('visit__isnull', False)), models.Q(('entry__isnull', True), ('patient__isnull', False), ('scope', 'patient'), ('site__isnull', False), ('visit__isnull', True)), models.Q(('entry__isnull', True), ('patient__isnull', True), ('scope', 'site'), ('site__isnull', False), ('visit__isnull', True)), models.Q(('entry__isnull', True), ('patient__isnull', True), ('scope', 'study'), ('site__isnull', True), ('visit__isnull', True)), _connector='OR'), name='lock_scope_fits'), models.CheckConstraint(condition=models.Q(models.Q(('lift_reason', ''), ('lifted_at__isnull', True), ('lifted_by__isnull', True)), models.Q(('lifted_at__isnull', False), ('lifted_by__isnull', False), models.Q(('lift_reason', ''), _negated=True)), _connector='OR'), name='lock_lifted_at_by_and_why'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='lock_has_reason'), models.UniqueConstraint(condition=models.Q(('lifted_at__isnull', True)), fields=('kind', 'site', 'patient', 'visit', 'entry'), name='lock_stands_once', nulls_distinct=False)],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='lock',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            NEW.patient_id, NEW.entry_id, NEW.id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='a1f150640910b6a7ba901a599401e8f606f546c2', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_a86b2', table='locks_lock', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='lock',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='11d7c4af9f3588890d734ee055ec846b1ec63b52', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_c6a84', table='locks_lock', when='BEFORE')),
        ),
        install("locks/sql/refuse.sql", "locks/sql/take.sql"),
    ]
