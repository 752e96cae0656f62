"""Pages of customers and accounts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from denghuo.foundation.audit import operations as audit
from denghuo.foundation.audit import queries as audit_queries
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui import extensions
from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.navigation import crumb
from denghuo.records.customers import operations, queries, rules
from denghuo.records.customers.models import Account, Contact, Customer
from denghuo.records.customers.web.forms import (
    EDITABLE,
    AccountForm,
    CloseForm,
    ConsentForm,
    ContactForm,
    CustomerForm,
    add_errors,
)
from denghuo.records.customers.web.lists import revealed_fields

TIMELINE_ROWS = 20
LOOKS_SHOWN = 10
REVEALABLE = ("name", "phone", "email", "identity_number")


def _clerk(request: StaffRequest) -> Staff:
    assert isinstance(request.user, Staff)
    return request.user


def customer_or_404(request: StaffRequest, pk: int) -> Customer:
    """The customer, where it lies in the visitor's data scope."""
    scoped = queries.in_scope(request.user.scope)
    return get_object_or_404(scoped.select_related("unit"), pk=pk)


def _trail(*steps: tuple[Any, str | None]) -> list[dict[str, Any]]:
    return [crumb(_("Customers"), reverse("customers:customers")), *(crumb(*step) for step in steps)]


def _back(customer: Customer) -> HttpResponse:
    return redirect("customers:customer", customer.pk)


@require("customers.view")
@never_cache
def customer(request: StaffRequest, pk: int) -> HttpResponse:
    """Everything about one customer: who, where supplied, who pays, what happened, who looked."""
    subject = customer_or_404(request, pk)
    today = timezone.localdate()
    contacts = list(subject.contacts.all())
    looks = audit_queries.history(subject).filter(action=audit_queries.REVEALED)[:LOOKS_SHOWN]
    context = {
        "customer": subject,
        "page_title": subject.masked_name,
        "breadcrumbs": _trail((subject.number, None)),
        "contacts": [c for c in contacts if c.valid_to is None or c.valid_to > today],
        "past_contacts": [c for c in contacts if c.valid_to is not None and c.valid_to <= today],
        "consents": list(subject.consents.all()),
        "accounts": list(subject.accounts.all()),
        "looks": [(look, revealed_fields(look.changes)) for look in looks],
        "may_edit": request.user.may("customers.edit"),
        "may_reveal": request.user.may("customers.reveal"),
        **_happenings(subject.pk, None),
    }
    return render(request, "customers/customer.html", context)


def _happenings(pk: int, before: Any) -> dict[str, Any]:
    items = extensions.timeline_items("customer", pk, before=before, limit=TIMELINE_ROWS + 1)
    more = len(items) > TIMELINE_ROWS
    items = items[:TIMELINE_ROWS]
    return {"happenings": items, "older": items[-1].at.isoformat() if more else None}


@require("customers.view")
def happenings(request: StaffRequest, pk: int) -> HttpResponse:
    """The next older part of the timeline, as a fragment."""
    subject = customer_or_404(request, pk)
    try:
        before = parse_datetime(request.GET.get("before", ""))
    except ValueError:
        before = None
    if before is not None and timezone.is_naive(before):
        before = timezone.make_aware(before)
    context = {"customer": subject, **_happenings(subject.pk, before)}
    return render(request, "customers/parts/happenings.html", context)


@require("customers.reveal")
@require_POST
@never_cache
def reveal(request: StaffRequest, pk: int, field: str) -> HttpResponse:
    """One personal field in clear after a reason; who looked and why is recorded and limited."""
    subject = customer_or_404(request, pk)
    if field not in REVEALABLE:
        return HttpResponse(
            _("There is no such field."), status=404, content_type="text/plain; charset=utf-8"
        )
    return revealed(request, subject, field, getattr(subject, field), subject.number)


def revealed(request: StaffRequest, subject: Any, field: str, value: str, label: str) -> HttpResponse:
    """``value`` alone, once the look is recorded."""
    answer, status = value, 200
    try:
        audit.record_view(
            subject=subject,
            fields=[field],
            reason=request.POST.get("reason", "").replace("\x00", "")[:300],
            at=timezone.now(),
            actor=_clerk(request),
            subject_label=label,
        )
    except audit.ReasonMissing:
        answer, status = _("Please give a reason."), 422
    except audit.QuotaUsedUp as error:
        answer, status = (
            _("You have looked at %(quota)d records today; that is the limit.") % {"quota": error.quota},
            429,
        )
    return HttpResponse(escape(answer), status=status)


