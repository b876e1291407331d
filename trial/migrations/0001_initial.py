"""Every form of this trial, as it was released with 0.1.0."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('casebook', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='AdverseEvent',
            fields=[
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='casebook.entry')),
                ('missing_reasons', models.JSONField(blank=True, default=dict, help_text='{item: {reason, comment}} of items without a value, and why')),
                ('term', models.CharField(blank=True, max_length=200, null=True)),
                ('started_on', models.CharField(blank=True, max_length=10, null=True)),
                ('started_at', models.TimeField(blank=True, null=True)),
                ('ongoing', models.BooleanField(blank=True, null=True)),
                ('ended_on', models.CharField(blank=True, max_length=10, null=True)),
                ('ended_at', models.TimeField(blank=True, null=True)),
                ('severity', models.CharField(blank=True, max_length=60, null=True)),
                ('serious', models.BooleanField(blank=True, null=True)),
                ('relation', models.CharField(blank=True, max_length=60, null=True)),
                ('related_infusion', models.CharField(blank=True, max_length=20, null=True)),
                ('action', models.CharField(blank=True, max_length=60, null=True)),
                ('treated', models.BooleanField(blank=True, null=True)),
                ('treatment', models.CharField(blank=True, max_length=200, null=True)),
                ('outcome', models.CharField(blank=True, max_length=60, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ConcomitantMedication',
            fields=[
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='casebook.entry')),
                ('missing_reasons', models.JSONField(blank=True, default=dict, help_text='{item: {reason, comment}} of items without a value, and why')),
                ('name', models.CharField(blank=True, max_length=200, null=True)),
                ('given_for', models.CharField(blank=True, max_length=60, null=True)),
                ('adverse_event', models.CharField(blank=True, max_length=20, null=True)),
                ('medical_history', models.CharField(blank=True, max_length=20, null=True)),
                ('indication', models.CharField(blank=True, max_length=200, null=True)),
                ('dose', models.CharField(blank=True, max_length=60, null=True)),
                ('route', models.CharField(blank=True, max_length=60, null=True)),
                ('frequency', models.CharField(blank=True, max_length=60, null=True)),
                ('frequency_other', models.CharField(blank=True, max_length=60, null=True)),
                ('started_on', models.CharField(blank=True, max_length=10, null=True)),
                ('ongoing', models.BooleanField(blank=True, null=True)),
                ('ended_on', models.CharField(blank=True, max_length=10, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='casebook.entry')),
                ('missing_reasons', models.JSONField(blank=True, default=dict, help_text='{item: {reason, comment}} of items without a value, and why')),
                ('signed_on', models.DateField(blank=True, null=True)),
                ('form_version', models.CharField(blank=True, max_length=60, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Demographics',
            fields=[
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='casebook.entry')),
                ('missing_reasons', models.JSONField(blank=True, default=dict, help_text='{item: {reason, comment}} of items without a value, and why')),
                ('born_on', models.CharField(blank=True, max_length=10, null=True)),
                ('age_years', models.IntegerField(blank=True, null=True)),
                ('sex', models.CharField(blank=True, max_length=60, null=True)),
                ('dominant_hand', models.CharField(blank=True, max_length=60, null=True)),
                ('more_affected_hand', models.CharField(blank=True, max_length=60, null=True)),
                ('height_cm', models.DecimalField(blank=True, decimal_places=1, max_digits=10, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Eligibility',
            fields=[
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='casebook.entry')),
                ('missing_reasons', models.JSONField(blank=True, default=dict, help_text='{item: {reason, comment}} of items without a value, and why')),
                ('has_definite_or_probable_mmn', models.BooleanField(blank=True, null=True)),
                ('needs_high_dose_ivig', models.BooleanField(blank=True, null=True)),
                ('treatment_unchanged', models.BooleanField(blank=True, null=True)),
                ('is_of_age', models.BooleanField(blank=True, null=True)),
                ('has_consented', models.BooleanField(blank=True, null=True)),
                ('has_iga_deficiency', models.BooleanField(blank=True, null=True)),
                ('is_hypersensitive', models.BooleanField(blank=True, null=True)),
                ('has_severe_disease', models.BooleanField(blank=True, null=True)),
                ('has_thromboembolic_risk', models.BooleanField(blank=True, null=True)),
                ('is_pregnant_or_lactating', models.BooleanField(blank=True, null=True)),
                ('takes_other_trial_drug', models.BooleanField(blank=True, null=True)),
                ('eligible', models.BooleanField(blank=True, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='EndOfStudy',
            fields=[
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='casebook.entry')),
                ('missing_reasons', models.JSONField(blank=True, default=dict, help_text='{item: {reason, comment}} of items without a value, and why')),
                ('reason', models.CharField(blank=True, max_length=60, null=True)),
                ('ended_on', models.DateField(blank=True, null=True)),
                ('last_dose_on', models.DateField(blank=True, null=True)),
                ('adverse_event', models.CharField(blank=True, max_length=20, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='GripStrength',
            fields=[
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='casebook.entry')),
                ('missing_reasons', models.JSONField(blank=True, default=dict, help_text='{item: {reason, comment}} of items without a value, and why')),
                ('device', models.CharField(blank=True, max_length=60, null=True)),
                ('assessor', models.CharField(blank=True, max_length=60, null=True)),
                ('right_1', models.DecimalField(blank=True, decimal_places=1, max_digits=10, null=True)),
                ('right_2', models.DecimalField(blank=True, decimal_places=1, max_digits=10, null=True)),
                ('right_3', models.DecimalField(blank=True, decimal_places=1, max_digits=10, null=True)),
                ('left_1', models.DecimalField(blank=True, decimal_places=1, max_digits=10, null=True)),
                ('left_2', models.DecimalField(blank=True, decimal_places=1, max_digits=10, null=True)),
                ('left_3', models.DecimalField(blank=True, decimal_places=1, max_digits=10, null=True)),
                ('right_best', models.DecimalField(blank=True, decimal_places=1, max_digits=10, null=True)),
                ('right_mean', models.DecimalField(blank=True, decimal_places=1, max_digits=10, null=True)),
                ('left_best', models.DecimalField(blank=True, decimal_places=1, max_digits=10, null=True)),
                ('left_mean', models.DecimalField(blank=True, decimal_places=1, max_digits=10, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Incat',
            fields=[
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='casebook.entry')),
                ('missing_reasons', models.JSONField(blank=True, default=dict, help_text='{item: {reason, comment}} of items without a value, and why')),
                ('assessor', models.CharField(blank=True, max_length=60, null=True)),
                ('arm', models.IntegerField(blank=True, null=True)),
                ('leg', models.IntegerField(blank=True, null=True)),
                ('total', models.IntegerField(blank=True, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Infusion',
            fields=[
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='casebook.entry')),
                ('missing_reasons', models.JSONField(blank=True, default=dict, help_text='{item: {reason, comment}} of items without a value, and why')),
                ('infused_on', models.DateField(blank=True, null=True)),
                ('dosing_weight_kg', models.DecimalField(blank=True, decimal_places=1, max_digits=10, null=True)),
                ('split_days', models.IntegerField(blank=True, null=True)),
                ('phase', models.CharField(blank=True, max_length=60, null=True)),
                ('cycle', models.IntegerField(blank=True, null=True)),
                ('planned_dose_g', models.DecimalField(blank=True, decimal_places=1, max_digits=10, null=True)),
                ('planned_volume_ml', models.DecimalField(blank=True, decimal_places=0, max_digits=10, null=True)),
                ('premedicated', models.BooleanField(blank=True, null=True)),
                ('premedication', models.CharField(blank=True, max_length=200, null=True)),
                ('given_g', models.DecimalField(blank=True, decimal_places=1, max_digits=10, null=True)),
                ('given_ml', models.DecimalField(blank=True, decimal_places=1, max_digits=10, null=True)),
                ('started_at', models.TimeField(blank=True, null=True)),
                ('ended_next_day', models.BooleanField(blank=True, null=True)),
                ('ended_at', models.TimeField(blank=True, null=True)),
                ('rate_steps', models.CharField(blank=True, max_length=200, null=True)),
                ('interrupted', models.BooleanField(blank=True, null=True)),
                ('interrupted_why', models.CharField(blank=True, max_length=200, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='InfusionLot',
            fields=[
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='casebook.entry')),
                ('missing_reasons', models.JSONField(blank=True, default=dict, help_text='{item: {reason, comment}} of items without a value, and why')),
                ('lot_number', models.CharField(blank=True, max_length=40, null=True)),
                ('expires_on', models.CharField(blank=True, max_length=10, null=True)),
                ('grams', models.DecimalField(blank=True, decimal_places=1, max_digits=10, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='InfusionVitals',
            fields=[
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='casebook.entry')),
                ('missing_reasons', models.JSONField(blank=True, default=dict, help_text='{item: {reason, comment}} of items without a value, and why')),
                ('time_point', models.CharField(blank=True, max_length=60, null=True)),
                ('measured_at', models.TimeField(blank=True, null=True)),
                ('systolic', models.IntegerField(blank=True, null=True)),
                ('diastolic', models.IntegerField(blank=True, null=True)),
                ('pulse', models.IntegerField(blank=True, null=True)),
                ('temperature', models.DecimalField(blank=True, decimal_places=1, max_digits=10, null=True)),
                ('respiration', models.IntegerField(blank=True, null=True)),
                ('spo2', models.IntegerField(blank=True, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Laboratory',
            fields=[
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='casebook.entry')),
                ('missing_reasons', models.JSONField(blank=True, default=dict, help_text='{item: {reason, comment}} of items without a value, and why')),
                ('collected_on', models.DateField(blank=True, null=True)),
                ('collected_at', models.TimeField(blank=True, null=True)),
                ('fasting', models.BooleanField(blank=True, null=True)),
                ('laboratory', models.CharField(blank=True, max_length=200, null=True)),
                ('comment', models.CharField(blank=True, max_length=200, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='LabResult',
            fields=[
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='casebook.entry')),
                ('missing_reasons', models.JSONField(blank=True, default=dict, help_text='{item: {reason, comment}} of items without a value, and why')),
                ('test', models.CharField(blank=True, max_length=60, null=True)),
                ('comparator', models.CharField(blank=True, max_length=60, null=True)),
                ('value', models.DecimalField(blank=True, decimal_places=3, max_digits=10, null=True)),
                ('unit', models.CharField(blank=True, max_length=40, null=True)),
                ('result_unit', models.CharField(blank=True, max_length=40, null=True)),
                ('reference_low', models.DecimalField(blank=True, decimal_places=3, max_digits=10, null=True)),
                ('reference_high', models.DecimalField(blank=True, decimal_places=3, max_digits=10, null=True)),
                ('reference_range', models.CharField(blank=True, max_length=40, null=True)),
                ('flag', models.CharField(blank=True, max_length=60, null=True)),
                ('significant', models.BooleanField(blank=True, null=True)),
                ('comment', models.CharField(blank=True, max_length=200, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='MedicalHistory',
            fields=[
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='casebook.entry')),
                ('missing_reasons', models.JSONField(blank=True, default=dict, help_text='{item: {reason, comment}} of items without a value, and why')),
                ('term', models.CharField(blank=True, max_length=200, null=True)),
                ('started_on', models.CharField(blank=True, max_length=10, null=True)),
                ('ongoing', models.BooleanField(blank=True, null=True)),
                ('ended_on', models.CharField(blank=True, max_length=10, null=True)),
                ('comment', models.TextField(blank=True, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='MmnHistory',
            fields=[
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='casebook.entry')),
                ('missing_reasons', models.JSONField(blank=True, default=dict, help_text='{item: {reason, comment}} of items without a value, and why')),
                ('onset_on', models.CharField(blank=True, max_length=10, null=True)),
                ('diagnosed_on', models.CharField(blank=True, max_length=10, null=True)),
                ('right_arm', models.BooleanField(blank=True, null=True)),
                ('left_arm', models.BooleanField(blank=True, null=True)),
                ('right_leg', models.BooleanField(blank=True, null=True)),
                ('left_leg', models.BooleanField(blank=True, null=True)),
                ('progressive_weakness', models.BooleanField(blank=True, null=True)),
                ('no_sensory_loss', models.BooleanField(blank=True, null=True)),
                ('arms_predominate', models.BooleanField(blank=True, null=True)),
                ('reflexes_reduced', models.BooleanField(blank=True, null=True)),
                ('cranial_nerves_spared', models.BooleanField(blank=True, null=True)),
                ('cramps_fasciculations', models.BooleanField(blank=True, null=True)),
                ('responded_to_treatment', models.BooleanField(blank=True, null=True)),
                ('upper_motor_neuron_signs', models.BooleanField(blank=True, null=True)),
                ('marked_bulbar', models.BooleanField(blank=True, null=True)),
                ('marked_sensory_loss', models.BooleanField(blank=True, null=True)),
                ('diffuse_symmetric_weakness', models.BooleanField(blank=True, null=True)),
                ('conduction_block', models.CharField(blank=True, max_length=60, null=True)),
                ('sensory_conduction_normal', models.BooleanField(blank=True, null=True)),
                ('anti_gm1', models.CharField(blank=True, max_length=60, null=True)),
                ('csf_protein_raised', models.BooleanField(blank=True, null=True)),
                ('mri_plexus_abnormal', models.BooleanField(blank=True, null=True)),
                ('category', models.CharField(blank=True, max_length=60, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='MrcStrength',
            fields=[
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='casebook.entry')),
                ('missing_reasons', models.JSONField(blank=True, default=dict, help_text='{item: {reason, comment}} of items without a value, and why')),
                ('assessor', models.CharField(blank=True, max_length=60, null=True)),
                ('assessed_at', models.TimeField(blank=True, null=True)),
                ('before_dose', models.BooleanField(blank=True, null=True)),
                ('right_shoulder_abduction', models.IntegerField(blank=True, null=True)),
                ('left_shoulder_abduction', models.IntegerField(blank=True, null=True)),
                ('right_elbow_flexion', models.IntegerField(blank=True, null=True)),
                ('left_elbow_flexion', models.IntegerField(blank=True, null=True)),
                ('right_elbow_extension', models.IntegerField(blank=True, null=True)),
                ('left_elbow_extension', models.IntegerField(blank=True, null=True)),
                ('right_wrist_extension', models.IntegerField(blank=True, null=True)),
                ('left_wrist_extension', models.IntegerField(blank=True, null=True)),
                ('right_finger_abduction', models.IntegerField(blank=True, null=True)),
                ('left_finger_abduction', models.IntegerField(blank=True, null=True)),
                ('right_hip_flexion', models.IntegerField(blank=True, null=True)),
                ('left_hip_flexion', models.IntegerField(blank=True, null=True)),
                ('right_knee_extension', models.IntegerField(blank=True, null=True)),
                ('left_knee_extension', models.IntegerField(blank=True, null=True)),
                ('right_knee_flexion', models.IntegerField(blank=True, null=True)),
                ('left_knee_flexion', models.IntegerField(blank=True, null=True)),
                ('right_ankle_dorsiflexion', models.IntegerField(blank=True, null=True)),
                ('left_ankle_dorsiflexion', models.IntegerField(blank=True, null=True)),
                ('right_ankle_plantar_flexion', models.IntegerField(blank=True, null=True)),
                ('left_ankle_plantar_flexion', models.IntegerField(blank=True, null=True)),
                ('sum_score', models.IntegerField(blank=True, null=True)),
                ('graded', models.IntegerField(blank=True, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='NerveConduction',
            fields=[
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='casebook.entry')),
                ('missing_reasons', models.JSONField(blank=True, default=dict, help_text='{item: {reason, comment}} of items without a value, and why')),
                ('tested_on', models.DateField(blank=True, null=True)),
                ('device', models.CharField(blank=True, max_length=60, null=True)),
                ('examiner', models.CharField(blank=True, max_length=60, null=True)),
                ('arm_skin_c', models.DecimalField(blank=True, decimal_places=1, max_digits=10, null=True)),
                ('leg_skin_c', models.DecimalField(blank=True, decimal_places=1, max_digits=10, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='NerveSegment',
            fields=[
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='casebook.entry')),
                ('missing_reasons', models.JSONField(blank=True, default=dict, help_text='{item: {reason, comment}} of items without a value, and why')),
                ('nerve', models.CharField(blank=True, max_length=60, null=True)),
                ('side', models.CharField(blank=True, max_length=60, null=True)),
                ('segment', models.CharField(blank=True, max_length=60, null=True)),
                ('distal_latency_ms', models.DecimalField(blank=True, decimal_places=1, max_digits=10, null=True)),
                ('distal_amplitude_mv', models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True)),
                ('lower_limit_mv', models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True)),
                ('distal_duration_ms', models.DecimalField(blank=True, decimal_places=1, max_digits=10, null=True)),
                ('distal_area', models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True)),
                ('proximal_amplitude_mv', models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True)),
                ('proximal_duration_ms', models.DecimalField(blank=True, decimal_places=1, max_digits=10, null=True)),
                ('proximal_area', models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True)),
                ('velocity', models.DecimalField(blank=True, decimal_places=1, max_digits=10, null=True)),
                ('skin_c', models.DecimalField(blank=True, decimal_places=1, max_digits=10, null=True)),
                ('area_reduction_percent', models.DecimalField(blank=True, decimal_places=1, max_digits=10, null=True)),
                ('duration_increase_percent', models.DecimalField(blank=True, decimal_places=1, max_digits=10, null=True)),
                ('block', models.CharField(blank=True, max_length=60, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PriorTreatment',
            fields=[
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='casebook.entry')),
                ('missing_reasons', models.JSONField(blank=True, default=dict, help_text='{item: {reason, comment}} of items without a value, and why')),
                ('product', models.CharField(blank=True, max_length=200, null=True)),
                ('dose', models.CharField(blank=True, max_length=200, null=True)),
                ('last_given_on', models.CharField(blank=True, max_length=10, null=True)),
                ('interval_weeks', models.DecimalField(blank=True, decimal_places=1, max_digits=10, null=True)),
                ('response', models.CharField(blank=True, max_length=60, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ProtocolDeviation',
            fields=[
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='casebook.entry')),
                ('missing_reasons', models.JSONField(blank=True, default=dict, help_text='{item: {reason, comment}} of items without a value, and why')),
                ('what', models.TextField(blank=True, null=True)),
                ('occurred_on', models.DateField(blank=True, null=True)),
                ('category', models.CharField(blank=True, max_length=60, null=True)),
                ('severity', models.CharField(blank=True, max_length=60, null=True)),
                ('visit_link', models.CharField(blank=True, max_length=20, null=True)),
                ('action', models.CharField(blank=True, max_length=200, null=True)),
                ('reported_on', models.DateField(blank=True, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Reconsent',
            fields=[
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='casebook.entry')),
                ('missing_reasons', models.JSONField(blank=True, default=dict, help_text='{item: {reason, comment}} of items without a value, and why')),
                ('signed_on', models.DateField(blank=True, null=True)),
                ('form_version', models.CharField(blank=True, max_length=60, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SaeFollowUp',
            fields=[
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='casebook.entry')),
                ('missing_reasons', models.JSONField(blank=True, default=dict, help_text='{item: {reason, comment}} of items without a value, and why')),
                ('followed_on', models.DateField(blank=True, null=True)),
                ('news', models.TextField(blank=True, null=True)),
                ('outcome', models.CharField(blank=True, max_length=60, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SeriousAdverseEvent',
            fields=[
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='casebook.entry')),
                ('missing_reasons', models.JSONField(blank=True, default=dict, help_text='{item: {reason, comment}} of items without a value, and why')),
                ('adverse_event', models.CharField(blank=True, max_length=20, null=True)),
                ('death', models.BooleanField(blank=True, null=True)),
                ('life_threatening', models.BooleanField(blank=True, null=True)),
                ('hospital_stay', models.BooleanField(blank=True, null=True)),
                ('disability', models.BooleanField(blank=True, null=True)),
                ('congenital_anomaly', models.BooleanField(blank=True, null=True)),
                ('other_important', models.BooleanField(blank=True, null=True)),
                ('became_aware_on', models.DateField(blank=True, null=True)),
                ('became_aware_at', models.TimeField(blank=True, null=True)),
                ('reported_on', models.DateField(blank=True, null=True)),
                ('reported_at', models.TimeField(blank=True, null=True)),
                ('narrative', models.TextField(blank=True, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='VisitRecord',
            fields=[
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='casebook.entry')),
                ('missing_reasons', models.JSONField(blank=True, default=dict, help_text='{item: {reason, comment}} of items without a value, and why')),
                ('occurrence', models.CharField(blank=True, max_length=60, null=True)),
                ('visited_on', models.DateField(blank=True, null=True)),
                ('contact', models.CharField(blank=True, max_length=60, null=True)),
                ('missed_reason', models.CharField(blank=True, max_length=200, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='VitalSigns',
            fields=[
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='casebook.entry')),
                ('missing_reasons', models.JSONField(blank=True, default=dict, help_text='{item: {reason, comment}} of items without a value, and why')),
                ('weight_kg', models.DecimalField(blank=True, decimal_places=1, max_digits=10, null=True)),
                ('systolic', models.IntegerField(blank=True, null=True)),
                ('diastolic', models.IntegerField(blank=True, null=True)),
                ('pulse', models.IntegerField(blank=True, null=True)),
                ('temperature', models.DecimalField(blank=True, decimal_places=1, max_digits=10, null=True)),
                ('respiration', models.IntegerField(blank=True, null=True)),
                ('spo2', models.IntegerField(blank=True, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='adverseevent',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            (SELECT e.patient_id FROM casebook_entry e WHERE e.id = NEW.entry_id), NEW.entry_id, NEW.entry_id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='5ca86c7a856bef717398f8044cb5ffe0078d030a', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_fbf01', table='trial_adverseevent', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='adverseevent',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='1ce0efad83510f3e91f6a449ef5ad461aaf275a6', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_42162', table='trial_adverseevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='adverseevent',
            trigger=pgtrigger.compiler.Trigger(name='value_or_reason', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF EXISTS (\n        SELECT 1 FROM jsonb_object_keys(NEW.missing_reasons) AS item\n        WHERE to_jsonb(NEW) -> item IS DISTINCT FROM 'null'::jsonb\n    ) THEN\n        RAISE EXCEPTION 'An item of % has a value and a missing reason at once.', TG_TABLE_NAME\n            USING ERRCODE = '23514';\n    END IF;\n    RETURN NEW;\n", hash='3ca8258950c9a60451402d49d9dc93319f4f6a80', operation='INSERT OR UPDATE', pgid='pgtrigger_value_or_reason_11c56', table='trial_adverseevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='adverseevent',
            trigger=pgtrigger.compiler.Trigger(name='links_exist', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF NEW.related_infusion IS NOT NULL AND NOT EXISTS (\n        SELECT 1 FROM casebook_entry own\n        JOIN casebook_entry other ON other.patient_id = own.patient_id\n        LEFT JOIN casebook_visit visit ON visit.id = other.visit_id\n        WHERE own.id = NEW.entry_id AND other.crf = 'infusion' AND other.parent_id IS NULL\n            AND COALESCE(visit.code || '.', '') || other.number = NEW.related_infusion\n    ) THEN\n        RAISE EXCEPTION 'The patient has no infusion %.', NEW.related_infusion USING ERRCODE = '23503';\n    END IF;\n RETURN NEW;", hash='274c839d162109d883d6a806b3831e1fdac3d4aa', operation='INSERT OR UPDATE', pgid='pgtrigger_links_exist_3f7f6', table='trial_adverseevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='concomitantmedication',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            (SELECT e.patient_id FROM casebook_entry e WHERE e.id = NEW.entry_id), NEW.entry_id, NEW.entry_id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='4fb583315a094607176c777f6be6e246522324b3', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_1488a', table='trial_concomitantmedication', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='concomitantmedication',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='0f21562bbaeb946625b192c739a4c45de5af418b', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_9704e', table='trial_concomitantmedication', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='concomitantmedication',
            trigger=pgtrigger.compiler.Trigger(name='value_or_reason', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF EXISTS (\n        SELECT 1 FROM jsonb_object_keys(NEW.missing_reasons) AS item\n        WHERE to_jsonb(NEW) -> item IS DISTINCT FROM 'null'::jsonb\n    ) THEN\n        RAISE EXCEPTION 'An item of % has a value and a missing reason at once.', TG_TABLE_NAME\n            USING ERRCODE = '23514';\n    END IF;\n    RETURN NEW;\n", hash='4e0d061c9996db9e447a24d6e420997aadf435af', operation='INSERT OR UPDATE', pgid='pgtrigger_value_or_reason_79a04', table='trial_concomitantmedication', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='concomitantmedication',
            trigger=pgtrigger.compiler.Trigger(name='links_exist', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF NEW.adverse_event IS NOT NULL AND NOT EXISTS (\n        SELECT 1 FROM casebook_entry own\n        JOIN casebook_entry other ON other.patient_id = own.patient_id\n        LEFT JOIN casebook_visit visit ON visit.id = other.visit_id\n        WHERE own.id = NEW.entry_id AND other.crf = 'adverse-event' AND other.parent_id IS NULL\n            AND COALESCE(visit.code || '.', '') || other.number = NEW.adverse_event\n    ) THEN\n        RAISE EXCEPTION 'The patient has no adverse-event %.', NEW.adverse_event USING ERRCODE = '23503';\n    END IF;\n\n    IF NEW.medical_history IS NOT NULL AND NOT EXISTS (\n        SELECT 1 FROM casebook_entry own\n        JOIN casebook_entry other ON other.patient_id = own.patient_id\n        LEFT JOIN casebook_visit visit ON visit.id = other.visit_id\n        WHERE own.id = NEW.entry_id AND other.crf = 'medical-history' AND other.parent_id IS NULL\n            AND COALESCE(visit.code || '.', '') || other.number = NEW.medical_history\n    ) THEN\n        RAISE EXCEPTION 'The patient has no medical-history %.', NEW.medical_history USING ERRCODE = '23503';\n    END IF;\n RETURN NEW;", hash='72b53659c485d47319723d164e5dbb18cb49f8f6', operation='INSERT OR UPDATE', pgid='pgtrigger_links_exist_afb5a', table='trial_concomitantmedication', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='consent',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            (SELECT e.patient_id FROM casebook_entry e WHERE e.id = NEW.entry_id), NEW.entry_id, NEW.entry_id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='41f31914947305c0e8b5e55e134f69ddf5edf6ad', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_5d276', table='trial_consent', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='consent',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='1c055553837f0dea07f4f5df513808457376b526', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_0d49b', table='trial_consent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='consent',
            trigger=pgtrigger.compiler.Trigger(name='value_or_reason', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF EXISTS (\n        SELECT 1 FROM jsonb_object_keys(NEW.missing_reasons) AS item\n        WHERE to_jsonb(NEW) -> item IS DISTINCT FROM 'null'::jsonb\n    ) THEN\n        RAISE EXCEPTION 'An item of % has a value and a missing reason at once.', TG_TABLE_NAME\n            USING ERRCODE = '23514';\n    END IF;\n    RETURN NEW;\n", hash='1b01f4ccbba5dabd54c3da4d83a8e0cfc0e23fc3', operation='INSERT OR UPDATE', pgid='pgtrigger_value_or_reason_5d47d', table='trial_consent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='demographics',
            constraint=models.CheckConstraint(condition=models.Q(('age_years__gte', 0), ('age_years__lte', 130)), name='trial_demographics_age_years_limits'),
        ),
        migrations.AddConstraint(
            model_name='demographics',
            constraint=models.CheckConstraint(condition=models.Q(('height_cm__gte', Decimal('1')), ('height_cm__lte', Decimal('250'))), name='trial_demographics_height_cm_limits'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='demographics',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            (SELECT e.patient_id FROM casebook_entry e WHERE e.id = NEW.entry_id), NEW.entry_id, NEW.entry_id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='9b0f4543b2e197e93ee8d2c2f17c239ca81f22a8', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_a0d72', table='trial_demographics', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='demographics',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='0e5a777c32d9d721347418ef8bea09587ce61ba2', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_4bb98', table='trial_demographics', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='demographics',
            trigger=pgtrigger.compiler.Trigger(name='value_or_reason', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF EXISTS (\n        SELECT 1 FROM jsonb_object_keys(NEW.missing_reasons) AS item\n        WHERE to_jsonb(NEW) -> item IS DISTINCT FROM 'null'::jsonb\n    ) THEN\n        RAISE EXCEPTION 'An item of % has a value and a missing reason at once.', TG_TABLE_NAME\n            USING ERRCODE = '23514';\n    END IF;\n    RETURN NEW;\n", hash='2e5ed04a808b0bf545f30edee6dd0f5706a80731', operation='INSERT OR UPDATE', pgid='pgtrigger_value_or_reason_c86a1', table='trial_demographics', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='eligibility',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            (SELECT e.patient_id FROM casebook_entry e WHERE e.id = NEW.entry_id), NEW.entry_id, NEW.entry_id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='110a9851ce97885b2d97fd59d286e4d53155a7eb', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_58bae', table='trial_eligibility', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='eligibility',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='5dcff45a592a1b3a6c76d8c4a0cabbedbdbaed32', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_47119', table='trial_eligibility', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='eligibility',
            trigger=pgtrigger.compiler.Trigger(name='value_or_reason', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF EXISTS (\n        SELECT 1 FROM jsonb_object_keys(NEW.missing_reasons) AS item\n        WHERE to_jsonb(NEW) -> item IS DISTINCT FROM 'null'::jsonb\n    ) THEN\n        RAISE EXCEPTION 'An item of % has a value and a missing reason at once.', TG_TABLE_NAME\n            USING ERRCODE = '23514';\n    END IF;\n    RETURN NEW;\n", hash='b230bbbb0532da9e244020b5637b61e019406d69', operation='INSERT OR UPDATE', pgid='pgtrigger_value_or_reason_15353', table='trial_eligibility', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='endofstudy',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            (SELECT e.patient_id FROM casebook_entry e WHERE e.id = NEW.entry_id), NEW.entry_id, NEW.entry_id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='ec01cd6e051df889d2cd1a0b03de97eb0e052ec9', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_3c09c', table='trial_endofstudy', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='endofstudy',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='76653deae1fc114352325c54d637006d8824b7aa', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_70501', table='trial_endofstudy', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='endofstudy',
            trigger=pgtrigger.compiler.Trigger(name='value_or_reason', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF EXISTS (\n        SELECT 1 FROM jsonb_object_keys(NEW.missing_reasons) AS item\n        WHERE to_jsonb(NEW) -> item IS DISTINCT FROM 'null'::jsonb\n    ) THEN\n        RAISE EXCEPTION 'An item of % has a value and a missing reason at once.', TG_TABLE_NAME\n            USING ERRCODE = '23514';\n    END IF;\n    RETURN NEW;\n", hash='84e21bc1954a92e00904d1e361bef0fb08624a82', operation='INSERT OR UPDATE', pgid='pgtrigger_value_or_reason_cb0e3', table='trial_endofstudy', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='endofstudy',
            trigger=pgtrigger.compiler.Trigger(name='links_exist', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF NEW.adverse_event IS NOT NULL AND NOT EXISTS (\n        SELECT 1 FROM casebook_entry own\n        JOIN casebook_entry other ON other.patient_id = own.patient_id\n        LEFT JOIN casebook_visit visit ON visit.id = other.visit_id\n        WHERE own.id = NEW.entry_id AND other.crf = 'adverse-event' AND other.parent_id IS NULL\n            AND COALESCE(visit.code || '.', '') || other.number = NEW.adverse_event\n    ) THEN\n        RAISE EXCEPTION 'The patient has no adverse-event %.', NEW.adverse_event USING ERRCODE = '23503';\n    END IF;\n RETURN NEW;", hash='c5bf69c0297e157d56deb54f9be6863be92b89e5', operation='INSERT OR UPDATE', pgid='pgtrigger_links_exist_9e66c', table='trial_endofstudy', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='gripstrength',
            constraint=models.CheckConstraint(condition=models.Q(('right_1__gte', Decimal('0')), ('right_1__lte', Decimal('200'))), name='trial_gripstrength_right_1_limits'),
        ),
        migrations.AddConstraint(
            model_name='gripstrength',
            constraint=models.CheckConstraint(condition=models.Q(('right_2__gte', Decimal('0')), ('right_2__lte', Decimal('200'))), name='trial_gripstrength_right_2_limits'),
        ),
        migrations.AddConstraint(
            model_name='gripstrength',
            constraint=models.CheckConstraint(condition=models.Q(('right_3__gte', Decimal('0')), ('right_3__lte', Decimal('200'))), name='trial_gripstrength_right_3_limits'),
        ),
        migrations.AddConstraint(
            model_name='gripstrength',
            constraint=models.CheckConstraint(condition=models.Q(('left_1__gte', Decimal('0')), ('left_1__lte', Decimal('200'))), name='trial_gripstrength_left_1_limits'),
        ),
        migrations.AddConstraint(
            model_name='gripstrength',
            constraint=models.CheckConstraint(condition=models.Q(('left_2__gte', Decimal('0')), ('left_2__lte', Decimal('200'))), name='trial_gripstrength_left_2_limits'),
        ),
        migrations.AddConstraint(
            model_name='gripstrength',
            constraint=models.CheckConstraint(condition=models.Q(('left_3__gte', Decimal('0')), ('left_3__lte', Decimal('200'))), name='trial_gripstrength_left_3_limits'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='gripstrength',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            (SELECT e.patient_id FROM casebook_entry e WHERE e.id = NEW.entry_id), NEW.entry_id, NEW.entry_id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY['right_best', 'right_mean', 'left_best', 'left_mean']::text[]\n        );\n        RETURN NULL;\n    ", hash='4d433c11f755d340b833dd9e0e07c2a4a5d40786', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_de100', table='trial_gripstrength', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='gripstrength',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='c1fdcff6e217115b64e84129f8152f6d373604aa', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_c6054', table='trial_gripstrength', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='gripstrength',
            trigger=pgtrigger.compiler.Trigger(name='value_or_reason', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF EXISTS (\n        SELECT 1 FROM jsonb_object_keys(NEW.missing_reasons) AS item\n        WHERE to_jsonb(NEW) -> item IS DISTINCT FROM 'null'::jsonb\n    ) THEN\n        RAISE EXCEPTION 'An item of % has a value and a missing reason at once.', TG_TABLE_NAME\n            USING ERRCODE = '23514';\n    END IF;\n    RETURN NEW;\n", hash='67ae16cc2ac5131e6fff0bcc55e4c6e7657f0f4d', operation='INSERT OR UPDATE', pgid='pgtrigger_value_or_reason_bb0b6', table='trial_gripstrength', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='incat',
            constraint=models.CheckConstraint(condition=models.Q(('arm__gte', 0), ('arm__lte', 5)), name='trial_incat_arm_limits'),
        ),
        migrations.AddConstraint(
            model_name='incat',
            constraint=models.CheckConstraint(condition=models.Q(('leg__gte', 0), ('leg__lte', 5)), name='trial_incat_leg_limits'),
        ),
        migrations.AddConstraint(
            model_name='incat',
            constraint=models.CheckConstraint(condition=models.Q(('total__gte', 0), ('total__lte', 10)), name='trial_incat_total_limits'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='incat',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            (SELECT e.patient_id FROM casebook_entry e WHERE e.id = NEW.entry_id), NEW.entry_id, NEW.entry_id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY['total']::text[]\n        );\n        RETURN NULL;\n    ", hash='6d959b8057f38f51bfb685f8c6f17e3a6f868171', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_2888e', table='trial_incat', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='incat',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='0c3706d28ebfae924faaffb254b5b7b665214dc8', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_f4cb6', table='trial_incat', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='incat',
            trigger=pgtrigger.compiler.Trigger(name='value_or_reason', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF EXISTS (\n        SELECT 1 FROM jsonb_object_keys(NEW.missing_reasons) AS item\n        WHERE to_jsonb(NEW) -> item IS DISTINCT FROM 'null'::jsonb\n    ) THEN\n        RAISE EXCEPTION 'An item of % has a value and a missing reason at once.', TG_TABLE_NAME\n            USING ERRCODE = '23514';\n    END IF;\n    RETURN NEW;\n", hash='a10bb39140cdfddf58b80ce1eeac331be9340184', operation='INSERT OR UPDATE', pgid='pgtrigger_value_or_reason_0bd61', table='trial_incat', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='infusion',
            constraint=models.CheckConstraint(condition=models.Q(('dosing_weight_kg__gte', Decimal('0.1')), ('dosing_weight_kg__lte', Decimal('300'))), name='trial_infusion_dosing_weight_kg_limits'),
        ),
        migrations.AddConstraint(
            model_name='infusion',
            constraint=models.CheckConstraint(condition=models.Q(('split_days__gte', 1), ('split_days__lte', 2)), name='trial_infusion_split_days_limits'),
        ),
        migrations.AddConstraint(
            model_name='infusion',
            constraint=models.CheckConstraint(condition=models.Q(('given_g__gte', Decimal('0'))), name='trial_infusion_given_g_limits'),
        ),
        migrations.AddConstraint(
            model_name='infusion',
            constraint=models.CheckConstraint(condition=models.Q(('given_ml__gte', Decimal('0'))), name='trial_infusion_given_ml_limits'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='infusion',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            (SELECT e.patient_id FROM casebook_entry e WHERE e.id = NEW.entry_id), NEW.entry_id, NEW.entry_id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY['phase', 'cycle', 'planned_dose_g', 'planned_volume_ml']::text[]\n        );\n        RETURN NULL;\n    ", hash='9c078b8eab099ed97613f7fdde82770d8afb03bf', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_1b3af', table='trial_infusion', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='infusion',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='f0c86d439cb0b4f6c31026a0c05e5fe62af450ba', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_48fc6', table='trial_infusion', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='infusion',
            trigger=pgtrigger.compiler.Trigger(name='value_or_reason', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF EXISTS (\n        SELECT 1 FROM jsonb_object_keys(NEW.missing_reasons) AS item\n        WHERE to_jsonb(NEW) -> item IS DISTINCT FROM 'null'::jsonb\n    ) THEN\n        RAISE EXCEPTION 'An item of % has a value and a missing reason at once.', TG_TABLE_NAME\n            USING ERRCODE = '23514';\n    END IF;\n    RETURN NEW;\n", hash='33c24b7866eee20cc63af290562c85449b978775', operation='INSERT OR UPDATE', pgid='pgtrigger_value_or_reason_2e849', table='trial_infusion', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='infusionlot',
            constraint=models.CheckConstraint(condition=models.Q(('grams__gte', Decimal('0'))), name='trial_infusionlot_grams_limits'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='infusionlot',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            (SELECT e.patient_id FROM casebook_entry e WHERE e.id = NEW.entry_id), NEW.entry_id, NEW.entry_id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='5fbfaea78886ce3eba4e32db3909ddff4376597d', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_c156a', table='trial_infusionlot', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='infusionlot',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='d1ab30cf3fe6b059393c0bf31bf9a5bd71aadaeb', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_94537', table='trial_infusionlot', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='infusionlot',
            trigger=pgtrigger.compiler.Trigger(name='value_or_reason', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF EXISTS (\n        SELECT 1 FROM jsonb_object_keys(NEW.missing_reasons) AS item\n        WHERE to_jsonb(NEW) -> item IS DISTINCT FROM 'null'::jsonb\n    ) THEN\n        RAISE EXCEPTION 'An item of % has a value and a missing reason at once.', TG_TABLE_NAME\n            USING ERRCODE = '23514';\n    END IF;\n    RETURN NEW;\n", hash='c39f13b406a958c61f83213361f801e47098cb4f', operation='INSERT OR UPDATE', pgid='pgtrigger_value_or_reason_62928', table='trial_infusionlot', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='infusionvitals',
            constraint=models.CheckConstraint(condition=models.Q(('systolic__gte', 0)), name='trial_infusionvitals_systolic_limits'),
        ),
        migrations.AddConstraint(
            model_name='infusionvitals',
            constraint=models.CheckConstraint(condition=models.Q(('diastolic__gte', 0)), name='trial_infusionvitals_diastolic_limits'),
        ),
        migrations.AddConstraint(
            model_name='infusionvitals',
            constraint=models.CheckConstraint(condition=models.Q(('pulse__gte', 0)), name='trial_infusionvitals_pulse_limits'),
        ),
        migrations.AddConstraint(
            model_name='infusionvitals',
            constraint=models.CheckConstraint(condition=models.Q(('temperature__gte', Decimal('0'))), name='trial_infusionvitals_temperature_limits'),
        ),
        migrations.AddConstraint(
            model_name='infusionvitals',
            constraint=models.CheckConstraint(condition=models.Q(('respiration__gte', 0)), name='trial_infusionvitals_respiration_limits'),
        ),
        migrations.AddConstraint(
            model_name='infusionvitals',
            constraint=models.CheckConstraint(condition=models.Q(('spo2__gte', 0), ('spo2__lte', 100)), name='trial_infusionvitals_spo2_limits'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='infusionvitals',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            (SELECT e.patient_id FROM casebook_entry e WHERE e.id = NEW.entry_id), NEW.entry_id, NEW.entry_id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='6efe855741b3b53e2d5d8e9a8cc106bc55b4e203', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_160e4', table='trial_infusionvitals', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='infusionvitals',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='760dd92e061bf0bb91cccf262f2a723d8bc33aa6', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_552d5', table='trial_infusionvitals', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='infusionvitals',
            trigger=pgtrigger.compiler.Trigger(name='value_or_reason', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF EXISTS (\n        SELECT 1 FROM jsonb_object_keys(NEW.missing_reasons) AS item\n        WHERE to_jsonb(NEW) -> item IS DISTINCT FROM 'null'::jsonb\n    ) THEN\n        RAISE EXCEPTION 'An item of % has a value and a missing reason at once.', TG_TABLE_NAME\n            USING ERRCODE = '23514';\n    END IF;\n    RETURN NEW;\n", hash='b30f3c9ddd5e2967e94626d6b99cbc58f90d9ecb', operation='INSERT OR UPDATE', pgid='pgtrigger_value_or_reason_a766c', table='trial_infusionvitals', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='laboratory',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            (SELECT e.patient_id FROM casebook_entry e WHERE e.id = NEW.entry_id), NEW.entry_id, NEW.entry_id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='1e14c649ecaf8d07a7af7b59842b0b6f25783061', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_70d76', table='trial_laboratory', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='laboratory',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='b3747c8f346394ee5a00ba28f30f32516372f321', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_faa21', table='trial_laboratory', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='laboratory',
            trigger=pgtrigger.compiler.Trigger(name='value_or_reason', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF EXISTS (\n        SELECT 1 FROM jsonb_object_keys(NEW.missing_reasons) AS item\n        WHERE to_jsonb(NEW) -> item IS DISTINCT FROM 'null'::jsonb\n    ) THEN\n        RAISE EXCEPTION 'An item of % has a value and a missing reason at once.', TG_TABLE_NAME\n            USING ERRCODE = '23514';\n    END IF;\n    RETURN NEW;\n", hash='e7768bd7e54dff058d56271fdbf9b6043000a2a7', operation='INSERT OR UPDATE', pgid='pgtrigger_value_or_reason_06c2b', table='trial_laboratory', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='labresult',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            (SELECT e.patient_id FROM casebook_entry e WHERE e.id = NEW.entry_id), NEW.entry_id, NEW.entry_id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY['test', 'result_unit', 'reference_range', 'reference_low', 'reference_high', 'flag']::text[]\n        );\n        RETURN NULL;\n    ", hash='21d0e795b96bed9fa6327032ca2a10bf152143f9', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_9baa2', table='trial_labresult', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='labresult',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='a3450debd56edb7f39176fba6b9a30412270b026', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_c4766', table='trial_labresult', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='labresult',
            trigger=pgtrigger.compiler.Trigger(name='value_or_reason', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF EXISTS (\n        SELECT 1 FROM jsonb_object_keys(NEW.missing_reasons) AS item\n        WHERE to_jsonb(NEW) -> item IS DISTINCT FROM 'null'::jsonb\n    ) THEN\n        RAISE EXCEPTION 'An item of % has a value and a missing reason at once.', TG_TABLE_NAME\n            USING ERRCODE = '23514';\n    END IF;\n    RETURN NEW;\n", hash='6be8de33936eba74d26d2c55872595e3b37bb7ef', operation='INSERT OR UPDATE', pgid='pgtrigger_value_or_reason_dd19c', table='trial_labresult', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='medicalhistory',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            (SELECT e.patient_id FROM casebook_entry e WHERE e.id = NEW.entry_id), NEW.entry_id, NEW.entry_id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='67019e7f18244038f8c0779cf04d7fe866ecec86', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_2747a', table='trial_medicalhistory', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='medicalhistory',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='f1c90ab4fb28fec5c067cf8701771b0c680af0df', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_f8a6c', table='trial_medicalhistory', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='medicalhistory',
            trigger=pgtrigger.compiler.Trigger(name='value_or_reason', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF EXISTS (\n        SELECT 1 FROM jsonb_object_keys(NEW.missing_reasons) AS item\n        WHERE to_jsonb(NEW) -> item IS DISTINCT FROM 'null'::jsonb\n    ) THEN\n        RAISE EXCEPTION 'An item of % has a value and a missing reason at once.', TG_TABLE_NAME\n            USING ERRCODE = '23514';\n    END IF;\n    RETURN NEW;\n", hash='ca59dbd95bf2c3eadd10200c925af09ffaa514c9', operation='INSERT OR UPDATE', pgid='pgtrigger_value_or_reason_99a67', table='trial_medicalhistory', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='mmnhistory',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            (SELECT e.patient_id FROM casebook_entry e WHERE e.id = NEW.entry_id), NEW.entry_id, NEW.entry_id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='0fb9833be915db0b839f981cba9444ae48bb84e3', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_650e7', table='trial_mmnhistory', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='mmnhistory',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='6084fde3396568bcf702c51af88856b17c32ab92', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_658e6', table='trial_mmnhistory', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='mmnhistory',
            trigger=pgtrigger.compiler.Trigger(name='value_or_reason', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF EXISTS (\n        SELECT 1 FROM jsonb_object_keys(NEW.missing_reasons) AS item\n        WHERE to_jsonb(NEW) -> item IS DISTINCT FROM 'null'::jsonb\n    ) THEN\n        RAISE EXCEPTION 'An item of % has a value and a missing reason at once.', TG_TABLE_NAME\n            USING ERRCODE = '23514';\n    END IF;\n    RETURN NEW;\n", hash='36f4ccac5b9bf4f0879c06c779572af5ce7a1324', operation='INSERT OR UPDATE', pgid='pgtrigger_value_or_reason_061b3', table='trial_mmnhistory', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='mrcstrength',
            constraint=models.CheckConstraint(condition=models.Q(('right_shoulder_abduction__gte', 0), ('right_shoulder_abduction__lte', 5)), name='trial_mrcstrength_right_shoulder_abduction_limits'),
        ),
        migrations.AddConstraint(
            model_name='mrcstrength',
            constraint=models.CheckConstraint(condition=models.Q(('left_shoulder_abduction__gte', 0), ('left_shoulder_abduction__lte', 5)), name='trial_mrcstrength_left_shoulder_abduction_limits'),
        ),
        migrations.AddConstraint(
            model_name='mrcstrength',
            constraint=models.CheckConstraint(condition=models.Q(('right_elbow_flexion__gte', 0), ('right_elbow_flexion__lte', 5)), name='trial_mrcstrength_right_elbow_flexion_limits'),
        ),
        migrations.AddConstraint(
            model_name='mrcstrength',
            constraint=models.CheckConstraint(condition=models.Q(('left_elbow_flexion__gte', 0), ('left_elbow_flexion__lte', 5)), name='trial_mrcstrength_left_elbow_flexion_limits'),
        ),
        migrations.AddConstraint(
            model_name='mrcstrength',
            constraint=models.CheckConstraint(condition=models.Q(('right_elbow_extension__gte', 0), ('right_elbow_extension__lte', 5)), name='trial_mrcstrength_right_elbow_extension_limits'),
        ),
        migrations.AddConstraint(
            model_name='mrcstrength',
            constraint=models.CheckConstraint(condition=models.Q(('left_elbow_extension__gte', 0), ('left_elbow_extension__lte', 5)), name='trial_mrcstrength_left_elbow_extension_limits'),
        ),
        migrations.AddConstraint(
            model_name='mrcstrength',
            constraint=models.CheckConstraint(condition=models.Q(('right_wrist_extension__gte', 0), ('right_wrist_extension__lte', 5)), name='trial_mrcstrength_right_wrist_extension_limits'),
        ),
        migrations.AddConstraint(
            model_name='mrcstrength',
            constraint=models.CheckConstraint(condition=models.Q(('left_wrist_extension__gte', 0), ('left_wrist_extension__lte', 5)), name='trial_mrcstrength_left_wrist_extension_limits'),
        ),
        migrations.AddConstraint(
            model_name='mrcstrength',
            constraint=models.CheckConstraint(condition=models.Q(('right_finger_abduction__gte', 0), ('right_finger_abduction__lte', 5)), name='trial_mrcstrength_right_finger_abduction_limits'),
        ),
        migrations.AddConstraint(
            model_name='mrcstrength',
            constraint=models.CheckConstraint(condition=models.Q(('left_finger_abduction__gte', 0), ('left_finger_abduction__lte', 5)), name='trial_mrcstrength_left_finger_abduction_limits'),
        ),
        migrations.AddConstraint(
            model_name='mrcstrength',
            constraint=models.CheckConstraint(condition=models.Q(('right_hip_flexion__gte', 0), ('right_hip_flexion__lte', 5)), name='trial_mrcstrength_right_hip_flexion_limits'),
        ),
        migrations.AddConstraint(
            model_name='mrcstrength',
            constraint=models.CheckConstraint(condition=models.Q(('left_hip_flexion__gte', 0), ('left_hip_flexion__lte', 5)), name='trial_mrcstrength_left_hip_flexion_limits'),
        ),
        migrations.AddConstraint(
            model_name='mrcstrength',
            constraint=models.CheckConstraint(condition=models.Q(('right_knee_extension__gte', 0), ('right_knee_extension__lte', 5)), name='trial_mrcstrength_right_knee_extension_limits'),
        ),
        migrations.AddConstraint(
            model_name='mrcstrength',
            constraint=models.CheckConstraint(condition=models.Q(('left_knee_extension__gte', 0), ('left_knee_extension__lte', 5)), name='trial_mrcstrength_left_knee_extension_limits'),
        ),
        migrations.AddConstraint(
            model_name='mrcstrength',
            constraint=models.CheckConstraint(condition=models.Q(('right_knee_flexion__gte', 0), ('right_knee_flexion__lte', 5)), name='trial_mrcstrength_right_knee_flexion_limits'),
        ),
        migrations.AddConstraint(
            model_name='mrcstrength',
            constraint=models.CheckConstraint(condition=models.Q(('left_knee_flexion__gte', 0), ('left_knee_flexion__lte', 5)), name='trial_mrcstrength_left_knee_flexion_limits'),
        ),
        migrations.AddConstraint(
            model_name='mrcstrength',
            constraint=models.CheckConstraint(condition=models.Q(('right_ankle_dorsiflexion__gte', 0), ('right_ankle_dorsiflexion__lte', 5)), name='trial_mrcstrength_right_ankle_dorsiflexion_limits'),
        ),
        migrations.AddConstraint(
            model_name='mrcstrength',
            constraint=models.CheckConstraint(condition=models.Q(('left_ankle_dorsiflexion__gte', 0), ('left_ankle_dorsiflexion__lte', 5)), name='trial_mrcstrength_left_ankle_dorsiflexion_limits'),
        ),
        migrations.AddConstraint(
            model_name='mrcstrength',
            constraint=models.CheckConstraint(condition=models.Q(('right_ankle_plantar_flexion__gte', 0), ('right_ankle_plantar_flexion__lte', 5)), name='trial_mrcstrength_right_ankle_plantar_flexion_limits'),
        ),
        migrations.AddConstraint(
            model_name='mrcstrength',
            constraint=models.CheckConstraint(condition=models.Q(('left_ankle_plantar_flexion__gte', 0), ('left_ankle_plantar_flexion__lte', 5)), name='trial_mrcstrength_left_ankle_plantar_flexion_limits'),
        ),
        migrations.AddConstraint(
            model_name='mrcstrength',
            constraint=models.CheckConstraint(condition=models.Q(('sum_score__gte', 0), ('sum_score__lte', 100)), name='trial_mrcstrength_sum_score_limits'),
        ),
        migrations.AddConstraint(
            model_name='mrcstrength',
            constraint=models.CheckConstraint(condition=models.Q(('graded__gte', 0), ('graded__lte', 20)), name='trial_mrcstrength_graded_limits'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='mrcstrength',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            (SELECT e.patient_id FROM casebook_entry e WHERE e.id = NEW.entry_id), NEW.entry_id, NEW.entry_id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY['sum_score', 'graded']::text[]\n        );\n        RETURN NULL;\n    ", hash='57c8db9af19f76ee67bf14cbd4b08bfecd39943c', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_7c69b', table='trial_mrcstrength', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='mrcstrength',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='bed12d8d91e5750258cffb3ac9b81f2d35a25dde', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_f7343', table='trial_mrcstrength', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='mrcstrength',
            trigger=pgtrigger.compiler.Trigger(name='value_or_reason', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF EXISTS (\n        SELECT 1 FROM jsonb_object_keys(NEW.missing_reasons) AS item\n        WHERE to_jsonb(NEW) -> item IS DISTINCT FROM 'null'::jsonb\n    ) THEN\n        RAISE EXCEPTION 'An item of % has a value and a missing reason at once.', TG_TABLE_NAME\n            USING ERRCODE = '23514';\n    END IF;\n    RETURN NEW;\n", hash='ba5715a012b67d1830408c17c0161440ae206fc8', operation='INSERT OR UPDATE', pgid='pgtrigger_value_or_reason_d565c', table='trial_mrcstrength', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='nerveconduction',
            constraint=models.CheckConstraint(condition=models.Q(('arm_skin_c__gte', Decimal('0')), ('arm_skin_c__lte', Decimal('50'))), name='trial_nerveconduction_arm_skin_c_limits'),
        ),
        migrations.AddConstraint(
            model_name='nerveconduction',
            constraint=models.CheckConstraint(condition=models.Q(('leg_skin_c__gte', Decimal('0')), ('leg_skin_c__lte', Decimal('50'))), name='trial_nerveconduction_leg_skin_c_limits'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='nerveconduction',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            (SELECT e.patient_id FROM casebook_entry e WHERE e.id = NEW.entry_id), NEW.entry_id, NEW.entry_id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='5df98a16b61f76ee2494a0379fd5019623e462f1', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_790e3', table='trial_nerveconduction', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='nerveconduction',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='674f17a5195a2f94be635f2c17c108acce28ab78', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_35082', table='trial_nerveconduction', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='nerveconduction',
            trigger=pgtrigger.compiler.Trigger(name='value_or_reason', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF EXISTS (\n        SELECT 1 FROM jsonb_object_keys(NEW.missing_reasons) AS item\n        WHERE to_jsonb(NEW) -> item IS DISTINCT FROM 'null'::jsonb\n    ) THEN\n        RAISE EXCEPTION 'An item of % has a value and a missing reason at once.', TG_TABLE_NAME\n            USING ERRCODE = '23514';\n    END IF;\n    RETURN NEW;\n", hash='ba2abcedac201f188a4266a06520eebaffd7e13c', operation='INSERT OR UPDATE', pgid='pgtrigger_value_or_reason_b60f5', table='trial_nerveconduction', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='nervesegment',
            constraint=models.CheckConstraint(condition=models.Q(('distal_latency_ms__gte', Decimal('0')), ('distal_latency_ms__lte', Decimal('1000'))), name='trial_nervesegment_distal_latency_ms_limits'),
        ),
        migrations.AddConstraint(
            model_name='nervesegment',
            constraint=models.CheckConstraint(condition=models.Q(('distal_amplitude_mv__gte', Decimal('0')), ('distal_amplitude_mv__lte', Decimal('100'))), name='trial_nervesegment_distal_amplitude_mv_limits'),
        ),
        migrations.AddConstraint(
            model_name='nervesegment',
            constraint=models.CheckConstraint(condition=models.Q(('lower_limit_mv__gte', Decimal('0')), ('lower_limit_mv__lte', Decimal('100'))), name='trial_nervesegment_lower_limit_mv_limits'),
        ),
        migrations.AddConstraint(
            model_name='nervesegment',
            constraint=models.CheckConstraint(condition=models.Q(('distal_duration_ms__gte', Decimal('0')), ('distal_duration_ms__lte', Decimal('1000'))), name='trial_nervesegment_distal_duration_ms_limits'),
        ),
        migrations.AddConstraint(
            model_name='nervesegment',
            constraint=models.CheckConstraint(condition=models.Q(('distal_area__gte', Decimal('0')), ('distal_area__lte', Decimal('1000'))), name='trial_nervesegment_distal_area_limits'),
        ),
        migrations.AddConstraint(
            model_name='nervesegment',
            constraint=models.CheckConstraint(condition=models.Q(('proximal_amplitude_mv__gte', Decimal('0')), ('proximal_amplitude_mv__lte', Decimal('100'))), name='trial_nervesegment_proximal_amplitude_mv_limits'),
        ),
        migrations.AddConstraint(
            model_name='nervesegment',
            constraint=models.CheckConstraint(condition=models.Q(('proximal_duration_ms__gte', Decimal('0')), ('proximal_duration_ms__lte', Decimal('1000'))), name='trial_nervesegment_proximal_duration_ms_limits'),
        ),
        migrations.AddConstraint(
            model_name='nervesegment',
            constraint=models.CheckConstraint(condition=models.Q(('proximal_area__gte', Decimal('0')), ('proximal_area__lte', Decimal('1000'))), name='trial_nervesegment_proximal_area_limits'),
        ),
        migrations.AddConstraint(
            model_name='nervesegment',
            constraint=models.CheckConstraint(condition=models.Q(('velocity__gte', Decimal('0')), ('velocity__lte', Decimal('200'))), name='trial_nervesegment_velocity_limits'),
        ),
        migrations.AddConstraint(
            model_name='nervesegment',
            constraint=models.CheckConstraint(condition=models.Q(('skin_c__gte', Decimal('0')), ('skin_c__lte', Decimal('50'))), name='trial_nervesegment_skin_c_limits'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='nervesegment',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            (SELECT e.patient_id FROM casebook_entry e WHERE e.id = NEW.entry_id), NEW.entry_id, NEW.entry_id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY['area_reduction_percent', 'duration_increase_percent']::text[]\n        );\n        RETURN NULL;\n    ", hash='517bad1391037b0674c18c08c2df499a68307538', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_a7b1e', table='trial_nervesegment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='nervesegment',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='a601a94134bc20296f15d4f1106b2515b806c5dc', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_c6a23', table='trial_nervesegment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='nervesegment',
            trigger=pgtrigger.compiler.Trigger(name='value_or_reason', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF EXISTS (\n        SELECT 1 FROM jsonb_object_keys(NEW.missing_reasons) AS item\n        WHERE to_jsonb(NEW) -> item IS DISTINCT FROM 'null'::jsonb\n    ) THEN\n        RAISE EXCEPTION 'An item of % has a value and a missing reason at once.', TG_TABLE_NAME\n            USING ERRCODE = '23514';\n    END IF;\n    RETURN NEW;\n", hash='d2c8ebc29f6c7e8426987e801930e48cbad3a942', operation='INSERT OR UPDATE', pgid='pgtrigger_value_or_reason_475aa', table='trial_nervesegment', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='priortreatment',
            constraint=models.CheckConstraint(condition=models.Q(('interval_weeks__gte', Decimal('0'))), name='trial_priortreatment_interval_weeks_limits'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='priortreatment',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            (SELECT e.patient_id FROM casebook_entry e WHERE e.id = NEW.entry_id), NEW.entry_id, NEW.entry_id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='c230574a8be044e367aec106d5d57a627e5350dc', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_5dea2', table='trial_priortreatment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='priortreatment',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='bbeccdf0f6ad2271b273a2e778f26b80790a7f95', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_32e6d', table='trial_priortreatment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='priortreatment',
            trigger=pgtrigger.compiler.Trigger(name='value_or_reason', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF EXISTS (\n        SELECT 1 FROM jsonb_object_keys(NEW.missing_reasons) AS item\n        WHERE to_jsonb(NEW) -> item IS DISTINCT FROM 'null'::jsonb\n    ) THEN\n        RAISE EXCEPTION 'An item of % has a value and a missing reason at once.', TG_TABLE_NAME\n            USING ERRCODE = '23514';\n    END IF;\n    RETURN NEW;\n", hash='b406bd2fd78140059b33dbfcd7c29785e29e8d99', operation='INSERT OR UPDATE', pgid='pgtrigger_value_or_reason_b6b82', table='trial_priortreatment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='protocoldeviation',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            (SELECT e.patient_id FROM casebook_entry e WHERE e.id = NEW.entry_id), NEW.entry_id, NEW.entry_id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='f54a4388c1d21d9bd9ffc97091c4dc595dfffaeb', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_e8945', table='trial_protocoldeviation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='protocoldeviation',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='ff9c1e8a064b264a5c1a683c3bc46ba9c5b3cfdb', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_fc2fd', table='trial_protocoldeviation', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='protocoldeviation',
            trigger=pgtrigger.compiler.Trigger(name='value_or_reason', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF EXISTS (\n        SELECT 1 FROM jsonb_object_keys(NEW.missing_reasons) AS item\n        WHERE to_jsonb(NEW) -> item IS DISTINCT FROM 'null'::jsonb\n    ) THEN\n        RAISE EXCEPTION 'An item of % has a value and a missing reason at once.', TG_TABLE_NAME\n            USING ERRCODE = '23514';\n    END IF;\n    RETURN NEW;\n", hash='ce0dde8f10f32cfb2ab2ae0c0128dc5264042518', operation='INSERT OR UPDATE', pgid='pgtrigger_value_or_reason_ea04a', table='trial_protocoldeviation', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='protocoldeviation',
            trigger=pgtrigger.compiler.Trigger(name='links_exist', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF NEW.visit_link IS NOT NULL AND NOT EXISTS (\n        SELECT 1 FROM casebook_entry own\n        JOIN casebook_entry other ON other.patient_id = own.patient_id\n        LEFT JOIN casebook_visit visit ON visit.id = other.visit_id\n        WHERE own.id = NEW.entry_id AND other.crf = 'visit' AND other.parent_id IS NULL\n            AND COALESCE(visit.code || '.', '') || other.number = NEW.visit_link\n    ) THEN\n        RAISE EXCEPTION 'The patient has no visit %.', NEW.visit_link USING ERRCODE = '23503';\n    END IF;\n RETURN NEW;", hash='bf5fc0d01d358c8a8191ed8244b62e8d4d0fedf0', operation='INSERT OR UPDATE', pgid='pgtrigger_links_exist_75762', table='trial_protocoldeviation', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reconsent',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            (SELECT e.patient_id FROM casebook_entry e WHERE e.id = NEW.entry_id), NEW.entry_id, NEW.entry_id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='7dd4b32931665e42de3af90a742de558e1d43cf6', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_c18cc', table='trial_reconsent', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reconsent',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='7a5b66338d74e188a1e846f87b11570facb5487f', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_0702d', table='trial_reconsent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reconsent',
            trigger=pgtrigger.compiler.Trigger(name='value_or_reason', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF EXISTS (\n        SELECT 1 FROM jsonb_object_keys(NEW.missing_reasons) AS item\n        WHERE to_jsonb(NEW) -> item IS DISTINCT FROM 'null'::jsonb\n    ) THEN\n        RAISE EXCEPTION 'An item of % has a value and a missing reason at once.', TG_TABLE_NAME\n            USING ERRCODE = '23514';\n    END IF;\n    RETURN NEW;\n", hash='d2428947ec95e2c3347eef17e69b51308dc12a5f', operation='INSERT OR UPDATE', pgid='pgtrigger_value_or_reason_7cfec', table='trial_reconsent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='saefollowup',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            (SELECT e.patient_id FROM casebook_entry e WHERE e.id = NEW.entry_id), NEW.entry_id, NEW.entry_id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='27a596e60d3edd657d279242b32eb362d8873aa1', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_6f894', table='trial_saefollowup', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='saefollowup',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='6e9d40de84cf574ca4ec950d9053eabebb73696f', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_17510', table='trial_saefollowup', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='saefollowup',
            trigger=pgtrigger.compiler.Trigger(name='value_or_reason', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF EXISTS (\n        SELECT 1 FROM jsonb_object_keys(NEW.missing_reasons) AS item\n        WHERE to_jsonb(NEW) -> item IS DISTINCT FROM 'null'::jsonb\n    ) THEN\n        RAISE EXCEPTION 'An item of % has a value and a missing reason at once.', TG_TABLE_NAME\n            USING ERRCODE = '23514';\n    END IF;\n    RETURN NEW;\n", hash='e5dcbb46aa89cf0ecc2677fff6db5ebb106939ce', operation='INSERT OR UPDATE', pgid='pgtrigger_value_or_reason_2f27d', table='trial_saefollowup', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='seriousadverseevent',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            (SELECT e.patient_id FROM casebook_entry e WHERE e.id = NEW.entry_id), NEW.entry_id, NEW.entry_id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='9f5827ccea14ab8c9a29280c2f00eeb728533648', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_64c36', table='trial_seriousadverseevent', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='seriousadverseevent',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='eedccd7feb6661b9ca1515d6d2b504d2b2d4dc6d', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_38aec', table='trial_seriousadverseevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='seriousadverseevent',
            trigger=pgtrigger.compiler.Trigger(name='value_or_reason', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF EXISTS (\n        SELECT 1 FROM jsonb_object_keys(NEW.missing_reasons) AS item\n        WHERE to_jsonb(NEW) -> item IS DISTINCT FROM 'null'::jsonb\n    ) THEN\n        RAISE EXCEPTION 'An item of % has a value and a missing reason at once.', TG_TABLE_NAME\n            USING ERRCODE = '23514';\n    END IF;\n    RETURN NEW;\n", hash='1ebaeca33cc59eabc3d1fed909338d889f21977a', operation='INSERT OR UPDATE', pgid='pgtrigger_value_or_reason_fd549', table='trial_seriousadverseevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='seriousadverseevent',
            trigger=pgtrigger.compiler.Trigger(name='links_exist', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF NEW.adverse_event IS NOT NULL AND NOT EXISTS (\n        SELECT 1 FROM casebook_entry own\n        JOIN casebook_entry other ON other.patient_id = own.patient_id\n        LEFT JOIN casebook_visit visit ON visit.id = other.visit_id\n        WHERE own.id = NEW.entry_id AND other.crf = 'adverse-event' AND other.parent_id IS NULL\n            AND COALESCE(visit.code || '.', '') || other.number = NEW.adverse_event\n    ) THEN\n        RAISE EXCEPTION 'The patient has no adverse-event %.', NEW.adverse_event USING ERRCODE = '23503';\n    END IF;\n RETURN NEW;", hash='a5608612a7100dac66bc88f44cb1b7715de67d53', operation='INSERT OR UPDATE', pgid='pgtrigger_links_exist_c67a3', table='trial_seriousadverseevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='visitrecord',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            (SELECT e.patient_id FROM casebook_entry e WHERE e.id = NEW.entry_id), NEW.entry_id, NEW.entry_id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='5ae04c5443d452a47c0d44cbfd6fb9851240db27', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_147fb', table='trial_visitrecord', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='visitrecord',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='59d125c8f5064f71c01092841f71664f70568139', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_9213b', table='trial_visitrecord', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='visitrecord',
            trigger=pgtrigger.compiler.Trigger(name='value_or_reason', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF EXISTS (\n        SELECT 1 FROM jsonb_object_keys(NEW.missing_reasons) AS item\n        WHERE to_jsonb(NEW) -> item IS DISTINCT FROM 'null'::jsonb\n    ) THEN\n        RAISE EXCEPTION 'An item of % has a value and a missing reason at once.', TG_TABLE_NAME\n            USING ERRCODE = '23514';\n    END IF;\n    RETURN NEW;\n", hash='8176b6634cecae56eb2faccfba2f086b7ac50742', operation='INSERT OR UPDATE', pgid='pgtrigger_value_or_reason_1c0a8', table='trial_visitrecord', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='vitalsigns',
            constraint=models.CheckConstraint(condition=models.Q(('weight_kg__gte', Decimal('0.1')), ('weight_kg__lte', Decimal('300'))), name='trial_vitalsigns_weight_kg_limits'),
        ),
        migrations.AddConstraint(
            model_name='vitalsigns',
            constraint=models.CheckConstraint(condition=models.Q(('systolic__gte', 0)), name='trial_vitalsigns_systolic_limits'),
        ),
        migrations.AddConstraint(
            model_name='vitalsigns',
            constraint=models.CheckConstraint(condition=models.Q(('diastolic__gte', 0)), name='trial_vitalsigns_diastolic_limits'),
        ),
        migrations.AddConstraint(
            model_name='vitalsigns',
            constraint=models.CheckConstraint(condition=models.Q(('pulse__gte', 0)), name='trial_vitalsigns_pulse_limits'),
        ),
        migrations.AddConstraint(
            model_name='vitalsigns',
            constraint=models.CheckConstraint(condition=models.Q(('temperature__gte', Decimal('0'))), name='trial_vitalsigns_temperature_limits'),
        ),
        migrations.AddConstraint(
            model_name='vitalsigns',
            constraint=models.CheckConstraint(condition=models.Q(('respiration__gte', 0)), name='trial_vitalsigns_respiration_limits'),
        ),
        migrations.AddConstraint(
            model_name='vitalsigns',
            constraint=models.CheckConstraint(condition=models.Q(('spo2__gte', 0), ('spo2__lte', 100)), name='trial_vitalsigns_spo2_limits'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='vitalsigns',
            trigger=pgtrigger.compiler.Trigger(name='audit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM audit_write(\n            TG_TABLE_NAME::text, TG_OP,\n            CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END, to_jsonb(NEW),\n            (SELECT e.patient_id FROM casebook_entry e WHERE e.id = NEW.entry_id), NEW.entry_id, NEW.entry_id::text,\n            ARRAY[]::text[], ARRAY[]::text[], ARRAY[]::text[]\n        );\n        RETURN NULL;\n    ", hash='42d6d00df286428ec89f4bbda76e32ee7f50e766', operation='INSERT OR UPDATE', pgid='pgtrigger_audit_f1df7', table='trial_vitalsigns', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='vitalsigns',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME USING ERRCODE = 'EC003';", hash='d217fb626812058a82306c4fb8712521708aa604', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_no_delete_4241a', table='trial_vitalsigns', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='vitalsigns',
            trigger=pgtrigger.compiler.Trigger(name='value_or_reason', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF EXISTS (\n        SELECT 1 FROM jsonb_object_keys(NEW.missing_reasons) AS item\n        WHERE to_jsonb(NEW) -> item IS DISTINCT FROM 'null'::jsonb\n    ) THEN\n        RAISE EXCEPTION 'An item of % has a value and a missing reason at once.', TG_TABLE_NAME\n            USING ERRCODE = '23514';\n    END IF;\n    RETURN NEW;\n", hash='016fcef7c7b4410d6518e2164813cbf95e36c50c', operation='INSERT OR UPDATE', pgid='pgtrigger_value_or_reason_c5034', table='trial_vitalsigns', when='BEFORE')),
        ),
    ]
