"""Closed months, and the closing of the next."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from denghuo.commerce.ledger import operations, queries
from denghuo.commerce.ledger.web.common import now, today
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.kernel.periods import Cycle


@require("ledger.view")
@require_GET
def periods(request: StaffRequest) -> HttpResponse:
    return render(
        request,
        "ledger/periods.html",
        {
            "page_title": _("Closing of months"),
            "months": queries.months(on=today()),
            "closable": queries.closable_month(on=today()),
            "may_close": request.user.may("ledger.close"),
        },
    )


@require("ledger.close")
@require_POST
def close(request: StaffRequest) -> HttpResponse:
    try:
        month = Cycle.parse(request.POST.get("month", ""))
        operations.close_period(month=month, actor=request.user, at=now())
    except ValueError:
        messages.error(request, _("A month is written as in 2026-08."))
    except operations.PeriodCannotBeClosed as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The books of %(month)s are closed.") % {"month": month})
    return redirect("ledger:periods")
