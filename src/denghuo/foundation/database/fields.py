"""Exact numbers in the database.

SQLite keeps DECIMAL columns as floating point, so sums drift; every amount and billed quantity is therefore a
BIGINT at a fixed scale, exact under SUM, comparison and check constraints on SQLite and PostgreSQL alike.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core import exceptions, validators
from django.db import models
from django.db.models.expressions import Combinable

from denghuo.kernel import quantities
from denghuo.kernel.quantities import InexactQuantity, scaled, unscaled


class MoneyField(models.BigIntegerField):
    """Integer fen; the name of the column ends in ``_fen``."""


class ScaledField(models.BigIntegerField):
    """A ``Decimal`` with the ``scale`` decimals of its class, kept as an integer.

    In ``F()`` arithmetic wrap literals: ``Value(Decimal("1.5"), output_field=EnergyField())``.

    Raises:
        ValidationError: a float, a text that is no number, or more decimals than the scale keeps.
    """

    scale = 0
    # What the type checker sees at an attribute of this field (django-stubs reads these names).
    _pyi_private_set_type: Decimal | str | int | Combinable  # type: ignore[assignment]
    _pyi_private_get_type: Decimal  # type: ignore[assignment]
    _pyi_lookup_exact_type: Decimal | str | int  # type: ignore[assignment]

    def to_python(self, value: Any) -> Decimal | None:
        if value is None or isinstance(value, Decimal):
            return value
        try:
            return unscaled(scaled(value, self.scale), self.scale)
        except InexactQuantity as error:
            raise exceptions.ValidationError(str(error), code="invalid") from error

    def get_prep_value(self, value: Any) -> Any:
        if value is None or hasattr(value, "resolve_expression"):
            return value
        try:
            return scaled(value, self.scale)
        except InexactQuantity as error:
            raise exceptions.ValidationError(f"{self.name}: {error}", code="invalid") from error

    def from_db_value(self, value: int | None, expression: Any, connection: Any) -> Decimal | None:
        return None if value is None else unscaled(value, self.scale)

    @property
    def validators(self) -> list[Any]:
        return [validators.DecimalValidator(19, self.scale), *self._validators]  # type: ignore[attr-defined]

    def formfield(self, **kwargs: Any) -> Any:
        return models.Field.formfield(
            self, **{"form_class": forms.DecimalField, "decimal_places": self.scale, **kwargs}
        )

    def value_to_string(self, obj: models.Model) -> str:
        value = self.value_from_object(obj)
        return "" if value is None else str(value)


class ReadingField(ScaledField):
    """A register as the meter shows it: 4 decimals of kWh, kvarh or kW."""

    scale = quantities.READING_SCALE


class EnergyField(ScaledField):
    """kWh or kvarh after the multiplier: 2 decimals."""

    scale = quantities.ENERGY_SCALE


class PowerField(ScaledField):
    """kW or kVA: 2 decimals."""

    scale = quantities.POWER_SCALE


class PriceField(ScaledField):
    """Yuan per kWh, kW or kVA: 8 decimals."""

    scale = quantities.PRICE_SCALE


class RatioField(ScaledField):
    """A share or factor: 6 decimals."""

    scale = quantities.RATIO_SCALE
