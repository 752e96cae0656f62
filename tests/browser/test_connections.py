"""The page of an application in a browser: the survey leads to a plan that explains itself; nothing runs over the phone."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.browser.conftest import PHONE
from tests.cast import connections

pytestmark = pytest.mark.django_db(transaction=True)


def test_from_the_survey_to_the_explained_plan(site):
    everybody = connections.town()
    application = connections.apply("business", capacity_kva=60)
    page = site.open(
        reverse("connections:application", args=[application.pk]), staff=everybody["mofan"], language="en"
    )
    page.fill("#id_finding", "cable at the gate")
    page.click("[data-testid=act-survey] button.btn-primary")
    page.wait_for_selector("[data-testid=plan]")
    assert "current transformers 100/5" in page.inner_text("[data-testid=plan]")
    page.click("[data-testid=submit-plan]")
    page.wait_for_selector("[data-testid=stages] [aria-current=step]")
    assert "Contract" in page.inner_text("[data-testid=stages] [aria-current=step]")
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
