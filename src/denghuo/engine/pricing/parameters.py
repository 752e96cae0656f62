"""Parameters of rules that differ between provinces or are uncertain: defaults, overridden by the book.

Start values from the regulation's parameter list; in a book each has its own validity and basis.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation


@dataclass(frozen=True)
class Setting:
    """A parameter's default, its confidence mark, and what values it takes (``choices`` empty: a number)."""

    default: str
    confidence: str
    meaning: str
    choices: tuple[str, ...] = ()

    def accepts(self, value: str) -> bool:
        if self.choices:
            return value in self.choices
        try:
            number = Decimal(value)
        except InvalidOperation:
            return False
        return number.is_finite() and 0 <= number < 10**9 and number == round(number, 6)


SETTINGS: dict[str, Setting] = {
    # read by the price engine
    "demand_over_threshold": Setting(
        "1.05", "V2", "demand above this multiple of the contract value is excess"
    ),
    "demand_over_multiplier": Setting("2", "V2", "how many times the excess is charged"),
    "demand_over_reading": Setting(
        "A", "U", "A: contract value + excess; B: threshold value + excess", ("A", "B")
    ),
    "demand_floor_ratio": Setting("0.40", "U", "least contract demand as a share of capacity"),
    "demand_discount_kwh_per_kva": Setting(
        "260", "K", "monthly kWh per kVA from which the demand price falls"
    ),
    "demand_discount_factor": Setting("0.90", "K", "the demand price is multiplied by this"),
    "basic_charge_day_divisor": Setting("30", "K", "days of a month for a part month's basic charge"),
    "basic_charge_cap": Setting(
        "regime",
        "U",
        "cap days/30 at one month for each regime, or for all regimes of the month together",
        ("regime", "month"),
    ),
    "free_energy_mode": Setting(
        "deduct", "U", "free kWh reduce tier 1, or are credited on lines of their own", ("deduct", "credit")
    ),
    "iron_loss_split": Setting(
        "hours", "V2", "iron loss by hours or by energy of the time-of-use periods", ("hours", "energy")
    ),
    "tou_sum_tolerance_kwh": Setting(
        "1", "V2", "allowed gap between the registers' sum and the total, on the meter"
    ),
    "tou_sum_tolerance_ratio": Setting("0.002", "V2", "allowed gap as a share of the total, if larger"),
    "pf_zero_active": Setting(
        "none", "U", "reactive energy without active: no adjustment, or a human looks", ("none", "review")
    ),
    "agent_price_penalty": Setting("1.5", "V1", "agent energy price of customers at the penalty price"),
    # kept in the book for other rooms
    "two_part_min_kva": Setting("315", "K", "two-part from this capacity"),
    "two_part_optional_from": Setting("100", "K", "two-part may be chosen above this capacity"),
    "suspension_min_days": Setting("15", "K", "shortest suspension"),
    "suspension_max_months_year": Setting("6", "K", "longest suspension in a calendar year"),
    "change_notice_wd_mode": Setting("15", "V2", "working days of notice to change the billing mode"),
    "change_notice_wd_contract": Setting("5", "V2", "working days of notice to change the contract demand"),
    "change_notice_wd_suspend": Setting("5", "K", "working days of notice to suspend or resume"),
    "mode_lock_months": Setting("3", "V2", "months between two changes of billing mode"),
    "late_rate_res": Setting("0.001", "K", "late charge a day, residential"),
    "late_rate_other": Setting("0.002", "K", "late charge a day, other customers, same year"),
    "late_rate_cross_year": Setting("0.003", "K", "late charge a day, other customers, earlier year"),
    "late_min_fee": Setting("0", "U", "least late charge in yuan"),
    "error_backbill_cap_months": Setting("0", "U", "longest back-billing for meter error; 0: no cap"),
    "meter_error_period_factor": Setting("0.5", "K", "share of the period a meter error is billed for"),
    "vat": Setting("0.13", "V2", "value added tax inside the prices"),
    "agent_publish_days_before": Setting("3", "V1", "days before the month that agent prices are published"),
    "emergency_power_ratio": Setting("1.20", "V2", "emergency power of important customers"),
    "loss_high": Setting("0.10", "K", "transformer-area loss that counts as high"),
    "loss_neg": Setting("0.01", "U", "negative loss that counts as abnormal"),
}
