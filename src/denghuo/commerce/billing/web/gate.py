"""The rules of the plausibility gate as the utility sets them."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from denghuo.commerce.billing import operations, queries
from denghuo.commerce.billing.queries import words
from denghuo.commerce.billing.web.common import now
from denghuo.commerce.billing.web.forms import GateForm
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require


@require("billing.view")
def gate(request: StaffRequest) -> HttpResponse:
    """Every rule with its thresholds; one rule is saved at a time, by whoever may approve bills."""
    settings = queries.gate_settings()
    forms = {rule: GateForm(rule, setting, words.THRESHOLDS) for rule, setting in settings.items()}
    may_edit = request.user.may("billing.approve")
    if request.method == "POST":
        rule = request.POST.get("rule", "")
        if rule not in settings or not may_edit:
            raise Http404
        form = GateForm(rule, settings[rule], words.THRESHOLDS, request.POST)
        if form.is_valid():
            operations.set_gate_rule(
                rule=rule,
                enabled=form.cleaned_data["enabled"],
                severity=form.cleaned_data["severity"],
                thresholds=form.thresholds(),
                actor=request.user,
                at=now(),
            )
            messages.success(request, _("Saved. It holds for every run from now on."))
            return redirect("billing:gate")
        forms[rule] = form
    return render(
        request,
        "billing/gate.html",
        {
            "page_title": _("Plausibility gate"),
            "rules": [
                (rule, words.RULES[rule], words.RULE_NOTES[rule], form) for rule, form in forms.items()
            ],
            "may_edit": may_edit,
        },
        status=422 if any(form.errors for form in forms.values()) else 200,
    )
