"""The pages for what goes wrong: bad request, not allowed, not found, broken, stale form."""

from __future__ import annotations

import sys
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(
        request,
        400,
        _("This request cannot be understood"),
        _("The address or the form holds something that makes no sense here."),
    )


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(
        request,
        403,
        _("You may not open this page"),
        _("Your roles do not include it. Ask the security administrator if your work needs it."),
        str(exception or ""),
    )


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(
        request,
        404,
        _("There is nothing here"),
        _("The record does not exist, or it does not belong to your units."),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Rendered without a database, a session or a user: any of them may be what broke."""
    if _disk_is_full(sys.exc_info()[1]):
        return _page(
            request,
            503,
            _("The disk of the server is full"),
            _("Nothing was saved. Tell the system administrator; once there is room, do it again."),
            safe=True,
        )
    return _page(
        request,
        500,
        _("Something broke"),
        _("It has been written to the log. Nothing was half saved. Please try again."),
        safe=True,
    )


def _disk_is_full(error: BaseException | None) -> bool:
    """Whether the database had no room: SQLITE_FULL, or SQLSTATE 53100 of PostgreSQL."""
    if not isinstance(error, DatabaseError):
        return False
    cause = error.__cause__
    return (
        getattr(cause, "sqlite_errorname", "") == "SQLITE_FULL" or getattr(cause, "sqlstate", "") == "53100"
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(
        request,
        403,
        _("This form is out of date"),
        _(
            "You have signed in or out since it was opened. Go back, load the page again and send it once more."
        ),
    )


def _page(
    request: HttpRequest, code: int, title: str, explanation: str, detail: str = "", *, safe: bool = False
) -> HttpResponse:
    context: dict[str, Any] = {"code": code, "title": title, "explanation": explanation, "detail": detail}
    if safe:
        text = render_to_string("ui/error_bare.html", context)
    elif request.headers.get("HX-Request") == "true":
        return HttpResponse(f"{title} {explanation}", status=code, content_type="text/plain; charset=utf-8")
    else:
        text = render_to_string("ui/error.html", context, request=request)
    return HttpResponse(text, status=code)
