"""A billing month told in calendar time: read, run, look, release, approve, issue; then a mistake is put right."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from denghuo.commerce.billing import operations, queries
from denghuo.commerce.billing.models import Bill, BillingException, BillingRun
from denghuo.foundation.jobs import operations as jobs
from denghuo.foundation.outbox.models import Message
from tests.cast import billing as cast
from tests.cast import readings, supply

pytestmark = pytest.mark.django_db


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(cast.people()[username])
    return client


def post(client: Client, name: str, *args: object, **data: object) -> None:
    answer = client.post(reverse(f"billing:{name}", args=args), data)
    assert answer.status_code == 302, answer.content.decode()[:2000]


def newest_run() -> BillingRun:
    return BillingRun.objects.order_by("-id").first()


def test_a_month_from_readings_to_bills_and_a_correction():
    cast.prices()
    wang, li, noodles = supply.wang_xiuying(), supply.li_jianguo(), supply.noodle_shop()
    points = {name: cast.metered(place) for name, place in (("wang", wang), ("li", li), ("noodles", noodles))}

    # August 2025: everybody is read on 1 September, billed on the 3rd, issued on the 4th.
    for name, total in (("wang", 150), ("li", 300), ("noodles", 900)):
        cast.read(points[name], "2025-08", total)
    cast.issued("2025-08")

    # September: 李建国 uses five times as much, the noodle shop cannot be read.
    cast.read(points["wang"], "2025-09", 310)
    readings.read(points["li"], "2025-09", 1_900)
    readings.operations.accept(
        exceptions=points["li"].reading_exceptions.filter(state="open"),
        reason="复核无误",
        actor=cast.people()["machao"],
        at=cast.moment("2025-10-01", 8),
    )

    # 刘敏 starts the run in the console; the worker does it.
    liumin, heyong = signed_in("liumin"), signed_in("heyong")
    post(liumin, "new-run", cycle="2025-09", kind="", codes="")
    run = newest_run()
    jobs.drive(run=run.long_run, clock=lambda: cast.moment("2025-10-03"))
    totals = queries.run_totals(run)
    assert totals.outcomes == {"billed": 2, "skipped": 0, "parked": 1}
    assert cast.bill_of(li, "2025-09").state == "held"

    # What waits is on the worklist, most money first; she releases 李建国's bill with a reason.
    page = liumin.get(reverse("billing:exceptions"), {"state": "waiting"})
    assert page.status_code == 200
    held = BillingException.objects.get(bill=cast.bill_of(li, "2025-09"), severity="hold")
    post(liumin, "claim", held.pk)
    post(liumin, "release", held.pk, reason="现场核实：新装两台空调")
    assert cast.bill_of(li, "2025-09").state == "draft"

    # She cannot approve her own run; 何勇 can, and she issues it.
    assert liumin.post(reverse("billing:approve-run", args=[run.pk])).status_code == 403
    post(heyong, "approve-run", run.pk)
    post(liumin, "issue-run", run.pk, due_date="2099-10-19")
    assert {bill.state for bill in Bill.objects.filter(run=run)} == {"issued"}
    event = Message.objects.filter(name="billing.bills_issued").latest("id")
    assert '"bills":2' in event.payload

    # The noodle shop is read at last; the second run bills only it.
    cast.read(points["noodles"], "2025-09", 1_750)
    post(liumin, "new-run", cycle="2025-09", kind="", codes="")
    again = newest_run()
    jobs.drive(run=again.long_run, clock=lambda: cast.moment("2025-10-05"))
    assert queries.run_totals(again).outcomes == {"billed": 1, "skipped": 2, "parked": 0}

    # 王秀英 complains: her meter was misread. While the bill lives, its reading cannot be touched.
    wrong = cast.bill_of(wang, "2025-09")
    misread = points["wang"].readings.get(cycle="2025-09")

    def correct() -> None:
        readings.operations.replace_reading(
            reading=misread,
            registers={"total": 250},
            reason="抄错",
            actor=cast.people()["machao"],
            at=cast.moment("2025-10-12"),
        )

    with pytest.raises(readings.operations.ReadingIsBilled):
        correct()

    # So two people reverse the bill, the reading is corrected, and a third run bills her alone.
    page = liumin.get(reverse("billing:reverse-bill", args=[wrong.number]))
    assert page.status_code == 200
    assert operations.preview(bill=wrong, rebill=False).difference_fen == -wrong.total_fen
    post(liumin, "reverse-bill", wrong.number, reason="抄表差错")
    reversal = wrong.reversal_requests.get()
    assert liumin.post(reverse("billing:decide-reversal", args=[reversal.pk])).status_code == 403
    post(heyong, "decide-reversal", reversal.pk, decision="approve")
    correct()
    cast.run("2025-09", scope=f"account:{wang.account.number}", at=cast.moment("2025-10-12", 6))

    right = cast.bill_of(wang, "2025-09")
    assert right.energy_kwh == 100
    assert right.replaces == wrong
    wrong.refresh_from_db()
    assert wrong.state == "cancelled"
    for number in (wrong.number, wrong.reversals.get().number, right.number):
        assert liumin.get(reverse("billing:bill", args=[number])).status_code == 200
    assert list(queries.inconsistencies()) == []
