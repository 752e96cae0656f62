"""Work outside: a kind of task with every type of question, 农军's and 秦川's phones, what they send."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from denghuo.commerce.fieldwork import operations, rules
from denghuo.commerce.fieldwork.models import Device, FieldSubmission, FieldTask
from denghuo.commerce.fieldwork.operations import Item
from denghuo.commerce.fieldwork.rules import Field, Kind, kinds
from denghuo.records.supply.models import SupplyPoint
from tests.cast import billing, supply

NINE = datetime(2026, 9, 8, 1, tzinfo=UTC)
"""Tuesday 8 September, 9:00 in Beijing."""
TEN, ELEVEN = NINE + timedelta(hours=1), NINE + timedelta(hours=2)
CHECK = rules.declare(
    Kind(
        "fieldwork.tried",
        form=(
            Field("note", "text", required=True, longest=20),
            Field("load_kw", "number", low=0, high=500),
            Field("result", "choice", options=("right", "wrong")),
            Field("safe", "yes_no"),
            Field("seen_on", "date"),
            Field("photo", "photo", most=2),
            Field("sign", "signature"),
            Field("registers", "register_values"),
        ),
    )
)


def picture(width: int = 4, height: int = 3) -> bytes:
    """A small PNG of one colour."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    rows = b"".join(b"\0" + b"\xf0\xa9\x4a" * width for _row in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


PNG = picture()
_keys = count(1)


def people():
    return billing.people()


def task(point: SupplyPoint | None = None, *, crew: str | None = "nongjun", **how) -> FieldTask:
    """A task of 李建国's supply point, given to 农军 at nine."""
    everybody = people()
    point = point or SupplyPoint.objects.first() or supply.li_jianguo()
    how = {
        "kind": CHECK.code,
        "title": "现场核查",
        "unit_id": point.unit_id,
        "at": NINE,
        "actor": everybody["qinyong"],
        "crew": everybody[crew] if crew else None,
        "address": point.address,
        "supply_point_id": point.pk,
        "key": f"test:{next(_keys)}",
        **how,
    }
    return operations.dispatch(subject=point, **how)


def phone(username: str = "nongjun", key: str = "") -> Device:
    return operations.meet(key=key or f"phone-{username}", staff=people()[username], at=NINE, name="手机")


def item(act: str, target: FieldTask | None = None, *, at: datetime = TEN, **how) -> Item:
    return Item(
        client_id=how.pop("client_id", f"item-{next(_keys)}"),
        act=act,
        made_at=at,
        task_id=target.pk if target else None,
        metering_point_id=how.pop("metering_point_id", None),
        payload=how,
    )


def send(device: Device, what: Item, at: datetime = ELEVEN) -> FieldSubmission:
    return operations.receive(device=device, item=what, at=at)


def answers(**how: Any) -> dict[str, Any]:
    return {"note": "表箱完好", **how}


@contextmanager
def hooked(done: Any = None, step: Any = None, code: str = CHECK.code) -> Iterator[None]:
    """What another room does when such a task is done, for the length of a test."""
    if done is not None:
        rules.on_done(code, done)
    if step is not None:
        rules.on_step(code, step)
    try:
        yield
    finally:
        kinds._done.pop(code, None)
        kinds._steps.pop(code, None)
