"""The addresses that WeChat Pay and Alipay call. Open to the world: everything is checked, nothing is believed."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse, RawPostDataException
from django.http.request import UnreadablePostError
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from denghuo.commerce.channels import operations, rules
from denghuo.commerce.channels.models import GOOD_VERDICTS, Verdict
from denghuo.foundation.ui.access import public

UNTRUSTED = frozenset({"bad_signature", "stale", "malformed", "wrong_merchant", "wrong_app"})


def _hear(request: HttpRequest, provider: str) -> Verdict:
    """Read at most ``rules.BODY_LIMIT`` bytes, and nothing where the caller announces more."""
    announced = request.META.get("CONTENT_LENGTH") or ""
    size = int(announced) if announced.isascii() and announced.isdecimal() and len(announced) < 12 else 0
    body: bytes | None = None
    if size <= rules.BODY_LIMIT:
        try:
            body = request.read(rules.BODY_LIMIT + 1)
        except (OSError, UnreadablePostError, RawPostDataException):
            body = b""
        size = max(size, len(body))
        if len(body) > rules.BODY_LIMIT:
            body = None
    envelope = operations.Envelope(
        provider=provider,
        headers=dict(request.headers),
        body=body,
        size=min(size, 2_000_000_000),
        address=request.META.get("REMOTE_ADDR", ""),
    )
    return operations.hear(envelope=envelope, at=timezone.now())


@public
@csrf_exempt
@require_POST
def wechat(request: HttpRequest) -> HttpResponse:
    """WeChat Pay v3: 200 or 204 is success; any other answer with a JSON code makes it call again."""
    verdict = _hear(request, "wechat")
    if verdict in GOOD_VERDICTS:
        return HttpResponse(json.dumps({"code": "SUCCESS", "message": "OK"}), content_type="application/json")
    body = json.dumps({"code": "FAIL", "message": str(verdict.value)})
    return HttpResponse(body, content_type="application/json", status=_status(verdict))


def _status(verdict: Verdict) -> int:
    if verdict == Verdict.TOO_BIG:
        return 413
    return 401 if verdict in UNTRUSTED else 409


@public
@csrf_exempt
@require_POST
def alipay(request: HttpRequest) -> HttpResponse:
    """Alipay: the seven letters ``success``; anything else makes it call again."""
    verdict = _hear(request, "alipay")
    return HttpResponse("success" if verdict in GOOD_VERDICTS else "failure", content_type="text/plain")


@public
@require_GET
def thanks(request: HttpRequest) -> HttpResponse:
    """Where the customer's browser comes back to. It proves nothing, so it says nothing about the payment."""
    return render(request, "channels/thanks.html", {"page_title": _("Thank you")})
