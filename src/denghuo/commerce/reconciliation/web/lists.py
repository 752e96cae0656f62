"""Lists: differences as a worklist, files of channels."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _

from denghuo.commerce.payments.models import Channel
from denghuo.commerce.reconciliation.models import (
    WAITING_STATES,
    ChannelStatement,
    Difference,
    DifferenceKind,
    DifferenceState,
)
from denghuo.commerce.reconciliation.web.forms import channels
from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.lists import ChoiceFilter, Column, DateRangeFilter, ListPage, TextFilter


def _channel_choices(request: HttpRequest) -> list[tuple[str, str]]:
    return channels()


@require("reconciliation.view")
class DifferenceList(ListPage):
    title = _("Differences")
    pretitle = _("Reconciliation")
    keyset = ("-id",)
    scope_field = "reconciliation__unit__code"
    export_name = "differences"
    empty_title = _("No difference")
    empty_text = _("What the channels say and what we booked agree.")
    columns = [
        Column(
            "kind",
            _("Kind of difference"),
            value=lambda row: row.get_kind_display(),
            url=lambda row: reverse("reconciliation:difference", args=[row.pk]),
        ),
        Column("day", _("Day"), kind="date", value="reconciliation__day"),
        Column("channel", _("Channel"), value=lambda row: Channel(row.reconciliation.channel).label),
        Column("external_id", _("Channel transaction")),
        Column("file", _("Channel file (yuan)"), kind="money", value="file_fen"),
        Column("ours", _("Our records (yuan)"), kind="money", value="our_fen"),
        Column("effect", _("Difference (yuan)"), kind="money", value="effect_fen"),
        Column("owner", _("Owner"), value="owner__name"),
        Column("explanation", _("Explanation"), hidden=True),
        Column(
            "state",
            _("State"),
            kind="badge",
            tones={"open": "warning", "booking": "accent", "explained": "success", "resolved": "success"},
        ),
    ]
    filters = [
        ChoiceFilter(
            "state",
            _("State"),
            choices=[("waiting", _("Waiting for a decision")), *DifferenceState.choices],
            apply=lambda rows, value: rows.filter(
                state__in=WAITING_STATES if value == "waiting" else [value]
            ),
        ),
        ChoiceFilter("kind", _("Kind of difference"), choices=DifferenceKind.choices),
        ChoiceFilter(
            "channel",
            _("Channel"),
            choices=_channel_choices,
            apply=lambda rows, value: rows.filter(reconciliation__channel=value),
        ),
        TextFilter("q", _("Channel transaction"), lookups=("external_id__startswith",)),
        DateRangeFilter("day", _("Day"), field="reconciliation__day"),
    ]

    def queryset(self, request: HttpRequest) -> QuerySet[Difference]:
        return Difference.objects.select_related("reconciliation", "owner")


@require("reconciliation.view")
class StatementList(ListPage):
    title = _("Files of the channels")
    pretitle = _("Reconciliation")
    keyset = ("-day", "-id")
    scope_field = "unit__code"
    export_name = "channel-files"
    create_url = reverse_lazy("reconciliation:upload")
    create_label = _("Bring in a channel's file")
    create_permission = "reconciliation.work"
    empty_title = _("No file yet")
    empty_text = _(
        "Each channel sends a file of every day: WeChat Pay, Alipay, the card terminals and the banks."
    )
    columns = [
        Column("file_name", _("File"), url=lambda row: reverse("reconciliation:statement", args=[row.pk])),
        Column("channel", _("Channel"), value=lambda row: Channel(row.channel).label),
        Column("day", _("Day"), kind="date"),
        Column("rows", _("Rows"), kind="number", value="lines_count"),
        Column("paid", _("Paid (yuan)"), kind="money", value="payments_fen"),
        Column("refunded", _("Refunded (yuan)"), kind="money", value="refunds_fen"),
        Column("fee", _("Fee (yuan)"), kind="money", value="fee_fen"),
        Column("errors", _("Unreadable"), kind="number", value="error_count"),
        Column("agrees", _("Agrees with its own summary"), kind="flag"),
        Column("uploaded", _("Uploaded"), kind="moment", value="uploaded_at"),
    ]
    filters = [
        ChoiceFilter("channel", _("Channel"), choices=_channel_choices),
        DateRangeFilter("day", _("Day"), field="day"),
    ]

    def queryset(self, request: HttpRequest) -> QuerySet[ChannelStatement]:
        return ChannelStatement.objects.filter(replaced_at__isnull=True)
