"""The settings of this installation, as people read them: what holds, and which variable of the environment sets it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

import denghuo
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require


@dataclass(frozen=True)
class Setting:
    """One setting: ``variable`` is empty where nothing in the environment changes it."""

    label: str
    value: Any
    variable: str = ""


def _groups() -> list[tuple[str, list[Setting]]]:
    database = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[connection.vendor]
    day = settings.DUE_DAY_OF_MONTH
    return [
        (
            _("Sign-in"),
            [
                Setting(
                    _("Idle minutes before a session ends"),
                    settings.SESSION_IDLE_MINUTES,
                    "DENGHUO_IDLE_MINUTES",
                ),
                Setting(
                    _("Hours after which every session ends"),
                    settings.SESSION_ABSOLUTE_HOURS,
                    "DENGHUO_SESSION_HOURS",
                ),
                Setting(_("Shortest password"), settings.PASSWORD_LENGTH),
                Setting(_("Trusted proxies in front"), settings.TRUSTED_PROXIES, "DENGHUO_PROXIES"),
            ],
        ),
        (
            _("Personal data"),
            [
                Setting(
                    _("Reveals a person may make in a day"), settings.REVEALS_A_DAY, "DENGHUO_REVEALS_A_DAY"
                )
            ],
        ),
        (
            _("Bills"),
            [
                Setting(_("Days from issue to due date"), settings.DUE_DAYS, "DENGHUO_DUE_DAYS"),
                Setting(_("Fixed due day of the month"), day or _("not set"), "DENGHUO_DUE_DAY_OF_MONTH"),
            ],
        ),
        (
            _("Installation"),
            [
                Setting(_("Version"), denghuo.__version__),
                Setting(_("Database"), database, "DENGHUO_DATABASE_URL"),
                Setting(_("Served behind TLS"), _("yes") if settings.HTTPS else _("no"), "DENGHUO_HTTPS"),
                Setting(_("Host names"), ", ".join(settings.ALLOWED_HOSTS), "DENGHUO_HOSTS"),
                Setting(_("Time zone"), settings.TIME_ZONE),
                Setting(_("Language"), dict(settings.LANGUAGES)[settings.LANGUAGE_CODE]),
            ],
        ),
    ]


@require("settings.view")
def page(request: StaffRequest) -> HttpResponse:
    """What this installation is set to; it is changed in the environment, by whoever runs the server."""
    context = {"page_title": _("Settings"), "groups": _groups()}
    return render(request, "identity/settings.html", context)
