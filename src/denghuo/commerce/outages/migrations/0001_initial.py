import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('customers', '0001_initial'),
        ('grid', '0001_initial'),
        ('identity', '0001_initial'),
        ('identity', '__first__'),
        ('supply', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Outage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=14, unique=True, verbose_name='outage number')),
                ('kind', models.CharField(choices=[('planned', 'Planned works'), ('temporary', 'Temporary works'), ('fault', 'Fault')], max_length=9, verbose_name='kind')),
                ('state', models.CharField(choices=[('proposed', 'Waiting for approval'), ('refused', 'Refused'), ('merged', 'Merged into other works'), ('approved', 'Approved'), ('running', 'Without supply'), ('restored', 'Restored'), ('cancelled', 'Cancelled')], max_length=9, verbose_name='state')),
                ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisationunit')),
                ('level', models.CharField(choices=[('substation', 'Substation'), ('feeder', 'Feeder'), ('transformer', 'Transformer and its area')], max_length=11, verbose_name='level')),
                ('substation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grid.substation')),
                ('feeder', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grid.feeder')),
                ('transformer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grid.transformer')),
                ('place', models.CharField(max_length=130, verbose_name='equipment')),
                ('cause', models.CharField(choices=[('maintenance', 'Maintenance of a line or transformer'), ('construction', 'Construction of the grid'), ('connection', 'Connection of a customer'), ('municipal', 'Municipal works'), ('equipment', 'Failure of equipment'), ('weather', 'Storm or lightning'), ('damage', 'Damage by others'), ('customer', "Fault at a customer's installation"), ('unknown', 'Not known yet')], default='maintenance', max_length=12, verbose_name='cause')),
                ('description', models.CharField(blank=True, max_length=300, verbose_name='works or finding')),
                ('begins_at', models.DateTimeField(verbose_name='begins')),
                ('ends_at', models.DateTimeField(null=True, verbose_name='planned end')),
                ('expected_end_at', models.DateTimeField(null=True, verbose_name='expected end')),
                ('started_at', models.DateTimeField(null=True, verbose_name='supply off')),
                ('restored_at', models.DateTimeField(null=True, verbose_name='supply restored')),
                ('progress', models.CharField(blank=True, max_length=300, verbose_name='progress')),
                ('round', models.PositiveSmallIntegerField(default=1)),
                ('merged_into', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='outages.outage')),
                ('requested_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('requested_at', models.DateTimeField(verbose_name='requested')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_at', models.DateTimeField(null=True, verbose_name='decided')),
                ('decision_note', models.CharField(blank=True, max_length=300, verbose_name='reason of the decision')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='ended')),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(condition=models.Q(('state__in', ['proposed', 'approved', 'running'])), fields=['state', 'unit'], name='live_outages'), models.Index(fields=['unit', '-id'], name='outages_out_unit_id_b7cf1e_idx'), models.Index(fields=['begins_at'], name='outages_out_begins__05968a_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('feeder__isnull', True), ('level', 'substation'), ('substation__isnull', False), ('transformer__isnull', True)), models.Q(('feeder__isnull', False), ('level', 'feeder'), ('substation__isnull', True), ('transformer__isnull', True)), models.Q(('feeder__isnull', True), ('level', 'transformer'), ('substation__isnull', True), ('transformer__isnull', False)), _connector='OR'), name='an_outage_names_its_equipment'), models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('requested_by')), _negated=True), _connector='OR'), name='two_persons_for_planned_works'), models.CheckConstraint(condition=models.Q(('kind', 'fault'), models.Q(('state__in', ['approved', 'running', 'restored']), _negated=True), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='announced_works_are_approved'), models.CheckConstraint(condition=models.Q(('kind', 'fault'), ('ends_at__gt', models.F('begins_at')), _connector='OR'), name='works_end_after_they_begin'), models.CheckConstraint(condition=models.Q(models.Q(('restored_at__isnull', True), ('started_at__isnull', False), ('state', 'running')), models.Q(('restored_at__gte', models.F('started_at')), ('started_at__isnull', False), ('state', 'restored')), ('state', 'cancelled'), models.Q(('started_at__isnull', True), ('state__in', ['proposed', 'refused', 'merged', 'approved'])), _connector='OR'), name='supply_is_off_between_two_instants'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'merged'), ('merged_into__isnull', False)), models.Q(models.Q(('state', 'merged'), _negated=True), ('merged_into__isnull', True)), _connector='OR'), name='merged_works_say_where'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'refused'), _negated=True), models.Q(('decision_note', ''), _negated=True), _connector='OR'), name='refused_works_say_why')],
            },
        ),
        migrations.CreateModel(
            name='AffectedSupply',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('outage', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='affected', to='outages.outage')),
                ('supply_point', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='supply.supplypoint')),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.account')),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer')),
                ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisationunit')),
                ('transformer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grid.transformer')),
                ('area', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grid.transformerarea')),
                ('feeder', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grid.feeder')),
                ('importance', models.CharField(choices=[('ordinary', 'Ordinary'), ('special', 'Special grade'), ('first', 'First grade'), ('second', 'Second grade'), ('temporary', 'Temporarily important')], default='ordinary', max_length=10, verbose_name='load importance')),
                ('special_care', models.CharField(blank=True, max_length=20, verbose_name='special care')),
                ('use_nature', models.CharField(blank=True, max_length=16, verbose_name='use nature')),
                ('grade', models.CharField(blank=True, max_length=4, verbose_name='grade')),
                ('rank', models.PositiveSmallIntegerField(verbose_name='rank')),
                ('treatment', models.CharField(blank=True, max_length=200, verbose_name='treatment')),
                ('treated_at', models.DateTimeField(null=True, verbose_name='treated')),
                ('off_minute', models.BigIntegerField(null=True)),
                ('on_minute', models.BigIntegerField(null=True)),
                ('continues', models.BooleanField(default=False)),
            ],
            options={
                'ordering': ['rank', 'supply_point'],
                'indexes': [models.Index(fields=['supply_point', 'off_minute'], name='outages_aff_supply__84d386_idx'), models.Index(condition=models.Q(('off_minute__isnull', False)), fields=['off_minute'], name='supplies_without_power'), models.Index(fields=['outage', 'rank'], name='outages_aff_outage__cca92f_idx')],
                'constraints': [models.UniqueConstraint(fields=('outage', 'supply_point'), name='a_supply_once_an_outage'), models.UniqueConstraint(condition=models.Q(('off_minute__isnull', False), ('on_minute__isnull', True)), fields=('supply_point',), name='a_supply_is_without_power_once'), models.CheckConstraint(condition=models.Q(('on_minute__isnull', True), ('on_minute__gte', models.F('off_minute')), _connector='OR'), name='power_back_after_off')],
            },
        ),
        migrations.CreateModel(
            name='EndEstimate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('outage', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='estimates', to='outages.outage')),
                ('expected_at', models.DateTimeField(verbose_name='expected end')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('made_at', models.DateTimeField(verbose_name='said')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['id'],
                'indexes': [],
                'constraints': [],
            },
        ),
        migrations.CreateModel(
            name='OutageNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('outage', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='outages.outage')),
                ('audience', models.CharField(choices=[('all', 'Everybody affected'), ('important', 'Important and special customers')], max_length=9, verbose_name='told')),
                ('round', models.PositiveSmallIntegerField()),
                ('due_at', models.DateTimeField(verbose_name='due')),
                ('deadline_at', models.DateTimeField(verbose_name='at the latest')),
                ('published_at', models.DateTimeField(null=True, verbose_name='sent out')),
                ('dropped_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['due_at', 'id'],
                'indexes': [models.Index(condition=models.Q(('dropped_at__isnull', True), ('published_at__isnull', True)), fields=['due_at'], name='outage_notices_due')],
                'constraints': [models.UniqueConstraint(fields=('outage', 'audience', 'round'), name='a_notice_once_a_round')],
            },
        ),
        migrations.CreateModel(
            name='FaultSignal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=60, unique=True)),
                ('source', models.CharField(choices=[('call', 'Call'), ('meter', 'Meter event'), ('crew', 'Crew')], max_length=6, verbose_name='source')),
                ('transformer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grid.transformer')),
                ('supply_point', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='supply.supplypoint')),
                ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisationunit')),
                ('case_id', models.BigIntegerField(help_text='the case that brought it', null=True)),
                ('reported_at', models.DateTimeField(verbose_name='reported')),
                ('outage', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='signals', to='outages.outage')),
                ('dismissed_at', models.DateTimeField(null=True, verbose_name='no outage')),
                ('dismissed_note', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'ordering': ['reported_at', 'id'],
                'indexes': [models.Index(condition=models.Q(('dismissed_at__isnull', True), ('outage__isnull', True)), fields=['transformer', 'reported_at'], name='open_fault_signals')],
                'constraints': [],
            },
        ),
    ]
