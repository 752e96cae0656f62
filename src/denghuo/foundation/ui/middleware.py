"""Headers of every answer, and the language: Chinese unless the visitor switched."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import translation

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
PERMISSIONS_POLICY = "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()"

Handler = Callable[[HttpRequest], HttpResponse]


def security_headers(get_response: Handler) -> Handler:
    """Set the content security policy and its companions on every answer that has not set its own.

    Pages of somebody who is signed in are not kept by the browser: the next clerk at the counter sees none of them.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if getattr(getattr(request, "user", None), "is_authenticated", False):
            response.headers.setdefault("Cache-Control", "no-store")  # shared computers: nothing stays behind
        return response

    return middleware


def no_nul(get_response: Handler) -> Handler:
    """Refuse requests with NUL characters in the address or a form: no text has them, and PostgreSQL stores none."""

    def middleware(request: HttpRequest) -> HttpResponse:
        given = [request.path]
        if not request.path.startswith("/api/"):  # the API answers in its own form
            given += _values(request.GET)
        forms = ("application/x-www-form-urlencoded", "multipart/form-data")
        if request.content_type in forms and request.path not in settings.RAW_BODY_PATHS:
            given += _values(request.POST)
        if any("\x00" in text for text in given):
            raise SuspiciousOperation("NUL in a request")
        return get_response(request)

    return middleware


def _values(fields: QueryDict) -> list[str]:
    return [text for name, values in fields.lists() for text in (name, *values) if isinstance(text, str)]


def chosen_language(get_response: Handler) -> Handler:
    """Activate the language of the cookie that the language switch sets; the browser's wish is not asked.

    Clerks share computers whose browsers speak whatever they were installed with; the system speaks Chinese until
    somebody switches it.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        wish = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = wish if wish in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    return middleware
