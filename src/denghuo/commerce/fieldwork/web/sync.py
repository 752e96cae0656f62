"""The protocol of the field terminal (docs/reference/field-sync.md): load a shift, send what was done, send photos."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import InvalidOperation
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from denghuo.commerce.fieldwork import operations
from denghuo.commerce.fieldwork.models import Act, Device, FieldSubmission, FieldTask
from denghuo.commerce.fieldwork.operations import Item
from denghuo.commerce.fieldwork.queries import terminal
from denghuo.foundation.files.operations import FileRefused
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.kernel.periods import day_of

MOST_ITEMS = 50
MOST_POSITIONS = 200
LONGEST_BODY = 2_000_000
_ID = re.compile(r"[A-Za-z0-9._:-]{1,40}")


class Malformed(Exception):
    """The request is not what the protocol says; the text says where."""


def now() -> datetime:
    return timezone.now()


def _answer(content: Mapping[str, Any], status: int = 200) -> HttpResponse:
    return JsonResponse(content, status=status, json_dumps_params={"ensure_ascii": False})


def _malformed(error: Malformed) -> HttpResponse:
    return _answer({"words": str(error)}, status=400)


def _id(value: Any, where: str) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise Malformed(where)
    return value


def _body(request: StaffRequest) -> dict[str, Any]:
    if request.content_type != "application/json":
        raise Malformed("json")
    if len(request.body) > LONGEST_BODY:
        raise Malformed("body")
    try:
        body = json.loads(request.body)
    except ValueError as error:
        raise Malformed("json") from error
    if not isinstance(body, dict):
        raise Malformed("json")
    return body


def _device(request: StaffRequest, device: Any, *, at: datetime, waiting: Any = None) -> Device:
    if not isinstance(device, Mapping):
        raise Malformed("device")
    count = waiting if isinstance(waiting, int) and 0 <= waiting < 100_000 else None
    name = str(device.get("name", "")).replace("\x00", "")[:80]
    return operations.meet(
        key=_id(device.get("key"), "device.key"), staff=request.user, at=at, name=name, waiting=count
    )


@require("fieldwork.work")
@require_GET
def load(request: StaffRequest) -> HttpResponse:
    """The shift of whoever asks, and the token for what will be sent."""
    at = now()
    try:
        device = _device(
            request, {"key": request.GET.get("device"), "name": request.GET.get("name", "")}, at=at
        )
    except Malformed as error:
        return _malformed(error)
    person = request.user
    return _answer(
        {
            "me": {"id": person.pk, "name": person.name, "unit": person.unit.name},
            "at": at.isoformat(),
            "csrf": get_token(request),
            "consented": device.consented_at is not None,
            **terminal.parcel(staff=person, on=day_of(at)),
        }
    )


@require("fieldwork.work")
@require_POST
def sync(request: StaffRequest) -> HttpResponse:
    """Keep and apply a batch, item by item; the answer says what became of each."""
    at = now()
    try:
        body = _body(request)
        if body.get("staff") != request.user.pk:
            return _answer({"words": _("These were made by somebody else.")}, status=409)
        items = [_item(one) for one in _list(body, "items", MOST_ITEMS)]
        device = _device(request, body.get("device"), at=at, waiting=body.get("waiting"))
        _positions(device, _list(body, "positions", MOST_POSITIONS), at)
    except Malformed as error:
        return _malformed(error)
    results = [_result(operations.receive(device=device, item=item, at=at)) for item in items]
    return _answer({"at": at.isoformat(), "consented": device.consented_at is not None, "results": results})


def _list(body: Mapping[str, Any], name: str, most: int) -> list[Any]:
    found = body.get(name, [])
    if not isinstance(found, list) or len(found) > most:
        raise Malformed(name)
    return found


def _item(one: Any) -> Item:
    if not isinstance(one, Mapping) or one.get("act") not in Act.values:
        raise Malformed("items.act")
    payload = one.get("payload", {})
    if not isinstance(payload, dict):
        raise Malformed("items.payload")
    return Item(
        client_id=_id(one.get("id"), "items.id"),
        act=str(one["act"]),
        made_at=_moment(one.get("made_at")),
        task_id=_number(one.get("task")),
        metering_point_id=_number(one.get("point")),
        payload=_clean(payload),
    )


def _clean(value: Any) -> Any:
    """Without NUL characters, which no database keeps."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, dict):
        return {str(_clean(name)): _clean(one) for name, one in value.items()}
    return [_clean(one) for one in value] if isinstance(value, list) else value


