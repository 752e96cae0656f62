import denghuo.foundation.database.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('customers', '0001_initial'),
        ('grid', '0001_initial'),
        ('identity', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='SupplyPoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=13, unique=True, verbose_name='supply point number')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='supply_points', to='customers.customer')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='supply_points', to='customers.account')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisationunit')),
                ('address', models.CharField(max_length=200, verbose_name='address')),
                ('state', models.CharField(choices=[('planned', 'Not yet energised'), ('active', 'In use'), ('suspended', 'Suspended'), ('closed', 'Closed for good')], default='active', max_length=10, verbose_name='state')),
                ('energised_date', models.DateField(blank=True, null=True, verbose_name='energised')),
                ('closed_date', models.DateField(blank=True, null=True, verbose_name='closed')),
                ('version', models.PositiveIntegerField(default=1)),
            ],
            options={
                'ordering': ['number'],
                'indexes': [models.Index(fields=['unit', 'number'], name='supply_supp_unit_id_791f26_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'closed'), _negated=True), ('closed_date__isnull', False), _connector='OR'), name='closed_supply_point_has_a_date'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['active', 'suspended']), _negated=True), ('energised_date__isnull', False), _connector='OR'), name='supplied_point_was_energised')],
            },
        ),
        migrations.CreateModel(
            name='SupplyTerms',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('supply_point', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='terms', to='supply.supplypoint')),
                ('valid_from', models.DateField(verbose_name='valid from')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='valid until')),
                ('area', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='terms', to='grid.transformerarea')),
                ('transformer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='terms', to='grid.transformer')),
                ('supply_relation', models.CharField(choices=[('direct', 'Direct supply'), ('wholesale', 'Wholesale'), ('resale', 'Resale')], default='direct', max_length=10, verbose_name='supply relation')),
                ('tariff_class', models.CharField(choices=[('residential', 'Residential'), ('agricultural', 'Agricultural production'), ('commercial_industrial', 'Commercial and industrial'), ('generation', 'Generation fed in')], max_length=24, verbose_name='tariff class')),
                ('supply_source', models.CharField(choices=[('public_transformer', 'Public transformer'), ('dedicated_transformer', 'Dedicated transformer'), ('dedicated_line', 'Dedicated line')], default='public_transformer', max_length=24, verbose_name='supply source')),
                ('use_nature', models.CharField(choices=[('household', 'Household'), ('shop', 'Shop and service'), ('office', 'Office and institution'), ('industry', 'Industry'), ('large_industry', 'Large industry'), ('farming', 'Farming and irrigation'), ('education', 'Education'), ('health', 'Health care'), ('ev_charging', 'EV charging'), ('temporary', 'Temporary')], max_length=16, verbose_name='use nature')),
                ('importance', models.CharField(choices=[('ordinary', 'Ordinary'), ('special', 'Special grade'), ('first', 'First grade'), ('second', 'Second grade'), ('temporary', 'Temporarily important')], default='ordinary', max_length=10, verbose_name='load importance')),
                ('industry_code', models.CharField(blank=True, max_length=6, verbose_name='industry code')),
                ('voltage', models.CharField(choices=[('lt1kv', 'Below 1 kV'), ('1-10kv', '1–10 kV'), ('20kv', '20 kV'), ('35kv', '35 kV'), ('110kv', '110 kV'), ('220kv', '220 kV and above')], max_length=8, verbose_name='voltage')),
                ('metering_mode', models.CharField(choices=[('high_high', 'High-voltage supply, metered at high voltage'), ('high_low', 'High-voltage supply, metered at low voltage'), ('low_low', 'Low-voltage supply, metered at low voltage')], default='low_low', max_length=10, verbose_name='metering mode')),
                ('capacity_kva', denghuo.foundation.database.fields.PowerField(verbose_name='capacity')),
                ('price_book', models.CharField(max_length=30, verbose_name='price book')),
                ('tariff', models.CharField(max_length=40, verbose_name='tariff')),
                ('billing_mode', models.CharField(choices=[('single', 'Single-part'), ('capacity', 'Two-part by capacity'), ('contract_demand', 'Two-part by contract demand'), ('actual_demand', 'Two-part by actual demand')], default='single', max_length=16, verbose_name='billing mode')),
                ('contract_demand_kw', denghuo.foundation.database.fields.PowerField(blank=True, null=True, verbose_name='contract demand')),
                ('demand_exempt', models.BooleanField(default=False, verbose_name='exempt from the basic charge')),
                ('pf_standard', models.PositiveSmallIntegerField(choices=[(0, 'None'), (80, '0.80'), (85, '0.85'), (90, '0.90')], default=0, verbose_name='power-factor standard')),
                ('pf_no_reward', models.BooleanField(default=False, verbose_name='power-factor surcharge only')),
                ('kept_single_part', models.BooleanField(default=False, verbose_name='single-part kept as an existing customer')),
                ('market', models.CharField(choices=[('list', 'List price'), ('agent', 'Agent purchase'), ('agent_penalty', 'Agent purchase at 1.5 times the price'), ('direct', 'Direct trade')], default='list', max_length=14, verbose_name='market attribute')),
                ('household_persons', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='persons registered')),
                ('free_energy_kwh', denghuo.foundation.database.fields.EnergyField(blank=True, null=True, verbose_name='free energy a month')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
            ],
            options={
                'ordering': ['supply_point', 'valid_from'],
                'constraints': [models.UniqueConstraint(fields=('supply_point', 'valid_from'), name='terms_start_once'), models.UniqueConstraint(condition=models.Q(('valid_to__isnull', True)), fields=('supply_point',), name='one_open_end_of_terms'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='terms_dates_in_order'), models.CheckConstraint(condition=models.Q(('pf_standard__in', [0, 80, 85, 90])), name='pf_standard_is_known'), models.CheckConstraint(condition=models.Q(models.Q(('billing_mode', 'contract_demand'), _negated=True), ('contract_demand_kw__isnull', False), _connector='OR'), name='contract_demand_is_named', violation_error_message='Two-part by contract demand needs the contract demand.')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='LossTerms',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('supply_point', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='loss_terms', to='supply.supplypoint')),
                ('valid_from', models.DateField(verbose_name='valid from')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='valid until')),
                ('method', models.CharField(choices=[('none', 'None'), ('coefficient', 'Coefficients'), ('physical', 'Physical formula'), ('percent', 'Agreed percentage')], max_length=12, verbose_name='method')),
                ('iron_loss_kw', denghuo.foundation.database.fields.ReadingField(blank=True, null=True, verbose_name='iron loss')),
                ('copper_ratio', denghuo.foundation.database.fields.RatioField(blank=True, null=True, verbose_name='copper-loss coefficient')),
                ('reactive_iron_kvar', denghuo.foundation.database.fields.ReadingField(blank=True, null=True, verbose_name='reactive iron loss')),
                ('reactive_copper_factor', denghuo.foundation.database.fields.RatioField(blank=True, null=True, verbose_name='reactive copper factor')),
                ('line_loss_ratio', denghuo.foundation.database.fields.RatioField(blank=True, null=True, verbose_name='line-loss ratio')),
                ('rated_capacity_kva', denghuo.foundation.database.fields.PowerField(blank=True, null=True, verbose_name='rated capacity')),
                ('load_loss_kw', denghuo.foundation.database.fields.ReadingField(blank=True, null=True, verbose_name='load loss')),
                ('shift_factor', denghuo.foundation.database.fields.RatioField(blank=True, null=True, verbose_name='shift factor')),
                ('energised_hours_a_day', models.PositiveSmallIntegerField(default=24, verbose_name='energised hours a day')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
            ],
            options={
                'ordering': ['supply_point', 'valid_from'],
                'constraints': [models.UniqueConstraint(fields=('supply_point', 'valid_from'), name='loss_terms_start_once'), models.UniqueConstraint(condition=models.Q(('valid_to__isnull', True)), fields=('supply_point',), name='one_open_end_of_loss_terms'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='loss_terms_dates_in_order'), models.CheckConstraint(condition=models.Q(('energised_hours_a_day__gte', 0), ('energised_hours_a_day__lte', 24)), name='energised_hours_fit_a_day')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='SupplyContract',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('supply_point', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contracts', to='supply.supplypoint')),
                ('number', models.CharField(max_length=30, unique=True, verbose_name='contract number')),
                ('signed_date', models.DateField(verbose_name='signed')),
                ('valid_from', models.DateField(verbose_name='valid from')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='valid until')),
            ],
            options={
                'ordering': ['supply_point', '-valid_from'],
                'indexes': [],
                'constraints': [],
            },
        ),
    ]