@require("customers.edit")
def register(request: StaffRequest) -> HttpResponse:
    scope = request.user.scope
    form = CustomerForm(request.POST or None, scope=scope, initial={"kind": "person", "unit": scope})
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in EDITABLE}
        try:
            made = operations.register(
                **values, unit=form.cleaned_data["unit"], at=timezone.now(), actor=_clerk(request)
            )
        except operations.CustomerInvalid as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Customer %(number)s is registered.") % {"number": made.number})
            return _back(made)
    context = {
        "form": form,
        "page_title": _("Register a customer"),
        "breadcrumbs": _trail((_("Register a customer"), None)),
        "draft": "customers.register",
        "back_url": reverse("customers:customers"),
    }
    return render(request, "customers/customer_form.html", context, status=422 if form.errors else 200)


def _state(subject: Customer) -> dict[str, Any]:
    return {**{name: getattr(subject, name) for name in EDITABLE}, "unit_id": subject.unit_id}


def _signed(values: dict[str, Any]) -> str:
    return signing.dumps(values, salt="customers.edit", compress=True)


def _base(request: StaffRequest) -> dict[str, Any]:
    try:
        return signing.loads(request.POST.get("base", ""), salt="customers.edit")
    except signing.BadSignature:
        return {}


def _version(request: StaffRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


@require("customers.edit")
@never_cache
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Change a customer; an edit that began before a colleague's is joined with it, and nothing typed is lost."""
    subject = customer_or_404(request, pk)
    scope = request.user.scope
    base, version = _state(subject), subject.version
    form = CustomerForm(instance=subject, scope=scope)
    if request.method == "POST":
        base, version = _base(request) or base, _version(request)
        form = CustomerForm(request.POST, instance=Customer.objects.get(pk=pk), scope=scope)
        if form.is_valid():
            try:
                operations.amend(
                    customer=subject,
                    version=version,
                    at=timezone.now(),
                    actor=_clerk(request),
                    **form.values(),
                )
            except operations.CustomerInvalid as error:
                add_errors(form, error)
            except operations.CustomerChangedMeanwhile as error:
                return _merge(request, form, base, error.current)
            else:
                messages.success(request, _("The changes are saved."))
                return _back(subject)
    elif not _may_open_for_editing(request, subject):
        return _back(subject)
    context = {
        "form": form,
        "customer": subject,
        "page_title": _("Edit customer"),
        "breadcrumbs": _trail((subject.number, reverse("customers:customer", args=[pk])), (_("Edit"), None)),
        "draft": f"customers.edit.{pk}.{version}",
        "base": _signed(base),
        "version": version,
        "back_url": reverse("customers:customer", args=[pk]),
    }
    return render(request, "customers/customer_form.html", context, status=422 if form.errors else 200)


def _may_open_for_editing(request: StaffRequest, subject: Customer) -> bool:
    try:
        audit.record_view(
            subject=subject,
            fields=REVEALABLE,
            reason=_("Opened for editing"),
            at=timezone.now(),
            actor=_clerk(request),
            subject_label=subject.number,
        )
    except audit.QuotaUsedUp as error:
        messages.error(
            request,
            _("You have looked at %(quota)d records today; that is the limit.") % {"quota": error.quota},
        )
        return False
    return True


def _merge(
    request: StaffRequest, form: CustomerForm, base: dict[str, Any], current: Customer
) -> HttpResponse:
    theirs, mine = _state(current), form.values()
    joined, clashes = rules.merge(base, theirs, mine)
    names = {**{name: name for name in EDITABLE}, "unit": "unit_id"}
    rows = [
        {
            "name": name,
            "label": form.fields[name].label,
            "clash": key in clashes,
            "joined": joined[key],
            "theirs": theirs[key],
            "mine": mine[key],
            "theirs_text": _shown(form, name, theirs[key]),
            "mine_text": _shown(form, name, mine[key]),
            "joined_text": _shown(form, name, joined[key]),
            "by": "theirs" if theirs[key] != base.get(key) else "mine" if mine[key] != base.get(key) else "",
        }
        for name, key in names.items()
    ]
    context = {
        "customer": current,
        "rows": rows,
        "clashes": len(clashes),
        "base": _signed(theirs),
        "version": current.version,
        "page_title": _("Two people changed this customer"),
        "breadcrumbs": _trail(
            (current.number, reverse("customers:customer", args=[current.pk])), (_("Edit"), None)
        ),
    }
    return render(request, "customers/customer_merge.html", context, status=409)


def _shown(form: CustomerForm, name: str, value: Any) -> str:
    choices = dict(getattr(form.fields[name], "choices", ()) or ())
    if name == "unit":
        return str(next((label for code, label in choices.items() if str(code) == str(value)), value))
    return str(choices.get(value, value) or "–")


def _small_form(
    request: StaffRequest, subject: Customer, form: Any, title: str, hint: str = ""
) -> HttpResponse:
    context = {
        "form": form,
        "customer": subject,
        "page_title": title,
        "hint": hint,
        "breadcrumbs": _trail(
            (subject.number, reverse("customers:customer", args=[subject.pk])), (title, None)
        ),
        "draft": request.path,
        "back_url": reverse("customers:customer", args=[subject.pk]),
    }
    return render(request, "customers/small_form.html", context, status=422 if form.errors else 200)


@require("customers.edit")
def add_contact(request: StaffRequest, pk: int) -> HttpResponse:
    subject = customer_or_404(request, pk)
    form = ContactForm(request.POST or None, initial={"valid_from": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            operations.add_contact(
                customer=subject, at=timezone.now(), actor=_clerk(request), **form.cleaned_data
            )
        except operations.CustomerInvalid as error:
            add_errors(form, error)
        else:
            messages.success(request, _("The contact is added."))
            return _back(subject)
    return _small_form(request, subject, form, _("Add a contact"))


@require("customers.edit")
@require_POST
def end_contact(request: StaffRequest, pk: int, contact_pk: int) -> HttpResponse:
    subject = customer_or_404(request, pk)
    contact = get_object_or_404(Contact.objects.select_related("customer"), customer=subject, pk=contact_pk)
    try:
        operations.end_contact(
            contact=contact, on=timezone.localdate(), at=timezone.now(), actor=_clerk(request)
        )
    except operations.CustomerInvalid:
        messages.error(request, _("This contact cannot end today: it began today or has ended already."))
    else:
        messages.success(request, _("The contact is ended."))
    return _back(subject)


@require("customers.edit")
def give_consent(request: StaffRequest, pk: int) -> HttpResponse:
    subject = customer_or_404(request, pk)
    form = ConsentForm(request.POST or None, initial={"channel": "counter"})
    if request.method == "POST" and form.is_valid():
        try:
            operations.give_consent(
                customer=subject, at=timezone.now(), actor=_clerk(request), **form.cleaned_data
            )
        except operations.ConsentAlreadyGiven as error:
            form.add_error("purpose", str(error))
        else:
            messages.success(request, _("The consent is recorded."))
            return _back(subject)
    hint = _("Record only what the customer really agreed to; it can be withdrawn at any time.")
    return _small_form(request, subject, form, _("Record a consent"), hint)


@require("customers.edit")
@require_POST
def withdraw_consent(request: StaffRequest, pk: int, purpose: str) -> HttpResponse:
    subject = customer_or_404(request, pk)
    try:
        operations.withdraw_consent(
            customer=subject, purpose=purpose, at=timezone.now(), actor=_clerk(request)
        )
    except operations.ConsentNotGiven as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The consent is withdrawn."))
    return _back(subject)


@require("customers.edit")
def open_account(request: StaffRequest, pk: int) -> HttpResponse:
    subject = customer_or_404(request, pk)
    form = AccountForm(request.POST or None, initial={"opened_date": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            account = operations.open_account(
                customer=subject, at=timezone.now(), actor=_clerk(request), **form.cleaned_data
            )
        except operations.CustomerInvalid as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Account %(number)s is open.") % {"number": account.number})
            return redirect("customers:account", account.pk)
    return _small_form(request, subject, form, _("Open a paying account"))


def account_or_404(request: StaffRequest, pk: int) -> Account:
    """The account, where it lies in the visitor's data scope."""
    scoped = queries.accounts_in_scope(request.user.scope)
    return get_object_or_404(scoped.select_related("customer", "unit"), pk=pk)


@require("customers.view")
@never_cache
def account(request: StaffRequest, pk: int) -> HttpResponse:
    """One account: who pays, how, and for what."""
    subject = account_or_404(request, pk)
    context = {
        "account": subject,
        "page_title": subject.number,
        "breadcrumbs": [
            crumb(_("Paying accounts"), reverse("customers:accounts")),
            crumb(subject.number),
        ],
        "may_edit": request.user.may("customers.edit"),
    }
    return render(request, "customers/account.html", context)


@require("customers.edit")
def close_account(request: StaffRequest, pk: int) -> HttpResponse:
    subject = account_or_404(request, pk)
    form = CloseForm(request.POST or None, initial={"on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            operations.close_account(
                account=subject, at=timezone.now(), actor=_clerk(request), **form.cleaned_data
            )
        except operations.AccountCannotBeClosed as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Account %(number)s is closed.") % {"number": subject.number})
            return redirect("customers:account", pk)
    return _small_form(
        request, subject.customer, form, _("Close account %(number)s") % {"number": subject.number}
    )
