"""Dunning letters (催费通知书) as PDF, one or a batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from denghuo.commerce.collection import operations
from denghuo.commerce.collection.models import ContactChannel, DunningAction
from denghuo.commerce.collection.web.common import now, visible
from denghuo.commerce.receivables.models import ReceivableKind
from denghuo.foundation.documents import pdf
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.kernel.capital_amount import chinese_capital_amount
from denghuo.kernel.periods import day_of
from denghuo.records.supply.models import SupplyPoint

MOST = 500


def _letters(request: StaffRequest) -> Any:
    return DunningAction.objects.filter(
        channel=ContactChannel.LETTER, case__unit__code__startswith=request.user.scope
    ).select_related("case__account__customer", "case__unit")


def letter_data(actions: Sequence[DunningAction]) -> list[dict[str, Any]]:
    """JSON-able data of the sheets, one a letter; what was demanded then, whatever has been paid since."""
    points = SupplyPoint.objects.filter(account__in=[action.case.account_id for action in actions])
    addresses = dict(points.order_by("-id").values_list("account_id", "address"))
    return [
        {
            "number": f"CF{action.pk:08d}",
            "unit": action.case.unit.name,
            "customer": action.case.account.customer.name
            if not action.case.account.customer.is_person
            else action.case.account.customer.masked_name,
            "account": action.case.account.number,
            "address": action.case.account.bill_address or addresses.get(action.case.account_id, ""),
            "date": day_of(action.created_at).isoformat(),
            "text": action.text.splitlines(),
            "owed_fen": action.owed_fen,
            "capitals": chinese_capital_amount(action.owed_fen),
            "debts": [
                {
                    "document": row["document"],
                    "kind": str(ReceivableKind(row["kind"]).label),
                    "cycle": row["cycle"],
                    "due": row["due"],
                    "open_fen": row["open_fen"],
                    "late_fee_fen": row["late_fee_fen"],
                }
                for row in action.debt_rows
            ],
        }
        for action in actions
    ]


def _answer(actions: Sequence[DunningAction], name: str) -> HttpResponse:
    body = pdf.render(
        "collection/letter.typ",
        {"letters": letter_data(actions)},
        created_at=max(action.created_at for action in actions),
    )
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


@require("collection.view")
@require_GET
def letter(request: StaffRequest, pk: int) -> HttpResponse:
    """The PDF of one letter; looking at it changes nothing."""
    found = visible(_letters(request), pk, request.user.scope, "case__unit")
    return _answer([found], f"CF{found.pk:08d}")


@require("collection.work")
@require_POST
def print_letters(request: StaffRequest) -> HttpResponse:
    """The PDF of the selected letters; those that waited are marked as sent."""
    ids = [int(pk) for pk in request.POST.getlist("ids") if pk.isdecimal() and len(pk) < 18][:MOST]
    found = list(_letters(request).filter(pk__in=ids).order_by("pk"))
    if not found:
        messages.error(request, _("Choose at least one letter."))
        return redirect("collection:letters")
    operations.print_letters(actions=found, actor=request.user, at=now())
    return _answer(found, "letters")
