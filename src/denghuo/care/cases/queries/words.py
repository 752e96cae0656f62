"""Words for codes: why a month shows more, by which sentence an appliance is paid."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

REASONS: dict[str, Any] = {
    "more_than_last_month": _("More was used a day than in the month before."),
    "longer_period": _("The bill covers more days than the one before."),
    "higher_tier": _("The year's use has reached a higher tier, so part of it costs more."),
    "price_changed": _("The prices changed between the two bills."),
    "estimated_before": _("The month before was estimated; this month makes up for it."),
    "more_than_last_year": _("More was used a day than in the same month of last year."),
    "less_than_last_year": _(
        "Not more was used a day than in the same month of last year: the season explains it."
    ),
    "as_usual": _("The use is as in the month before."),
}
BASES: dict[str, Any] = {
    "full_price": pgettext_lazy("compensation", "Bought within six months: full price"),
    "depreciated": pgettext_lazy("compensation", "Price less its age"),
    "floor": pgettext_lazy("compensation", "Past its life: a tenth of the price"),
    "repair": pgettext_lazy("compensation", "Repaired at our cost"),
    "": pgettext_lazy("compensation", "Not our fault"),
}
