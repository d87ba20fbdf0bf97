"""Contaminated areas: their extent, what lies there, tasks, released land, checks."""

import django.db.models.deletion
import uuid6
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assessment', '0010_upgrades'),
        ('places', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ClearanceTask',
            fields=[
                ('task_id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('activity', models.CharField(choices=[('non_technical_survey', 'Non-technical survey'), ('technical_survey', 'Technical survey'), ('clearance', 'Clearance'), ('battle_area_clearance', 'Battle area clearance'), ('eod_spot_task', 'EOD spot task')], max_length=32)),
                ('implementer', models.TextField()),
                ('method', models.TextField(verbose_name='method')),
                ('area_m2', models.PositiveBigIntegerField()),
                ('depth_cm', models.PositiveIntegerField(null=True)),
                ('state', models.CharField(choices=[('planned', 'Planned'), ('under_way', 'Under way'), ('completed', 'Completed')], default='planned', max_length=16, verbose_name='state')),
                ('end_planned_on', models.DateField(null=True)),
                ('start_on', models.DateField(null=True)),
                ('end_on', models.DateField(null=True)),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['made_at', 'task_id'],
            },
        ),
        migrations.CreateModel(
            name='ClearanceProgress',
            fields=[
                ('progress_id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('on', models.DateField()),
                ('release', models.CharField(choices=[('cleared', 'Cleared'), ('reduced', 'Reduced'), ('cancelled', 'Cancelled')], max_length=16)),
                ('area_m2', models.PositiveBigIntegerField()),
                ('depth_cm', models.PositiveIntegerField(null=True)),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('task', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='progress', to='assessment.clearancetask')),
            ],
            options={
                'ordering': ['on', 'progress_id'],
            },
        ),
        migrations.CreateModel(
            name='Hotspot',
            fields=[
                ('hotspot_id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.TextField(verbose_name='name')),
                ('kind', models.CharField(choices=[('suspected', 'Suspected hazardous area'), ('confirmed', 'Confirmed hazardous area')], max_length=16)),
                ('state', models.CharField(choices=[('open', 'Open'), ('suspended', 'Suspended'), ('handed_over', 'Handed over')], default='open', max_length=16, verbose_name='state')),
                ('found_on', models.DateField(null=True)),
                ('latitude_deg', models.FloatField(verbose_name='latitude, °')),
                ('longitude_deg', models.FloatField(verbose_name='longitude, °')),
                ('radius_m', models.FloatField(null=True)),
                ('perimeter', models.JSONField(default=list)),
                ('area_m2', models.PositiveBigIntegerField(null=True)),
                ('source', models.TextField(blank=True, default='', verbose_name='source')),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('handed_over_on', models.DateField(null=True)),
                ('handed_over_to', models.TextField(blank=True, default='')),
                ('agreed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='hotspots', to='places.site', verbose_name='site')),
            ],
            options={
                'ordering': ['name', 'hotspot_id'],
            },
        ),
        migrations.AddField(
            model_name='clearancetask',
            name='hotspot',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to='assessment.hotspot'),
        ),
        migrations.CreateModel(
            name='HotspotItem',
            fields=[
                ('item_id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('family', models.TextField(verbose_name='family')),
                ('what', models.TextField(blank=True, default='')),
                ('quantity', models.PositiveIntegerField(null=True, verbose_name='quantity')),
                ('evidence', models.CharField(choices=[('reported', 'Reported'), ('seen', 'Seen')], max_length=16)),
                ('latitude_deg', models.FloatField(null=True, verbose_name='latitude, °')),
                ('longitude_deg', models.FloatField(null=True, verbose_name='longitude, °')),
                ('depth_cm', models.PositiveIntegerField(null=True)),
                ('noted_on', models.DateField()),
                ('fate', models.CharField(choices=[('remains', 'Still there'), ('destroyed', 'Destroyed'), ('removed', 'Removed'), ('not_there', 'Was not there')], default='remains', max_length=16)),
                ('fate_on', models.DateField(null=True)),
                ('disposal', models.TextField(blank=True, default='')),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('hotspot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='assessment.hotspot')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['made_at', 'item_id'],
            },
        ),
        migrations.CreateModel(
            name='QualityCheck',
            fields=[
                ('check_id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('on', models.DateField()),
                ('inspector', models.TextField()),
                ('area_m2', models.PositiveBigIntegerField(null=True)),
                ('result', models.CharField(choices=[('passed', 'Passed'), ('minor', 'Minor nonconformity'), ('failed', 'Failed')], max_length=16)),
                ('nonconformity', models.TextField(blank=True, default='')),
                ('measures', models.TextField(blank=True, default='')),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('task', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='checks', to='assessment.clearancetask')),
            ],
            options={
                'ordering': ['on', 'made_at', 'check_id'],
            },
        ),
    ]
