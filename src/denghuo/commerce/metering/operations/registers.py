"""Metering points and meters: hang, exchange, change the ratio, take down.

What a meter shows when it is hung and taken down starts and ends the chain of readings, which lives one room
higher. A day later would be too late (an exchange without its closing reading loses energy), so the keeper of
that chain is asked inside the same transaction through :class:`RegisterBook`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from denghuo.commerce.metering import rules
from denghuo.commerce.metering.models import Installation, Meter
from denghuo.foundation.database.fields import ReadingField
from denghuo.foundation.identity.models import Staff

Registers = Mapping[str, Decimal | int | str | None]


class RegisterBook(Protocol):
    """Who keeps what meters show (``commerce.readings`` does)."""

    def opened(
        self,
        *,
        installation: Installation,
        after: Installation | None,
        registers: Mapping[str, Decimal],
        at: datetime,
        actor: Staff | None,
    ) -> None:
        """Start the chain of ``installation``; ``after`` hung there until the same day."""

    def closed(
        self,
        *,
        installation: Installation,
        registers: Mapping[str, Decimal],
        on: date,
        final: bool,
        at: datetime,
        actor: Staff | None,
    ) -> None:
        """End the chain of ``installation``; ``final`` when the supply ends with it.

        Raises:
            ValidationError: the registers cannot follow the last reading.
        """


_books: list[RegisterBook] = []


def keep_registers_in(book: RegisterBook) -> None:
    """Name the keeper of the reading chain; called once when Django is ready."""
    _books[:] = [book]


def register_book() -> RegisterBook:
    if not _books:
        raise RuntimeError("no register book is connected: denghuo.commerce.readings must be installed")
    return _books[0]


@dataclass(frozen=True)
class Transformers:
    """What stands before a meter: current and voltage transformers (1:1 = connected directly)."""

    ct_primary_a: int = 1
    ct_secondary_a: int = 1
    pt_ratio: int = 1

    @property
    def multiplier(self) -> int:
        """
        Raises:
            ValidationError: not a whole positive ratio.
        """
        value = rules.multiplier(self.ct_primary_a, self.ct_secondary_a, self.pt_ratio)
        if value is None:
            raise ValidationError(
                _("%(primary)s/%(secondary)s A with PT %(pt)s is not a whole multiplier.")
                % {"primary": self.ct_primary_a, "secondary": self.ct_secondary_a, "pt": self.pt_ratio},
                code="multiplier",
            )
        return value


DIRECT = Transformers()


class MeteringConflict(ValidationError):
    """What was asked contradicts what hangs where (a meter that hangs elsewhere, an empty point, dates in disorder)."""


def checked_registers(meter: Meter, registers: Registers) -> dict[str, Decimal]:
    """``registers`` as decimals that ``meter`` can show.

    Raises:
        ValidationError: keyed by register: missing, foreign to the meter, out of range, or too many decimals.
    """
    errors: dict[str, list[str]] = {}
    values: dict[str, Decimal] = {}
    for name, given in registers.items():
        if given is None or given == "":
            continue
        if name not in rules.REGISTERS:
            errors[name] = [_("There is no such register.")]
            continue
        try:
            value = ReadingField().to_python(given)
            ReadingField().get_prep_value(value)
        except ValidationError as error:
            errors[name] = error.messages
            continue
        if value is not None:
            values[name] = value
    for name in rules.foreign_registers(meter.registers, values):
        errors.setdefault(name, []).append(_("The meter has no such register."))
    for name in rules.missing_registers(meter.registers, values):
        errors.setdefault(name, []).append(_("The meter has this register; its reading is needed."))
    for name in rules.out_of_range(values, meter.integer_digits):
        errors.setdefault(name, []).append(
            _("The display cannot show this: it has %(digits)s digits.") % {"digits": meter.integer_digits}
        )
    if errors:
        raise ValidationError(errors)
    return values
