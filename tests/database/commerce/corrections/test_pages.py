"""Every page of corrections: it opens, in both languages, and hides other units' corrections."""

from __future__ import annotations

import pytest
from django.urls import reverse

from denghuo.commerce.corrections import operations
from denghuo.commerce.corrections.models import Correction, Reason
from denghuo.commerce.corrections.rules.facts import ReplaceTerms
from denghuo.foundation.jobs import operations as jobs
from denghuo.kernel.periods import Cycle
from tests.cast import billing as cast
from tests.cast import corrections as story
from tests.cast import supply

pytestmark = pytest.mark.django_db
AT = cast.moment("2025-10-10")


@pytest.fixture
def town():
    cast.prices()
    li = supply.household("李建国", "梧桐巷12-302", terms={"tariff": "residential_shared"})
    story.bill_months({cast.metered(li): [200, 2500]})
    bill = story.live_bills(li)[0]
    mass = operations.start_mass(
        reason="wrong_tariff", explanation="合表电价误用", scope={"tariff": "residential_shared", "unit": "45"},
        facts=[ReplaceTerms(from_tariff="residential_shared", tariff="residential")], first=Cycle(2025, 8),
        last=Cycle(2025, 9), actor=story.clerk(), at=AT, protect_residents=False,
    )  # fmt: skip
    jobs.drive(run=mass.preview_run, clock=lambda: AT)
    proposal = operations.Proposal(bill, reason="wrong_multiplier", explanation="倍率录错", until="2025-09")
    return {
        "li": li,
        "bill": bill,
        "mass": mass,
        "asked": proposal.replace_multiplier(1, 2).submit(actor=story.clerk(), at=AT),
    }


def test_pages_open_in_both_languages(client, town):
    client.force_login(cast.people()["liumin"])
    number, mass = town["asked"].number, town["mass"].number
    urls = [
        reverse("corrections:corrections"),
        reverse("corrections:new") + f"?number={town['bill'].number}",
        *(reverse("corrections:facts", args=[town["li"].pk, reason]) for reason in Reason.values),
        reverse("corrections:correction", args=[number]),
        reverse("corrections:mass-list"),
        reverse("corrections:new-mass"),
        reverse("corrections:mass", args=[mass]),
        reverse("corrections:mass-items", args=[mass]),
        reverse("corrections:calculators"),
        reverse("corrections:calculators") + "?kind=meter&recorded_kwh=1000&error_percent=-2.5",
        reverse("corrections:calculators") + "?kind=wiring&wiring=4w_one_ct_reversed&recorded_kwh=1000",
        reverse("corrections:calculators") + "?kind=wiring&wiring=4w_two_cts_swapped&recorded_kwh=1000",
        reverse("corrections:calculators")
        + "?kind=normal&normal_kwh=900&normal_days=30&days=20&recorded_kwh=0",
        reverse("customers:account", args=[town["li"].account_id]),
        reverse("supply:supply-point", args=[town["li"].pk]),
        reverse("billing:bill", args=[town["bill"].number]),
    ]
    for url in urls:
        for language in ("en", "zh-hans"):
            assert client.get(url, headers={"accept-language": language}).status_code == 200, url
    pdf = client.get(reverse("corrections:notice", args=[number]))
    assert pdf.content.startswith(b"%PDF")
    assert client.get(reverse("corrections:letter", args=[number])).status_code == 404, (
        "nothing is carried out yet"
    )


def test_the_calculators_answer(client, town):
    client.force_login(cast.people()["liumin"])
    url = reverse("corrections:calculators")
    page = client.get(url, {"kind": "wiring", "wiring": "4w_one_phase_lost", "recorded_kwh": "1000"})
    assert "500" in page.content.decode()
    assert page.context["use_url"].startswith(reverse("corrections:new"))
    page = client.get(url, {"kind": "meter", "recorded_kwh": "1000", "error_percent": "25"})
    assert page.context["result"].energy_kwh == -100


def test_other_units_see_nothing(client, town):
    other = next(person for person in cast.people().values() if person.unit_id.startswith("4502"))
    Correction.objects.update(unit_id="4501")
    client.force_login(other)
    for name in ("correction", "notice"):
        assert client.get(reverse(f"corrections:{name}", args=[town["asked"].number])).status_code in (
            403,
            404,
        )


def test_the_wizard_refuses_in_words(client, town):
    client.force_login(cast.people()["liumin"])
    wrong = client.post(reverse("corrections:new"), {"number": "123", "reason": "wiring"})
    assert wrong.status_code == 422
    url = reverse("corrections:facts", args=[town["li"].pk, "wrong_multiplier"])
    data = {
        "first": "2025-08",
        "last": "2025-09",
        "explanation": "x",
        "settlement": "prepayment",
        "act": "preview",
    }
    assert client.post(url, {**data, "from_multiplier": 5, "to_multiplier": 5}).status_code == 422
    seen = client.post(url, {**data, "from_multiplier": 7, "to_multiplier": 5})
    assert seen.status_code == 200
    assert seen.context["effect"].problems
    for reason in Reason.values:
        url = reverse("corrections:facts", args=[town["li"].pk, reason])
        assert client.post(url, {**data, "last": "2025-07"}).status_code in (200, 422), reason


def test_theft_is_only_noted(client, town):
    client.force_login(cast.people()["liumin"])
    url = reverse("corrections:facts", args=[town["li"].pk, "theft"])
    client.post(
        url,
        {
            "first": "2025-08",
            "last": "2025-08",
            "explanation": "绕越表计，见稽查单",
            "document": "JC-1",
            "act": "draft",
        },
    )
    noted = Correction.objects.get(reason="theft")
    assert (noted.state, noted.months) == ("linked", 0)
    assert client.get(reverse("corrections:correction", args=[noted.number])).status_code == 200
