"""Every component in every tone, with invented data: for those who build pages, and for the browser tests."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from denghuo.foundation.ui import charts, components
from denghuo.foundation.ui.access import signed_in
from denghuo.foundation.ui.clock import PERIODS
from denghuo.foundation.ui.extensions import Counter, TimelineItem
from denghuo.foundation.ui.lists import Column
from denghuo.foundation.ui.navigation import crumb


class SampleForm(forms.Form):
    """One field of every sort."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=40, help_text=gettext_lazy("As on the identity card.")
    )
    period = forms.ChoiceField(label=gettext_lazy("Period"), choices=list(PERIODS.items()))
    day = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    amount = forms.DecimalField(label=gettext_lazy("Amount in yuan"), max_digits=12, decimal_places=2)
    note = forms.CharField(
        label=gettext_lazy("Remark"), widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    urgent = forms.BooleanField(label=gettext_lazy("Urgent"), required=False)
    way = forms.ChoiceField(
        label=gettext_lazy("Tone"),
        choices=[(tone, tone) for tone in components.TONES],
        widget=forms.RadioSelect,
    )


COLUMNS = [
    Column("number", gettext_lazy("Number"), url=lambda row: "/interface"),
    Column("name", gettext_lazy("Name"), kind="masked", mask="name"),
    Column("state", gettext_lazy("State"), kind="badge"),
    Column("energy", gettext_lazy("Energy"), kind="energy", unit="kWh"),
    Column("total", gettext_lazy("Amount"), kind="money"),
    Column("due", gettext_lazy("Due"), kind="date"),
]


@signed_in
def gallery(request: HttpRequest) -> HttpResponse:
    form = SampleForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        form.is_valid()
    context: dict[str, Any] = {
        "page_title": _("Interface components"),
        "breadcrumbs": [crumb(_("Workbench"), "/"), crumb(_("Interface components"))],
        "today": timezone.now(),
        "form": form,
        "tones": components.TONES,
        "states": [codes[0] for codes in components.STATE_TONES.values()],
        "facts": _facts(),
        "counters": _counters(),
        "happenings": _happenings(),
        "columns": COLUMNS,
        "rows": _rows(),
        "windows": [
            ("11:00", "13:00", "valley"),
            ("16:00", "18:00", "peak"),
            ("18:00", "22:00", "sharp"),
            ("22:00", "24:00", "peak"),
            ("00:00", "06:00", "deep"),
        ],
        **_charts(),
    }
    return render(request, "ui/gallery.html", context)


@signed_in
def drawer_sample(request: HttpRequest) -> HttpResponse:
    """A job that runs a little further with every look at it."""
    seen = (
        min(100, int(request.GET.get("seen", "0") or 0) + 20)
        if request.GET.get("seen", "0").isdecimal()
        else 100
    )
    return render(request, "ui/gallery_job.html", {"seen": seen})


def _facts() -> list[tuple[Any, ...]]:
    return [
        (_("Supply point number"), "4501000000123"),
        (_("Address"), "灯火镇梧桐巷***"),
        (_("Supply voltage"), "220 V"),
        (_("Contract capacity"), "8 kW"),
        (_("Meter"), "4530001000000000000017", "/interface"),
        (_("Remark"), None),
    ]


def _counters() -> list[Counter]:
    return [
        Counter(_("Balance"), "128.50"),
        Counter(_("Arrears"), "1,204.77", url="/interface", tone="danger", hint=_("3 bills")),
        Counter(_("Energy of the year"), "2,761", tone="neutral", hint="kWh"),
        Counter(_("Credit grade"), "A", tone="success"),
    ]


def _happenings() -> list[TimelineItem]:
    now = timezone.now()
    return [
        TimelineItem(now - timedelta(hours=3), "receipt", _("Bill issued"), "2026-08 · 1,204.77", "accent", "/interface"),
        TimelineItem(now - timedelta(days=2), "circle-check", _("Reading accepted"), "8,412.60 kWh", "success"),
        TimelineItem(now - timedelta(days=9), "alert-triangle", _("Reading estimated"), _("Nobody was at home."), "warning"),
        TimelineItem(now - timedelta(days=31), "plug", _("Meter exchanged"), "4530001000000000000017"),
    ]  # fmt: skip


def _rows() -> list[dict[str, Any]]:
    names = ["王秀英", "李建国", "灯火纺织厂", "陈淑芬", "孙丽"]
    states = ["issued", "draft", "exception", "estimated", "running"]
    day = timezone.localdate()
    return [
        {
            "number": f"20260800000000{index:03d}7",
            "name": name,
            "state": states[index],
            "energy": Decimal("213.5") * (index + 1),
            "total": 10_477 * (index + 1) * (-1 if index == 3 else 1),
            "due": day + timedelta(days=index),
        }
        for index, name in enumerate(names)
    ]


def _charts() -> dict[str, Any]:
    hours = [f"{hour:02d}:00" for hour in range(24)]
    load = [31, 29, 28, 28, 29, 33, 41, 52, 61, 66, 69, 72, 66, 63, 64, 66, 71, 82, 93, 97, 92, 78, 58, 42]
    before = [value * 0.93 for value in load]
    months = [f"2026-{month:02d}" for month in range(1, 9)]
    today, yesterday = _("Today"), _("Yesterday")
    labels = {code: str(label) for code, label in PERIODS.items()}
    return {
        "line": charts.lines(
            hours, {today: load, yesterday: before}, unit="MW", area=True, dashed=[yesterday]
        ),
        "bar": charts.bars(
            months,
            {
                labels["peak"]: [120, 98, 88, 90, 110, 160, 201, 190],
                labels["flat"]: [80, 70, 66, 60, 72, 95, 120, 118],
                labels["valley"]: [60, 50, 44, 41, 52, 70, 83, 80],
            },
            unit="kWh",
            stacked=True,
            colours={labels[code]: tone for code, tone in charts.TOU_TONES.items()},
        ),
        "ring": charts.ring({_("Tier 1"): 61, _("Tier 2"): 27, _("Tier 3"): 12}, unit="%"),
    }
