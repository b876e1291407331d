"""Sites ask and note at an item, also of a form that nobody has begun; what asks the site has no kind."""

import django.db.models.deletion
from ecrf.audit.functions import install
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0007_login_when'),
        ('casebook', '0003_struck_visits_and_patients'),
        ('checks', '0001_initial'),
        ('queries', '0002_said_together'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='query',
            name='query_turn',
        ),
        migrations.AddField(
            model_name='query',
            name='crf',
            field=models.CharField(max_length=40, null=True),
        ),
        migrations.AddField(
            model_name='query',
            name='form_number',
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='query',
            name='kind',
            field=models.CharField(choices=[('question', 'Question of the site'), ('note', 'Note')], help_text='None: a query', max_length=8, null=True),
        ),
        migrations.AddField(
            model_name='query',
            name='parent_number',
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='query',
            name='visit',
            field=models.ForeignKey(help_text='Of a form not begun, as the next three', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casebook.visit'),
        ),
        migrations.AlterField(
            model_name='message',
            name='act',
            field=models.CharField(choices=[('opened', 'asked'), ('answered', 'answered'), ('asked-again', 'asked again'), ('passed-on', 'passed on'), ('closed', 'closed'), ('reopened', 'reopened'), ('added', 'added'), ('read', 'read')], max_length=12),
        ),
        migrations.AlterField(
            model_name='query',
            name='asked_in',
            field=models.CharField(choices=[('site', 'Site'), ('monitor', 'Monitor'), ('data-manager', 'Data manager'), ('anybody', 'Anybody'), ('', 'Closed')], help_text='In which role it was asked: to whom an answer goes', max_length=12),
        ),
        migrations.AlterField(
            model_name='query',
            name='entry',
            field=models.ForeignKey(help_text='None: nobody has begun the form', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='queries', to='casebook.entry'),
        ),
        migrations.AlterField(
            model_name='query',
            name='turn',
            field=models.CharField(blank=True, choices=[('site', 'Site'), ('monitor', 'Monitor'), ('data-manager', 'Data manager'), ('anybody', 'Anybody'), ('', 'Closed')], max_length=12),
        ),
        migrations.AddIndex(
            model_name='query',
            index=models.Index(condition=models.Q(('entry__isnull', True)), fields=['patient', 'crf'], name='query_form_not_begun'),
        ),
        migrations.AddConstraint(
            model_name='query',
            constraint=models.CheckConstraint(condition=models.Q(('turn__in', ['site', 'monitor', 'data-manager', 'anybody', ''])), name='query_turn'),
        ),
        migrations.AddConstraint(
            model_name='query',
            constraint=models.CheckConstraint(condition=models.Q(('kind__isnull', True), ('kind__in', ['question', 'note']), _connector='OR'), name='query_kind'),
        ),
        migrations.AddConstraint(
            model_name='query',
            constraint=models.CheckConstraint(condition=models.Q(('turn', ''), models.Q(('kind', 'note'), ('kind__isnull', False), ('turn', 'anybody')), models.Q(models.Q(('kind__isnull', True), ('kind', 'question'), _connector='OR'), models.Q(('turn', 'anybody'), _negated=True)), _connector='OR'), name='query_note_waits_for_nobody'),
        ),
        migrations.AddConstraint(
            model_name='query',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('crf__isnull', True), ('entry__isnull', False), ('form_number__isnull', True)), models.Q(('crf__isnull', False), ('entry__isnull', True), ('form_number__isnull', False), ('kind__isnull', False)), _connector='OR'), name='query_stands_somewhere'),
        ),
        install("queries/sql/take_place.sql"),
    ]
