"""Pages of supply points."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from denghuo.foundation.audit import operations as audit
from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.navigation import crumb
from denghuo.records.customers import queries as customer_queries
from denghuo.records.grid import queries as grid_queries
from denghuo.records.supply import operations, queries
from denghuo.records.supply.models import LossTerms, SupplyPoint, SupplyTerms
from denghuo.records.supply.web import shown
from denghuo.records.supply.web.forms import (
    AddressForm,
    ChangeTermsForm,
    ContractForm,
    LossForm,
    OpenForm,
    PayerForm,
    StateForm,
    add_errors,
)

REFUSALS = (
    operations.TermsRefused,
    operations.SupplyPointCannotBecome,
    operations.SupplyPointChangedMeanwhile,
)
POINTS_BEHIND_AREA = 100


def supply_point_or_404(request: HttpRequest, pk: int) -> SupplyPoint:
    """The supply point, where it lies in the visitor's data scope."""
    scoped = queries.in_scope(request.user.scope)  # type: ignore[union-attr]
    return get_object_or_404(scoped.select_related("customer", "account", "unit"), pk=pk)


def _trail(*steps: tuple[Any, str | None]) -> list[dict[str, Any]]:
    return [crumb(_("Supply points"), reverse("supply:supply-points")), *(crumb(*step) for step in steps)]


@require("supply.view")
@never_cache
def supply_point(request: HttpRequest, pk: int) -> HttpResponse:
    """One supply point: what holds today, what held before, losses, contracts, and what upper rooms add."""
    subject = supply_point_or_404(request, pk)
    today = timezone.localdate()
    history = queries.history(subject)
    losses = queries.loss_history(subject)
    now = next((row for row, _differences in history if _holds(row, today)), None)
    loss_now = next((row for row, _differences in losses if _holds(row, today)), None)
    user: Any = request.user
    context = {
        "point": subject,
        "page_title": subject.number,
        "breadcrumbs": _trail((subject.number, None)),
        "address": shown.address(subject),
        "terms": now,
        "facts": shown.classification_facts(now),
        "billing_facts": shown.billing_facts(now),
        "findings": [shown.finding(item) for item in queries.findings(now)] if now else [],
        "history": [shown.row(row, differences, today) for row, differences in history],
        "losses": [shown.row(row, differences, today) for row, differences in losses],
        "loss_facts": shown.loss_facts(loss_now),
        "contracts": list(subject.contracts.all()),
        "may_edit": user.may("supply.edit"),
        "may_reveal": user.may("customers.reveal") and subject.customer.is_person,
    }
    return render(request, "supply/supply_point.html", context)


def _holds(row: SupplyTerms | LossTerms, day: Any) -> bool:
    return row.valid_from <= day and (row.valid_to is None or day < row.valid_to)


