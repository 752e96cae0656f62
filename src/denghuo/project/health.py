"""``/healthz``: does the server answer, and does its database."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from denghuo import __version__
from denghuo.foundation.ui.access import public


@public
def healthz(request: HttpRequest) -> JsonResponse:
    """200 with ``{"status": "ok"}``, or 503 when the database does not answer."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "database does not answer", "version": __version__}, status=503)
    return JsonResponse({"status": "ok", "version": __version__})
