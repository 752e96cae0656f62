"""A request behind ``require`` or ``signed_in``: its user is a person who works here, never anonymous."""

from __future__ import annotations

from django.http import HttpRequest

from denghuo.foundation.identity.models import Staff


class StaffRequest(HttpRequest):
    """For annotations only; the guard of the view has made it true."""

    user: Staff
