"""What somebody is typing: kept as they type, given back on their next visit, gone once it is sent."""

from __future__ import annotations

import json

from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import signed_in
from denghuo.foundation.workflow.models import Draft
from denghuo.foundation.workflow.operations.drafting import DraftTooLarge, drop_draft, keep_draft
from denghuo.foundation.workflow.web.common import now

MOST_AT_ONCE = 20


@signed_in
@never_cache
@require_http_methods(["GET", "POST"])
def drafts(request: StaffRequest) -> HttpResponse:
    """GET ``?place=…`` (several): the drafts kept there. POST place and content: keep it; without content: forget it."""
    if request.method == "GET":
        places = request.GET.getlist("place")[:MOST_AT_ONCE]
        found = Draft.objects.filter(staff=request.user, place__in=places).order_by("id")
        return JsonResponse(
            {
                draft.place: {
                    "at": int(draft.saved_at.timestamp() * 1000),
                    "values": json.loads(draft.content),
                }
                for draft in found
            }
        )
    place, content = request.POST.get("place", ""), request.POST.get("content", "")
    if not place:
        return HttpResponse(status=422)
    if not content:
        drop_draft(staff=request.user, place=place)
        return HttpResponse(status=204)
    try:
        if not isinstance(json.loads(content), list):
            raise ValueError("a draft is a list of fields")
        keep_draft(staff=request.user, place=place, content=content, at=now())
    except (DraftTooLarge, ValueError, RecursionError):
        return HttpResponse(status=422)
    return HttpResponse(status=204)
