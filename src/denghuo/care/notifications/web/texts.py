"""The texts of messages: all of them, one with its preview and history, and a change from a day on."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from denghuo.care.notifications import operations, queries, rules
from denghuo.care.notifications.models import Channel
from denghuo.care.notifications.rules import Template, TextInvalid
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.kernel.periods import day_of

SMS_LENGTH, SMS_PART = 70, 67


class TextForm(forms.Form):
    subject = forms.CharField(label=gettext_lazy("Subject (e-mail)"), max_length=100, required=False)
    text = forms.CharField(
        label=gettext_lazy("Text"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )
    valid_from = forms.DateField(
        label=gettext_lazy("Valid from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)


@require("notifications.view")
def texts(request: StaffRequest) -> HttpResponse:
    """Every message the house can send, by room."""
    found = [
        {
            "template": template,
            "label": rules.describe(template.code),
            "wording": wording,
            "channels": [Channel(name).label for name in template.channels],
        }
        for template, wording in queries.wordings(day_of(timezone.now()))
    ]
    return render(request, "notifications/texts.html", {"page_title": _("Texts of messages"), "rows": found})


@require("notifications.view")
def text(request: StaffRequest, code: str) -> HttpResponse:
    """One text with its preview; whoever may edit it changes it from a day on."""
    try:
        template = rules.find(code)
    except LookupError as error:
        raise Http404 from error
    at = timezone.now()
    today = day_of(at)
    now_says = queries.wording(template, on=today)
    form = TextForm(
        request.POST or None,
        initial={"subject": now_says.subject, "text": now_says.text, "valid_from": today},
    )
    if request.method == "POST":
        if not request.user.may("notifications.edit"):
            raise PermissionDenied("notifications.edit")
        if form.is_valid() and "preview" not in request.POST and _saved(request, template, form, at):
            messages.success(
                request, _("The text holds from %(day)s on.") % {"day": form.cleaned_data["valid_from"]}
            )
            return redirect("notifications:text", code=code)
    shown = request.POST.get("text", now_says.text) if request.method == "POST" else now_says.text
    return render(
        request,
        "notifications/text.html",
        {
            "page_title": rules.describe(code),
            "template_": template,
            "form": form,
            "may_edit": request.user.may("notifications.edit"),
            "history": queries.history(template),
            "fields": [f"{{{name}}}" for name in template.fields],
            "channels": [Channel(name).label for name in template.channels],
            **_preview(template, shown),
        },
        status=422 if form.errors else 200,
    )


def _saved(request: StaffRequest, template: Template, form: TextForm, at: Any) -> bool:
    data = form.cleaned_data
    try:
        operations.set_text(
            code=template.code,
            subject=data["subject"],
            text=data["text"],
            valid_from=data["valid_from"],
            reason=data["reason"],
            at=at,
            actor=request.user,
        )
    except operations.TextRefused as error:
        form.add_error("text", str(error))
        return False
    return True


def _preview(template: Template, typed: str) -> dict[str, Any]:
    """The text with sample values, and how many text messages it takes."""
    try:
        rules.verify(typed, template.fields)
    except TextInvalid:
        return {"preview": typed, "preview_ok": False}
    shown = rules.render(typed, template.fields, template.samples)
    parts = 1 if len(shown) <= SMS_LENGTH else -(-len(shown) // SMS_PART)
    return {"preview": shown, "preview_ok": True, "length": len(shown), "parts": parts}
