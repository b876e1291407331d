"""The log of the pages that inspectors read."""

import django.db.models.deletion
import django.db.models.functions.datetime
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
            name='PageRead',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('read_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text="The database server's clock")),
                ('path', models.CharField(help_text='The address, without what follows its question mark', max_length=500)),
                ('status', models.PositiveSmallIntegerField(help_text='What was answered: 200 the page, 403 refused')),
                ('read_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['read_by', 'read_at'], name='page_read_by')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pageread',
            trigger=pgtrigger.compiler.Trigger(name='no_update', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never changed.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='916f0649fd46f9ab560f66708d0f5734a9c1c0b7', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_no_update_5700f', table='delegation_pageread', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pageread',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='e5afb0e7a912050b3c5d60a168e96316915edb10', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_a99a7', table='delegation_pageread', when='BEFORE')),
        ),
    ]