@require("customers.reveal")
@require_POST
@never_cache
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole address after a reason; who looked and why is recorded at the customer."""
    subject = supply_point_or_404(request, pk)
    answer, status = subject.address, 200
    try:
        audit.record_view(
            subject=subject.customer,
            fields=["address"],
            reason=request.POST.get("reason", "").replace("\x00", "")[:300],
            at=timezone.now(),
            actor=request.user,
            subject_label=subject.number,
        )
    except audit.ReasonMissing:
        answer, status = _("Please give a reason."), 422
    except audit.QuotaUsedUp as error:
        answer = _("You have looked at %(quota)d records today; that is the limit.") % {"quota": error.quota}
        status = 429
    return HttpResponse(escape(answer), status=status)


@require("supply.edit")
def open_supply_point(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    initial = {
        "energised_date": timezone.localdate(),
        "account_number": request.GET.get("account", "")[:14],
        "capacity_kva": "8",
    }
    form = OpenForm(request.POST or None, scope=user.scope, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = operations.open_supply_point(
                customer=form.account.customer,
                account=form.account,
                unit=form.account.unit,
                address=form.cleaned_data["address"],
                energised_date=form.cleaned_data["energised_date"],
                terms=form.terms(),
                at=timezone.now(),
                actor=user,
            )
        except operations.SupplyInvalid as error:
            add_errors(form, error)
        except operations.TermsRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Supply point %(number)s is open.") % {"number": made.number})
            _warn(request, made.terms.get())
            return redirect("supply:supply-point", made.pk)
    context = {
        "form": form,
        "sections": shown.form_sections(form),
        "page_title": _("Open a supply point"),
        "breadcrumbs": _trail((_("Open a supply point"), None)),
        "draft": "supply.open",
        "back_url": reverse("supply:supply-points"),
    }
    return render(request, "supply/terms_form.html", context, status=422 if form.errors else 200)


def _warn(request: HttpRequest, terms: SupplyTerms) -> None:
    for item in queries.findings(terms):
        said = shown.finding(item)
        messages.warning(request, f"{said['text']} ({said['basis']})")


@require("supply.edit")
def change_terms(request: HttpRequest, pk: int) -> HttpResponse:
    subject = supply_point_or_404(request, pk)
    user: Any = request.user
    today = timezone.localdate()
    now = queries.terms_on(subject, today) or subject.terms.order_by("-valid_from").first()
    if now is None:
        messages.error(request, _("This supply point has no terms yet."))
        return redirect("supply:supply-point", pk)
    initial = {"from_date": today}
    form = ChangeTermsForm(request.POST or None, instance=now, scope=user.scope, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        changes = {name: value for name, value in form.terms().items() if value != getattr(now, name)}
        common: dict[str, Any] = {
            "supply_point": subject,
            "from_date": data["from_date"],
            "reason": data["reason"],
            "at": timezone.now(),
            "actor": user,
        }
        try:
            if not changes:
                raise operations.TermsRefused(_("Nothing would change: the terms say this already."))
            if data["until_date"]:
                row = operations.correct_terms(**common, until_date=data["until_date"], **changes)
            else:
                row = operations.change_terms(**common, version=_version(request), **changes)
        except operations.SupplyInvalid as error:
            add_errors(form, error)
        except REFUSALS as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The terms are changed."))
            _warn(request, row)
            return redirect("supply:supply-point", pk)
    context = {
        "form": form,
        "point": subject,
        "sections": shown.form_sections(form),
        "version": _version(request) if request.method == "POST" else subject.version,
        "page_title": _("Change the terms"),
        "breadcrumbs": _trail(
            (subject.number, reverse("supply:supply-point", args=[pk])), (_("Change the terms"), None)
        ),
        "draft": f"supply.terms.{pk}.{subject.version}",
        "back_url": reverse("supply:supply-point", args=[pk]),
    }
    return render(request, "supply/terms_form.html", context, status=422 if form.errors else 200)


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _act(
    request: HttpRequest,
    subject: SupplyPoint,
    form: Any,
    act: Callable[[dict[str, Any]], Any],
    *,
    title: str,
    done: str,
    hint: str = "",
    danger: bool = False,
) -> HttpResponse:
    """Show a small form, or do what it says and go back to the supply point."""
    if request.method == "POST" and form.is_valid():
        try:
            act({**form.cleaned_data})
        except operations.SupplyInvalid as error:
            add_errors(form, error)
        except REFUSALS as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, done)
            return redirect("supply:supply-point", subject.pk)
    context = {
        "form": form,
        "point": subject,
        "page_title": title,
        "hint": hint,
        "danger": danger,
        "breadcrumbs": _trail(
            (subject.number, reverse("supply:supply-point", args=[subject.pk])), (title, None)
        ),
        "draft": request.path,
        "back_url": reverse("supply:supply-point", args=[subject.pk]),
    }
    return render(request, "supply/small_form.html", context, status=422 if form.errors else 200)


def _now(request: HttpRequest, subject: SupplyPoint) -> dict[str, Any]:
    return {"supply_point": subject, "at": timezone.now(), "actor": request.user}


@require("supply.edit")
def set_loss_terms(request: HttpRequest, pk: int) -> HttpResponse:
    subject = supply_point_or_404(request, pk)
    last = subject.loss_terms.order_by("-valid_from").first()
    form = LossForm(request.POST or None, instance=last, initial={"from_date": timezone.localdate()})
    return _act(
        request,
        subject,
        form,
        lambda data: operations.set_loss_terms(**data, **_now(request, subject)),
        title=_("Set the losses"),
        done=_("The losses are set."),
        hint=_("Losses before the property boundary belong to the owner of that part (供电营业规则)."),
    )


@require("supply.edit")
def sign_contract(request: HttpRequest, pk: int) -> HttpResponse:
    subject = supply_point_or_404(request, pk)
    form = ContractForm(request.POST or None, initial={"signed_date": timezone.localdate()})
    return _act(
        request,
        subject,
        form,
        lambda data: operations.sign_contract(
            contract_number=data["number"],
            signed_date=data["signed_date"],
            valid_from=data["valid_from"],
            **_now(request, subject),
        ),
        title=_("Record a supply contract"),
        done=_("The contract is recorded."),
    )


@require("supply.edit")
def amend_address(request: HttpRequest, pk: int) -> HttpResponse:
    subject = supply_point_or_404(request, pk)
    form = AddressForm(request.POST or None)
    return _act(
        request,
        subject,
        form,
        lambda data: operations.amend_address(**data, **_now(request, subject)),
        title=_("Write the address otherwise"),
        done=_("The address is changed."),
    )


@require("supply.edit")
def change_payer(request: HttpRequest, pk: int) -> HttpResponse:
    subject = supply_point_or_404(request, pk)
    form = PayerForm(request.POST or None)

    def act(data: dict[str, Any]) -> None:
        accounts = customer_queries.accounts_in_scope(request.user.scope)  # type: ignore[union-attr]
        account = accounts.filter(number=data["account_number"]).first()
        if account is None:
            raise operations.SupplyInvalid({"account_number": [_("There is no account with this number.")]})
        operations.change_payer(account=account, reason=data["reason"], **_now(request, subject))

    return _act(
        request,
        subject,
        form,
        act,
        title=_("Change the payer"),
        done=_("Another account pays from now on."),
        hint=_("Where the account belongs to another customer, the supply point goes over to that customer."),
    )


@require("supply.edit")
def seal(request: HttpRequest, pk: int) -> HttpResponse:
    subject = supply_point_or_404(request, pk)
    form = StateForm(request.POST or None, initial={"on": timezone.localdate()})
    return _act(
        request,
        subject,
        form,
        lambda data: operations.seal(from_date=data["on"], reason=data["reason"], **_now(request, subject)),
        title=_("Suspend the supply"),
        done=_("The supply point is suspended."),
        hint=_("Sealed from that day on, and free of the basic charge until it is resumed."),
    )


@require("supply.edit")
def unseal(request: HttpRequest, pk: int) -> HttpResponse:
    subject = supply_point_or_404(request, pk)
    form = StateForm(request.POST or None, initial={"on": timezone.localdate()})
    return _act(
        request,
        subject,
        form,
        lambda data: operations.unseal(from_date=data["on"], reason=data["reason"], **_now(request, subject)),
        title=_("Resume the supply"),
        done=_("The supply point is in use again."),
    )


@require("supply.edit")
def close(request: HttpRequest, pk: int) -> HttpResponse:
    subject = supply_point_or_404(request, pk)
    form = StateForm(request.POST or None, initial={"on": timezone.localdate()})
    return _act(
        request,
        subject,
        form,
        lambda data: operations.close(on=data["on"], reason=data["reason"], **_now(request, subject)),
        title=_("Close the supply point"),
        done=_("The supply point is closed."),
        hint=_("The first day without supply. Terms, losses and contract end that day; it cannot be undone."),
        danger=True,
    )


@require("grid.view")
def behind_area(request: HttpRequest, area_pk: int) -> HttpResponse:
    """The supply points behind a transformer area, as a fragment of the grid tree."""
    area = get_object_or_404(grid_queries.areas(request.user.scope), pk=area_pk)  # type: ignore[union-attr]
    return _behind(request, queries.behind_area(area.pk, timezone.localdate()), area.code)


@require("grid.view")
def behind_transformer(request: HttpRequest, transformer_pk: int) -> HttpResponse:
    """The supply points on a dedicated transformer, as a fragment of the grid tree."""
    transformers = grid_queries.transformers(request.user.scope)  # type: ignore[union-attr]
    transformer = get_object_or_404(transformers, pk=transformer_pk)
    return _behind(request, queries.behind_transformer(transformer.pk, timezone.localdate()), "")


def _behind(request: HttpRequest, rows: Any, area_code: str) -> HttpResponse:
    scoped = rows.filter(unit__code__startswith=request.user.scope).select_related("customer")  # type: ignore[union-attr]
    points = list(scoped.order_by("number")[: POINTS_BEHIND_AREA + 1])
    context = {
        "points": [(point, shown.address(point)) for point in points[:POINTS_BEHIND_AREA]],
        "more": len(points) > POINTS_BEHIND_AREA,
        "area_code": area_code,
    }
    return render(request, "supply/parts/behind.html", context)
