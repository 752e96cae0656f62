"""The shell of the field terminal: one page, its manifest and its service worker; what it shows it loads from ``sync``."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from denghuo.commerce.fieldwork.web.texts import texts
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import public, require

_FOLDER = Path(__file__).resolve().parent.parent / "static" / "fieldwork"
MODULES = (
    "app.js", "checks.js", "dom.js", "fields.js", "form.js", "map.js", "me.js", "net.js", "queue.js", "reading.js",
    "scan.js", "store.js", "tasks.js", "texts.js",
)  # fmt: skip
ASSETS = (
    *(f"fieldwork/{name}" for name in MODULES),
    "fieldwork/field.css",
    "fieldwork/icon-192.png",
    "ui/theme.js",
    "ui/denghuo.css",
    "ui/mark.svg",
)


@require("fieldwork.work")
@require_GET
def shell(request: StaffRequest) -> HttpResponse:
    """The page that works without a network. It holds words and scripts, no data of anybody."""
    return render(request, "fieldwork/terminal.html", {"texts": texts(), "addresses": _addresses()})


def _addresses() -> dict[str, str]:
    return {
        "load": reverse("fieldwork:load"),
        "sync": reverse("fieldwork:sync"),
        "photo": reverse("fieldwork:photo"),
        "consent": reverse("fieldwork:consent"),
        "propose": reverse("fieldwork:propose"),
        "terminal": reverse("fieldwork:terminal"),
        "worker": reverse("fieldwork:worker"),
        "sign_out": reverse("identity:sign-out"),
        "sign_in": reverse("identity:sign-in"),
        "console": "/",
        "plate": _plate_page(),
    }


def _plate_page() -> str:
    """Where a signed plate is looked up, with ``DH1`` in the place of its code; empty where no room prints plates."""
    try:
        return reverse("desk:plate", args=["DH1"])
    except NoReverseMatch:
        return ""


@public
@require_GET
def manifest(request: Any) -> HttpResponse:
    """What a phone needs to install the terminal; it says nothing that the sign-in page does not."""
    home = reverse("fieldwork:terminal")
    content = {
        "id": home,
        "name": _("Denghuo field terminal"),
        "short_name": _("Denghuo field"),
        "lang": get_language(),
        "start_url": home,
        "scope": home,
        "display": "standalone",
        "background_color": "#f6f4f0",
        "theme_color": "#26211b",
        "icons": [
            {"src": static("fieldwork/icon-192.png"), "sizes": "192x192", "type": "image/png"},
            {"src": static("fieldwork/icon-512.png"), "sizes": "512x512", "type": "image/png"},
            {
                "src": static("fieldwork/icon-512.png"),
                "sizes": "512x512",
                "type": "image/png",
                "purpose": "maskable",
            },
            {"src": static("ui/mark.svg"), "sizes": "any", "type": "image/svg+xml"},
        ],
    }
    return JsonResponse(
        content, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False}
    )


@cache
def _version() -> str:
    """Changes with every file of the terminal, so that phones fetch the new ones."""
    digest = hashlib.sha256()
    for path in sorted(_FOLDER.glob("*")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


@public
@require_GET
def worker(request: Any) -> HttpResponse:
    """The service worker, told its version and what belongs to the shell."""
    told = {
        "version": _version(),
        "shell": reverse("fieldwork:terminal"),
        "assets": [static(name) for name in ASSETS] + [reverse("fieldwork:manifest")],
    }
    script = (_FOLDER / "worker.js").read_text(encoding="utf-8")
    response = HttpResponse(
        f"const DENGHUO = {json.dumps(told)};\n{script}", content_type="text/javascript; charset=utf-8"
    )
    response["Cache-Control"] = "no-cache"
    return response
