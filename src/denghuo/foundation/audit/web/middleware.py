"""Whatever a request causes to be recorded carries the address it came from."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from denghuo.foundation.audit import operations


def client_address(request: HttpRequest) -> str:
    """The address of the visitor; behind ``settings.TRUSTED_PROXIES`` proxies, the one the outermost of them saw."""
    proxies = settings.TRUSTED_PROXIES
    if proxies:
        chain = [
            part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()
        ]
        if len(chain) >= proxies:
            return chain[-proxies][:45]
    return str(request.META.get("REMOTE_ADDR", ""))[:45]


class AddressMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with operations.acting_from(client_address(request)):
            return self.get_response(request)
