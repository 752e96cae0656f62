"""Exact numbers: what a scaled field accepts, refuses, stores and gives back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db.models import F
from hypothesis import given
from hypothesis import strategies as st

from denghuo.foundation.database import fields

KINDS = (
    fields.ReadingField,
    fields.EnergyField,
    fields.PowerField,
    fields.PriceField,
    fields.RatioField,
)


@pytest.mark.parametrize("kind", KINDS)
@given(units=st.integers(-(10**17), 10**17))
def test_what_is_stored_comes_back_to_the_last_unit(kind, units):
    field = kind()
    value = field.from_db_value(units, None, None)
    assert isinstance(value, Decimal)
    assert value.as_tuple().exponent == -kind.scale
    assert field.get_prep_value(value) == units
    assert field.to_python(str(value)) == value


@pytest.mark.parametrize(
    "value", [1.5, 0.1, "abc", "0.001", Decimal("0.001"), Decimal("NaN"), Decimal("Infinity")]
)
def test_what_is_not_exact_is_refused(value):
    field = fields.EnergyField()
    field.name = "energy_kwh"
    with pytest.raises(ValidationError):
        field.get_prep_value(value)


@pytest.mark.parametrize(
    "value, units", [("12.3", 1230), (12, 1200), (Decimal("12.30"), 1230), ("-0.01", -1), (None, None)]
)
def test_what_is_exact_is_scaled(value, units):
    assert fields.EnergyField().get_prep_value(value) == units


def test_expressions_pass_through():
    expression = F("energy_kwh")
    assert fields.EnergyField().get_prep_value(expression) is expression


def test_a_form_takes_no_more_decimals_than_the_scale():
    form_field = fields.PowerField().formfield()
    assert form_field.clean("12.34") == Decimal("12.34")
    with pytest.raises(ValidationError):
        form_field.clean("12.345")


def test_fixtures_write_the_decimal():
    class Thing:
        energy_kwh = Decimal("1.50")

    field = fields.EnergyField()
    field.attname = "energy_kwh"
    assert field.value_to_string(Thing()) == "1.50"
    Thing.energy_kwh = None
    assert field.value_to_string(Thing()) == ""
