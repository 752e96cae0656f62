"""The printed bill says what the bill says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.utils.translation import override

from denghuo.commerce.billing import operations
from denghuo.commerce.billing.queries.document import bill_document
from denghuo.commerce.readings import operations as routes
from denghuo.foundation.documents import pdf
from denghuo.foundation.jobs import operations as jobs
from denghuo.kernel.periods import Cycle
from tests.cast import billing as cast
from tests.cast import staff, supply

pytestmark = pytest.mark.django_db


def _print(bill, name: str) -> bytes:
    with override("zh-hans"):
        body = pdf.render("billing/bill.typ", {"bills": bill_document([bill])}, created_at=bill.issued_at)
    if folder := os.environ.get("DENGHUO_KEEP_PDF"):
        Path(folder, f"{name}.pdf").write_bytes(body)
    return body


def test_a_home_and_a_mill_each_fit_one_page():
    cast.prices()
    wang, mill = supply.wang_xiuying(), supply.textile_mill()
    home_point = cast.metered(wang)
    mill_point = cast.metered(mill, registers=cast.TWO_PART_REGISTERS)
    for n, cycle in enumerate(("2025-08", "2025-09", "2025-10"), start=1):
        cast.read(home_point, cycle, 260 * n)
        cast.read(mill_point, cycle, cast.readings_of(120_000 * n, reactive=90_000 * n, demand=420))
        run = cast.run(cycle)
        cast.release_all(run)
        cast.settle(run)
    for name, point in (("home", wang), ("mill", mill)):
        bill = cast.bill_of(point, "2025-10")
        (data,) = bill_document([bill])
        assert sum(
            line["amount_fen"] for s in data["sections"] for g in s["groups"] for line in g["lines"]
        ) == (bill.total_fen)
        body = _print(bill, name)
        assert body.startswith(b"%PDF-")
        assert body.count(b"/Type /Page\n") + body.count(b"/Type/Page/") <= 1


def test_the_bills_of_a_route_are_printed_in_the_background(now):
    cast.prices()
    point = cast.metered(supply.wang_xiuying())
    cast.read(point, "2025-08", 260)
    run = cast.run("2025-08")
    cast.release_all(run)
    cast.settle(run)
    route = routes.open_route(
        code="R-PRINT",
        name="梧桐巷抄表段",
        unit=point.supply_point.unit,
        at=now,
        reading_day=1,
        rhythm="monthly",
    )
    routes.add_stops(route=route, points=[point], at=now)
    asked_at = now.replace(microsecond=922_564)
    batch = operations.print_route(
        cycle=Cycle(2025, 8), route_code="R-PRINT", actor=staff.hire("liumin", now), at=asked_at
    )
    done = jobs.drive(run=batch.long_run, clock=lambda: asked_at)
    assert done.state == "done", done.error
    (part,) = batch.parts.all()
    assert bytes(part.pdf).startswith(b"%PDF") and part.bills == 1