def _moment(text: Any) -> datetime:
    try:
        found = parse_datetime(text) if isinstance(text, str) else None
    except ValueError:
        found = None
    if found is None:
        raise Malformed("made_at")
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**62 else None


def _positions(device: Device, places: list[Any], at: datetime) -> None:
    """Positions of a consenting person; those of anybody else are dropped unread."""
    if device.consented_at is None:
        return
    for place in places:
        if not isinstance(place, Mapping):
            raise Malformed("positions")
        made = _moment(place.get("at"))
        try:
            longitude, latitude = float(place["longitude"]), float(place["latitude"])
        except (KeyError, TypeError, ValueError) as error:
            raise Malformed("positions") from error
        if not (abs(longitude) <= 180 and abs(latitude) <= 90 and device.consented_at <= made <= at):
            continue
        accuracy = _number(place.get("accuracy_m"))
        try:
            operations.keep_position(
                device=device,
                longitude=longitude,
                latitude=latitude,
                at=made,
                accuracy_m=min(accuracy, 100_000) if accuracy else None,
            )
        except InvalidOperation as error:
            raise Malformed("positions") from error


def _result(submission: FieldSubmission) -> dict[str, Any]:
    task = FieldTask.objects.filter(pk=submission.task_id or 0).values("id", "state", "version").first()
    return {
        "id": submission.client_id,
        "outcome": submission.outcome,
        "words": submission.words,
        "theirs": submission.first,
        "decision": submission.resolution,
        "task": task,
    }


@require("fieldwork.work")
@require_POST
def photo(request: StaffRequest) -> HttpResponse:
    """Keep one photo; sent again it is the photo that is there."""
    at, sent = now(), request.FILES.get("file")
    try:
        if sent is None:
            raise Malformed("file")
        if request.POST.get("staff") != str(request.user.pk):
            return _answer({"words": _("These were made by somebody else.")}, status=409)
        device = _device(request, {"key": request.POST.get("device")}, at=at)
        client_id, taken = _id(request.POST.get("id"), "id"), _moment(request.POST.get("taken_at"))
        task_id = request.POST.get("task", "")
        task = (
            FieldTask.objects.filter(pk=int(task_id), unit__code__startswith=request.user.scope).first()
            if task_id.isascii() and task_id.isdecimal() and len(task_id) < 19
            else None
        )
        kept = operations.keep_photo(
            device=device, client_id=client_id, content=sent.read(), taken_at=taken, at=at, task=task
        )
    except Malformed as error:
        return _malformed(error)
    except FileRefused as error:
        return _answer({"id": request.POST.get("id"), "outcome": "refused", "words": str(error)}, status=422)
    return _answer({"id": kept.client_id, "outcome": "kept"})


@require("fieldwork.work")
@require_POST
def consent(request: StaffRequest) -> HttpResponse:
    """Agree to live location on this phone, or no longer."""
    at = now()
    try:
        body = _body(request)
        device = _device(request, body.get("device"), at=at)
    except Malformed as error:
        return _malformed(error)
    device = operations.set_consent(
        device=device, consented=body.get("consented") is True, at=at, actor=request.user
    )
    return _answer({"consented": device.consented_at is not None})


@require("fieldwork.work")
@require_POST
def propose(request: StaffRequest) -> HttpResponse:
    """Say why the own figures should stand in a conflict."""
    at = now()
    try:
        body = _body(request)
        device = _device(request, body.get("device"), at=at)
        found = FieldSubmission.objects.filter(
            staff=request.user, device=device, client_id=_id(body.get("id"), "id")
        ).first()
        if found is None:
            raise Malformed("id")
        text = str(body.get("text", "")).replace("\x00", "")
        found = operations.propose(submission=found, text=text, at=at, actor=request.user)
    except Malformed as error:
        return _malformed(error)
    except operations.CannotBeResolved as error:
        return _answer({"words": str(error)}, status=422)
    return _answer({"conflict": terminal.shown_conflict(found)})
