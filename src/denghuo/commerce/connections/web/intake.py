"""A new application: the customer found by any number (or new), the kind, the form of the kind."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from denghuo.commerce.connections import operations, queries, rules
from denghuo.commerce.connections.models import ApplicationKind
from denghuo.commerce.connections.queries import words
from denghuo.commerce.connections.rules import documents
from denghuo.commerce.connections.web.common import now, put_errors
from denghuo.commerce.connections.web.forms import ApplicationForm, NewCustomerForm
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.records.customers import operations as customer_operations
from denghuo.records.customers import queries as customers
from denghuo.records.customers.models import Customer, CustomerKind
from denghuo.records.supply import queries as supply
from denghuo.records.supply.models import SupplyPoint

HITS = 8


def _found(text: str, scope: str) -> list[Customer]:
    """Customers by any number, telephone, credit code, name, account or supply point."""
    text = text.strip()
    if not text:
        return []
    rows: list[Customer] = []
    if text.isdecimal():
        rows += customers.found_by_digits(text, scope=scope, limit=HITS)
        rows += [account.customer for account in customers.found_accounts(text, scope=scope, limit=HITS)]
        rows += [point.customer for point in supply.found_by_number(text, scope=scope, limit=HITS)]
    else:
        rows += customers.found_by_name(text, scope=scope, limit=HITS)
        rows += customers.found_by_credit_code(text, scope=scope, limit=HITS)
    return list({row.pk: row for row in rows}.values())[:HITS]


def _point(params: QueryDict, customer: Customer | None) -> SupplyPoint | None:
    if customer is None or not params.get("point", "").isdecimal():
        return None
    return (
        customer.supply_points.select_related("account", "unit", "customer")
        .filter(pk=int(str(params.get("point"))))
        .first()
    )


@require("connections.apply")
def new(request: StaffRequest) -> HttpResponse:
    """Take an application in: who, what kind, what for."""
    params, scope = request.GET, request.user.scope
    kind = params.get("kind", "")
    kind = kind if kind in rules.KINDS else "residential"
    chosen = params.get("customer", "")
    customer = customers.in_scope(scope).filter(pk=chosen).first() if chosen.isdecimal() else None
    points = list(customer.supply_points.exclude(state="closed").order_by("number")[:50]) if customer else []
    point = _point(params, customer) or (points[0] if len(points) == 1 else None)
    wanting = kind in rules.AT_EXISTING_POINT
    form = ApplicationForm(
        request.POST or None, kind=kind, customer=customer, scope=scope, initial=_initial(kind, customer)
    )
    person = NewCustomerForm(
        request.POST or None if customer is None else None, initial={"name": params.get("q", "")}
    )
    if request.method == "POST" and form.is_valid() and (customer is not None or person.is_valid()):
        try:
            made = _taken_in(request, kind, customer, person, form, point)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, _("Accepted: %(number)s. The clock runs.") % {"number": made.number})
            return redirect("connections:application", made.pk)
    asked = documents.needed(kind, is_person=customer.is_person if customer else kind in ("residential", "charging", "pv_household"))  # fmt: skip
    held = queries.held_documents(customer.pk) if customer else {}
    return render(
        request,
        "connections/new.html",
        {
            "page_title": _("New application"),
            "breadcrumbs": [(_("Applications for supply"), reverse("connections:applications")), (_("New application"), None)],
            "kinds": [(code, label, _link(params, kind=code)) for code, label in ApplicationKind.choices],
            "kind": kind,
            "limits": rules.KINDS[kind].limits,
            "customer": customer,
            "hits": [(row, _link(params, customer=str(row.pk))) for row in _found(params.get("q", ""), scope)] if customer is None else [],
            "query": params.get("q", ""),
            "other_customer": _link(params, customer="", point=""),
            "points": [(row, _link(params, point=str(row.pk))) for row in points],
            "point": point,
            "needs_point": wanting,
            "may_apply": not wanting or point is not None,
            "form": form,
            "person": None if customer or wanting else person,
            "asked": [(words.document_label(item.code), item.may_follow, item.kept and item.code in held) for item in asked],
        },
        status=422 if request.method == "POST" else 200,
    )  # fmt: skip


def _link(params: QueryDict, **changes: str) -> str:
    copy = params.copy()
    for name, text in changes.items():
        copy[name] = text
    return f"?{copy.urlencode()}"


def _initial(kind: str, customer: Customer | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        **rules.KINDS[kind].terms,
        "form": "household" if kind == "pv_household" else "commercial",
        "capacity_kva": {"residential": 8, "charging": 7}.get(kind),
        "voltage": "lt1kv",
        "importance": "ordinary",
        "feed_mode": "surplus",
    }
    if customer is not None:
        found |= {"contact_name": customer.name[:40], "contact_phone": customer.phone}
    return found


@transaction.atomic
def _taken_in(
    request: StaffRequest,
    kind: str,
    customer: Customer | None,
    person: NewCustomerForm,
    form: ApplicationForm,
    point: SupplyPoint | None,
) -> Any:
    data, at = form.cleaned_data, now()
    unit = data.get("unit") or (point.unit if point else request.user.unit)
    if customer is None:
        given = person.cleaned_data
        number = "identity_number" if given["customer_kind"] == CustomerKind.PERSON else "credit_code"
        customer = customer_operations.register(
            kind=given["customer_kind"], name=given["name"], phone=given["phone"], unit=unit, at=at, actor=request.user,
            **{number: given["certificate"]},
        )  # fmt: skip
    neighbour = data.get("neighbour", "").strip()
    found = supply.in_scope(request.user.scope).filter(number=neighbour).first() if neighbour else None
    if neighbour and found is None:
        raise operations.ApplicationInvalid({"neighbour": [_("There is no such supply point.")]})
    project = None
    if kind in rules.PV:
        share = data["own_use_percent"]
        project = operations.Solar(
            form=data["form"], capacity_kw=data["capacity_kw"], feed_mode=data["feed_mode"], voltage=data["voltage"],
            own_use_share=share / 100 if share is not None else None, zone=data["zone"], spot_market=data["spot_market"],
            abilities=frozenset(data["abilities"]),
        )  # fmt: skip
    taken = (
        "tariff_class",
        "use_nature",
        "industry_code",
        "importance",
        "own_power_percent",
        "temporary_until",
    )
    return operations.apply(
        kind=kind, customer=customer, unit=unit, address=data.get("address", ""), neighbour=found, project=project,
        supply_point=point if kind in rules.AT_EXISTING_POINT else None,
        capacity_kva=data["capacity_kw"] if project else data["capacity_kva"],
        contact_name=data["contact_name"], contact_phone=data["contact_phone"], channel=data["channel"],
        given=data.get("given", ()), remark=data["remark"], at=at, actor=request.user,
        **{name: data[name] for name in taken if name in data},
    )  # fmt: skip
