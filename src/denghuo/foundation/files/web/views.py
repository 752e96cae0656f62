"""Show a kept file to whoever may see its unit."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header

from denghuo.foundation.files import queries
from denghuo.foundation.files.models import StoredFile
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import signed_in


@signed_in
def file(request: StaffRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(StoredFile, pk=pk, unit_id__startswith=request.user.scope)
    try:
        content = queries.content(found)
    except queries.FileDamaged as damaged:
        raise Http404(str(damaged)) from damaged
    response = HttpResponse(content, content_type=found.media_type)
    response["Content-Disposition"] = content_disposition_header(not found.is_image, found.name) or "inline"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=86400, immutable"
    return response
