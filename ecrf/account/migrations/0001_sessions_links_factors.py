"""Sessions with their owner, links that are sent by mail, and second factors."""

import django.db.models.deletion
import django.utils.timezone
import ecrf.account.models
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Passkey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('credential_id', models.CharField(help_text='base64url', max_length=1400, unique=True)),
                ('credential', models.TextField(help_text='With the public key, as the authenticator gave it; base64url')),
                ('rp_id', models.CharField(help_text='The host that it was made for', max_length=253)),
                ('sign_count', models.BigIntegerField(default=0, help_text='As the authenticator counts; many always say 0')),
                ('added_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('used_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='passkeys', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='RecoveryCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(help_text='Hashed', max_length=128)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('used_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(help_text='Replaced by a newer set, or taken away', null=True)),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recovery_codes', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='SecretLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('invitation', 'Invitation'), ('reset', 'Forgotten password'), ('new-address', 'New e-mail address')], max_length=20)),
                ('nonce', models.CharField(default=ecrf.account.models.new_nonce, max_length=32)),
                ('email', models.EmailField(blank=True, help_text="The address that is to be the account's", max_length=254, null=True)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('valid_until', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
                ('withdrawn_at', models.DateTimeField(help_text='Or replaced by a newer one', null=True)),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='links', to=settings.AUTH_USER_MODEL)),
                ('withdrawn_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='UserSession',
            fields=[
                ('session_key', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='session key')),
                ('session_data', models.TextField(verbose_name='session data')),
                ('expire_date', models.DateTimeField(db_index=True, verbose_name='expire date')),
                ('began_at', models.DateTimeField(null=True)),
                ('seen_at', models.DateTimeField(help_text='The last use, to the minute', null=True)),
                ('address', models.GenericIPAddressField(null=True)),
                ('browser', models.CharField(blank=True, help_text='In words, such as Firefox on Windows', max_length=60)),
                ('user', models.ForeignKey(help_text='Empty: not logged in yet', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'session',
                'verbose_name_plural': 'sessions',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Authenticator',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('secret', models.TextField(help_text='Encrypted (encryption.py)')),
                ('last_step', models.BigIntegerField(help_text='Of the last code that was taken: it and older ones are used up')),
                ('early_step', models.BigIntegerField(help_text='Of one that came before its time: it is not taken when its time comes', null=True)),
                ('added_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='authenticators', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('user',), name='one_authenticator'), models.CheckConstraint(condition=models.Q(('ended_by__isnull', True), ('ended_at__isnull', False), _connector='OR'), name='authenticator_ended_by_at')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='authenticator',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            NULL, NULL, NEW.id::text,\n            ARRAY['last_step', 'early_step']::text[], ARRAY['secret']::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='ee0a2c3db993557166729a9d73eb92733a9d529d', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_f5908', table='account_authenticator', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='authenticator',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='fccac2342442133b32990cc4109cca7e6fd60a75', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_3abe0', table='account_authenticator', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='passkey',
            constraint=models.CheckConstraint(condition=models.Q(('ended_by__isnull', True), ('ended_at__isnull', False), _connector='OR'), name='passkey_ended_by_at'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='passkey',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            NULL, NULL, NEW.id::text,\n            ARRAY['sign_count', 'used_at']::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='3f76db2eb7819949e0a2dc1eff7c65721bbeffba', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_e5dad', table='account_passkey', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='passkey',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='c22595338a311477cec9605d5026cef1ef6aee16', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_8f5b9', table='account_passkey', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='recoverycode',
            constraint=models.CheckConstraint(condition=models.Q(('ended_by__isnull', True), ('ended_at__isnull', False), _connector='OR'), name='recovery_code_ended_by_at'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='recoverycode',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            NULL, NULL, NEW.id::text,\n            ARRAY[]::text[], ARRAY['code']::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='cb4247e2af1d92efe56abb2ac8aa00d987cdb0b5', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_b4085', table='account_recoverycode', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='recoverycode',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='38c4346f66e0c570ddfc73b7b1782f464c5c5662', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_d6eda', table='account_recoverycode', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='secretlink',
            constraint=models.UniqueConstraint(condition=models.Q(('used_at__isnull', True), ('withdrawn_at__isnull', True)), fields=('user', 'kind'), name='one_open_link_of_a_kind'),
        ),
        migrations.AddConstraint(
            model_name='secretlink',
            constraint=models.CheckConstraint(condition=models.Q(('withdrawn_by__isnull', True), ('withdrawn_at__isnull', False), _connector='OR'), name='link_withdrawn_by_at'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='secretlink',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            NULL, NULL, NEW.id::text,\n            ARRAY[]::text[], ARRAY['nonce']::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='8442a835d50f073629fea52eef67f9443af6f62c', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_cb2ef', table='account_secretlink', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='secretlink',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='f3d9940c36ec0717dc7705af3da562061858089a', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_edc1c', table='account_secretlink', when='BEFORE')),
        ),
    ]
