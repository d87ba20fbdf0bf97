"""Programmes, upgrade projects and their photographs."""

import django.db.models.deletion
import uuid6
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assessment', '0009_security'),
        ('places', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Programme',
            fields=[
                ('programme_id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.TextField(verbose_name='name')),
                ('source', models.TextField(blank=True, default='', verbose_name='source')),
                ('stated', models.JSONField(default=dict)),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='programmes', to='places.organisation', verbose_name='organisation')),
            ],
            options={
                'ordering': ['name', 'programme_id'],
            },
        ),
        migrations.CreateModel(
            name='Upgrade',
            fields=[
                ('upgrade_id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.TextField(verbose_name='name')),
                ('state', models.CharField(choices=[('proposed', 'Proposed'), ('approved', 'Approved'), ('under_way', 'Under way'), ('handed_over', 'Handed over'), ('accepted', 'Accepted'), ('abandoned', 'Abandoned')], default='proposed', max_length=16, verbose_name='state')),
                ('works', models.TextField(blank=True, default='', verbose_name='works')),
                ('money', models.JSONField(default=list)),
                ('contractor', models.TextField(blank=True, default='', verbose_name='contractor')),
                ('contract_on', models.DateField(null=True, verbose_name='contract of')),
                ('start_planned_on', models.DateField(null=True, verbose_name='planned start')),
                ('start_on', models.DateField(null=True, verbose_name='start')),
                ('handover_planned_on', models.DateField(null=True, verbose_name='planned handover')),
                ('handover_on', models.DateField(null=True, verbose_name='handover')),
                ('accepted_on', models.DateField(null=True, verbose_name='accepted')),
                ('upkeep_owner', models.TextField(blank=True, default='', verbose_name='who pays the upkeep')),
                ('visit_before', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='assessment.securityvisit', verbose_name='assessment before')),
                ('visit_after', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='assessment.securityvisit', verbose_name='assessment after')),
                ('why', models.TextField(blank=True, default='', verbose_name='reason')),
                ('why_language', models.TextField(blank=True, default='', verbose_name='written in')),
                ('proposed_at', models.DateTimeField(auto_now_add=True)),
                ('approved_at', models.DateTimeField(null=True, verbose_name='approved')),
                ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='approved by')),
                ('programme', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='upgrades', to='assessment.programme', verbose_name='programme')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='upgrades', to='places.site', verbose_name='site')),
                ('store', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='upgrades', to='places.store', verbose_name='store')),
            ],
            options={
                'verbose_name': 'upgrade project',
                'ordering': ['name', 'upgrade_id'],
            },
        ),
        migrations.CreateModel(
            name='UpgradePhoto',
            fields=[
                ('photo_id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('content', models.BinaryField()),
                ('caption', models.TextField(blank=True, default='')),
                ('width_px', models.PositiveIntegerField()),
                ('height_px', models.PositiveIntegerField()),
                ('added_at', models.DateTimeField(auto_now_add=True)),
                ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('upgrade', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='photos', to='assessment.upgrade')),
            ],
            options={
                'ordering': ['added_at'],
            },
        ),
        migrations.AddConstraint(
            model_name='upgrade',
            constraint=models.CheckConstraint(condition=models.Q(('start_on', None), ('handover_on', None), ('handover_on__gte', models.F('start_on')), _connector='OR'), name='upgrade_handed_over_after_start'),
        ),
    ]
