"""Which anchors were made and where they went, runs of verify_audit, and what tells this installation from others."""

import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('mail', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Anchor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveBigIntegerField(help_text='From 1 without a gap', unique=True)),
                ('made_at', models.DateTimeField()),
                ('made_by', models.CharField(help_text="“worker”, or the machine's user who ran the command", max_length=200)),
                ('occasions', models.JSONField(help_text='Why it was made: daily, lock, casebook-signature, data-cut, asked-for')),
                ('sha256', models.CharField(help_text='Of the file', max_length=64)),
                ('previous', models.CharField(blank=True, help_text='The sha256 of the anchor before', max_length=64)),
                ('keys', models.JSONField(help_text='The ids of the keys that it is signed with')),
                ('chains', models.PositiveBigIntegerField()),
                ('events', models.PositiveBigIntegerField()),
                ('software', models.CharField(max_length=40)),
                ('content', models.TextField(help_text='The file')),
            ],
            options={
                'ordering': ['-number'],
            },
        ),
        migrations.CreateModel(
            name='AnchorDelivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('destination', models.CharField(choices=[('folder', 'Folder'), ('mail', 'Mail'), ('time-stamp', 'Time stamp')], max_length=10)),
                ('to', models.CharField(help_text="The file's name, the address, or the time-stamp server", max_length=400)),
                ('tries', models.PositiveIntegerField(default=0)),
                ('next_try_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('last_error', models.CharField(blank=True, max_length=300)),
                ('done_at', models.DateTimeField(null=True)),
                ('stamp', models.BinaryField(help_text='What the time-stamp server answered', null=True)),
                ('stamped_at', models.DateTimeField(help_text="By the time-stamp server's clock", null=True)),
            ],
            options={
                'ordering': ['anchor', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='AuditVerification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('begun_at', models.DateTimeField()),
                ('begun_by', models.CharField(help_text="“worker”, or the machine's user who ran the command", max_length=200)),
                ('finished_at', models.DateTimeField()),
                ('is_whole', models.BooleanField(help_text='Every event and all data, or only what is new since the last one')),
                ('from_events', models.PositiveBigIntegerField(help_text='So many events had been verified before it')),
                ('to_events', models.PositiveBigIntegerField(default=0, help_text='Up to so many')),
                ('chains', models.PositiveBigIntegerField(default=0)),
                ('anchors', models.PositiveIntegerField(default=0, help_text='So many anchors were compared')),
                ('faults', models.PositiveBigIntegerField(default=0)),
                ('known', models.PositiveBigIntegerField(default=0, help_text='Faults that were recorded as known')),
                ('words', models.JSONField(default=list, help_text='The first faults, in words without values')),
                ('is_ok', models.BooleanField()),
                ('software', models.CharField(max_length=40)),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Installation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField()),
            ],
        ),
        migrations.CreateModel(
            name='VerifiedChain',
            fields=[
                ('chain', models.BigIntegerField(primary_key=True, serialize=False)),
                ('position', models.BigIntegerField()),
                ('hash', models.CharField(max_length=64)),
            ],
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='anchor',
            trigger=pgtrigger.compiler.Trigger(name='no_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never changed.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='ab342e0061bd4164f193ceb11066a67cf87c6570', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_no_update_ce9d5', table='anchors_anchor', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='anchor',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='dd21437ac928b1d893099222d4a8e97a33ae6245', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_e5b22', table='anchors_anchor', when='BEFORE')),
        ),
        migrations.AddField(
            model_name='anchordelivery',
            name='anchor',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='anchors.anchor'),
        ),
        migrations.AddField(
            model_name='anchordelivery',
            name='mail',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='mail.mail'),
        ),
        migrations.AddConstraint(
            model_name='auditverification',
            constraint=models.CheckConstraint(condition=models.Q(('is_ok', False), ('faults', 0), _connector='OR'), name='verification_ok_without_faults'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditverification',
            trigger=pgtrigger.compiler.Trigger(name='no_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never changed.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='401d04982e9315eeba07ecc483b449dc57e2d947', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_no_update_7909a', table='anchors_auditverification', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='auditverification',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='024c6d92af5e8540e4074805274fe0918a223b56', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_c65e4', table='anchors_auditverification', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='installation',
            trigger=pgtrigger.compiler.Trigger(name='no_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never changed.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='329f0b45db68c0efbf37ad5abf3eceae4ad72d64', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_no_update_6bec1', table='anchors_installation', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='installation',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='14a01a1b6e233b0c135f830cca3005cc46417d99', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_a3d66', table='anchors_installation', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='anchordelivery',
            index=models.Index(condition=models.Q(('done_at', None), models.Q(('destination', 'mail'), _negated=True)), fields=['next_try_at'], name='delivery_to_do'),
        ),
        migrations.AddConstraint(
            model_name='anchordelivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('destination', 'mail'), ('mail__isnull', False)), models.Q(models.Q(('destination', 'mail'), _negated=True), ('mail', None)), _connector='OR'), name='delivery_by_mail_has_one'),
        ),
        migrations.AddConstraint(
            model_name='anchordelivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('stamp', None), ('stamped_at', None)), models.Q(('stamp__isnull', False), ('stamped_at__isnull', False)), _connector='OR'), name='delivery_stamp_and_moment'),
        ),
        migrations.AddConstraint(
            model_name='anchordelivery',
            constraint=models.UniqueConstraint(fields=('anchor', 'destination', 'to'), name='delivery_once'),
        ),
        migrations.RunSQL("INSERT INTO anchors_installation (key) VALUES (gen_random_uuid())", migrations.RunSQL.noop),
    ]
