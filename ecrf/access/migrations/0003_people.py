"""People: dates of roles and sites, delegation, training; a user name is for ever."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0002_login_try'),
    ]

    operations = [
        migrations.CreateModel(
            name='Delegation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('task', models.CharField(choices=[('enter', 'Enter data'), ('answer', 'Answer queries'), ('sign', 'Sign as sub-investigator'), ('safety-letters', 'Receive safety letters')], max_length=20)),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField(blank=True, help_text='The last day; empty: until it is ended', null=True)),
                ('delegated_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('signed_as', models.CharField(help_text="Signed by the password: the investigator's name as it was printed then", max_length=200)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('end_reason', models.CharField(blank=True, max_length=500, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='TrainingDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(help_text='The same for every version')),
                ('version', models.CharField(max_length=50)),
                ('title', models.CharField(max_length=200)),
                ('kind', models.CharField(choices=[('reading', 'A text to read'), ('practice', 'A visit at the practice site')], default='reading', max_length=20)),
                ('text', models.TextField(help_text='What to read, or where it lies')),
                ('roles', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('investigator', 'Investigator'), ('sub-investigator', 'Sub-investigator'), ('coordinator', 'Coordinator'), ('monitor', 'Monitor'), ('data-manager', 'Data manager'), ('safety', 'Safety'), ('statistician', 'Statistician'), ('inspector', 'Inspector'), ('administrator', 'Administrator')], max_length=20), size=None)),
                ('is_current', models.BooleanField(default=True, help_text='Until the next version, or until it is withdrawn')),
                ('published_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name='TrainingRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('confirmed_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='membership',
            name='membership_once',
        ),
        migrations.RemoveConstraint(
            model_name='membership',
            name='membership_site_fits_role',
        ),
        migrations.AddField(
            model_name='membership',
            name='end_reason',
            field=models.CharField(blank=True, max_length=500, null=True),
        ),
        migrations.AddField(
            model_name='membership',
            name='ended_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='membership',
            name='ended_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='membership',
            name='ends_on',
            field=models.DateField(blank=True, help_text='The last day; empty: until it is ended', null=True),
        ),
        migrations.AddField(
            model_name='membership',
            name='granted_at',
            field=models.DateTimeField(help_text='Empty: as the trail says', null=True),
        ),
        migrations.AddField(
            model_name='membership',
            name='granted_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='membership',
            name='reason',
            field=models.CharField(blank=True, help_text='Why it was given', max_length=500, null=True),
        ),
        migrations.AddField(
            model_name='membership',
            name='starts_on',
            field=models.DateField(blank=True, help_text='The first day; empty: at once', null=True),
        ),
        migrations.AddField(
            model_name='site',
            name='active_from',
            field=models.DateField(blank=True, help_text='The first day on which it takes data. A practice site needs none.', null=True),
        ),
        migrations.AddField(
            model_name='site',
            name='approved_on',
            field=models.DateField(blank=True, help_text='By the ethics committee and the authorities', null=True),
        ),
        migrations.AddField(
            model_name='site',
            name='approved_version',
            field=models.CharField(blank=True, help_text='Of the protocol, as it was approved for this site', max_length=50, null=True),
        ),
        migrations.AddField(
            model_name='site',
            name='closed_on',
            field=models.DateField(blank=True, help_text='From this day on it is read, not written', null=True),
        ),
        migrations.AddField(
            model_name='site',
            name='delegation_from',
            field=models.DateField(blank=True, help_text='From this day on only delegated people work; empty: the log is kept on paper', null=True),
        ),
        migrations.AddField(
            model_name='user',
            name='email',
            field=models.EmailField(blank=True, help_text='Where mail goes; no account is found by it alone', max_length=254, null=True),
        ),
        migrations.AlterField(
            model_name='membership',
            name='is_current',
            field=models.BooleanField(default=True, help_text='Until it is ended'),
        ),
        migrations.AlterField(
            model_name='membership',
            name='role',
            field=models.CharField(choices=[('investigator', 'Investigator'), ('sub-investigator', 'Sub-investigator'), ('coordinator', 'Coordinator'), ('monitor', 'Monitor'), ('data-manager', 'Data manager'), ('safety', 'Safety'), ('statistician', 'Statistician'), ('inspector', 'Inspector'), ('administrator', 'Administrator')], max_length=20),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='username_is_for_ever', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."username" IS DISTINCT FROM (NEW."username"))', func="RAISE EXCEPTION 'A user name is never changed.' USING ERRCODE = 'EC003';", hash='84944b6146e7b633e33ffa0c9f4c37f90153e07f', operation='UPDATE OF "username"', pgid='pgtrigger_username_is_for_ever_688f7', table='access_user', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(condition=models.Q(('is_current', True)), fields=('user', 'role', 'site'), name='membership_once', nulls_distinct=False, violation_error_message='This person has this role there already.'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('role__in', ['coordinator', 'investigator', 'monitor', 'sub-investigator']), ('site__isnull', False)), ('role__in', ['inspector']), models.Q(models.Q(('role__in', ['coordinator', 'inspector', 'investigator', 'monitor', 'sub-investigator']), _negated=True), ('site__isnull', True)), _connector='OR'), name='membership_site_fits_role', violation_error_message='Investigators, sub-investigators, coordinators and monitors belong to a site; the other roles, but for inspectors, to all sites.'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('starts_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='membership_ends_after_start', violation_error_message='The last day is before the first.'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('role', 'inspector'), _negated=True), ('ends_on__isnull', False), _connector='OR'), name='membership_of_inspector_ends', violation_error_message='An inspector has access for a limited time: say its last day.'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(('granted_by__isnull', True), ('granted_at__isnull', False), _connector='OR'), name='membership_granted_by_at'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(('ended_by__isnull', True), ('ended_at__isnull', False), _connector='OR'), name='membership_ended_by_at'),
        ),
        migrations.AddConstraint(
            model_name='site',
            constraint=models.CheckConstraint(condition=models.Q(('closed_on__isnull', True), ('active_from__isnull', False), _connector='OR'), name='site_closed_after_active'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('username'), name='username_once_in_any_case', violation_error_message='This user name is taken. A user name belongs to one person for ever.'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='email_once_in_any_case', violation_error_message='This e-mail address belongs to another account.'),
        ),
        migrations.AddField(
            model_name='delegation',
            name='delegated_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='delegation',
            name='ended_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='delegation',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='delegations', to='access.site'),
        ),
        migrations.AddField(
            model_name='delegation',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='delegations', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='trainingdocument',
            name='published_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='trainingrecord',
            name='confirmed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='training_records', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='trainingrecord',
            name='document',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='records', to='access.trainingdocument'),
        ),
        migrations.AddConstraint(
            model_name='delegation',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('site', 'user', 'task'), name='delegation_once', violation_error_message='This task is delegated to this person already.'),
        ),
        migrations.AddConstraint(
            model_name='delegation',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='delegation_ends_after_start', violation_error_message='The last day is before the first.'),
        ),
        migrations.AddConstraint(
            model_name='delegation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('end_reason__isnull', True), ('ended_at__isnull', True), ('ended_by__isnull', True)), models.Q(('end_reason__isnull', False), ('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='delegation_ended_whole'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='delegation',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            NULL, NULL, NEW.id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='d8e1e848ec05462c95847d9b3c6b0b314047f002', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_d3fad', table='access_delegation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='delegation',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='190652ae39080415601bcc645c34216971ce9a99', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_a53d5', table='access_delegation', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='trainingdocument',
            constraint=models.UniqueConstraint(fields=('key', 'version'), name='training_version_once', violation_error_message='There is this version already.'),
        ),
        migrations.AddConstraint(
            model_name='trainingdocument',
            constraint=models.UniqueConstraint(condition=models.Q(('is_current', True)), fields=('key',), name='training_one_current_version'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='trainingdocument',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            NULL, NULL, NEW.id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='b5af8bba137690d203fe4456a43a4ba573ee3fc9', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_bf99a', table='access_trainingdocument', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='trainingdocument',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='c5dbde6dd4802195383bdb4bf0e3b372fb7d36df', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_692df', table='access_trainingdocument', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='trainingrecord',
            constraint=models.UniqueConstraint(fields=('confirmed_by', 'document'), name='training_confirmed_once'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='trainingrecord',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            NULL, NULL, NEW.id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='531deba407fde71528196fd2154800327a12bf68', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_17897', table='access_trainingrecord', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='trainingrecord',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='32ce91733a136c6a08473a1b9cc48d20098bcfed', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_0c054', table='access_trainingrecord', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='trainingrecord',
            trigger=pgtrigger.compiler.Trigger(name='no_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never changed.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='bf122951ea5763f6d1766979c220101dae0f5eaa', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_no_update_681bf', table='access_trainingrecord', when='BEFORE')),
        ),
    ]
