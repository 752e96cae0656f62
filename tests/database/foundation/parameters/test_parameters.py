"""Parameters over time: what holds on a day, their course, who may set them and what is shown before."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from denghuo.commerce.receivables.rules.parameters import MINIMUM_YUAN, RATE_OTHER
from denghuo.foundation.audit.models import Entry
from denghuo.foundation.parameters import operations, queries, rules
from denghuo.foundation.parameters.models import ParameterValue
from denghuo.foundation.parameters.rules import ParameterInvalid
from tests.cast import billing as cast
from tests.cast.money import noon

pytestmark = pytest.mark.django_db
TODAY = date(2026, 9, 7)


def set_(parameter, text, since, reason="物价局文件"):
    return operations.set_value(
        parameter=parameter, text=text, valid_from=since, reason=reason,
        actor=cast.people()["luoqiang"], at=noon(TODAY),
    )  # fmt: skip


class TestValues:
    def test_the_regulation_holds_where_nothing_was_set(self):
        assert queries.value(RATE_OTHER, on=TODAY) == Decimal("0.002")
        assert queries.value(MINIMUM_YUAN, on=date(2024, 5, 31)) == Decimal("1.00")
        assert queries.value(MINIMUM_YUAN, on=date(2024, 6, 1)) == 0

    def test_what_the_bureau_set_holds_from_its_day(self):
        set_(RATE_OTHER, "0.0015", date(2026, 7, 1))
        set_(RATE_OTHER, "0.001", date(2026, 10, 1))
        assert [
            queries.value(RATE_OTHER, on=day)
            for day in (date(2026, 6, 30), date(2026, 7, 1), date(2026, 9, 30), date(2026, 10, 1))
        ] == [Decimal(text) for text in ("0.002", "0.0015", "0.0015", "0.001")]

    def test_the_last_word_for_a_day_counts(self):
        set_(RATE_OTHER, "0.0015", date(2026, 7, 1))
        set_(RATE_OTHER, "0.0016", date(2026, 7, 1))
        assert queries.value(RATE_OTHER, on=TODAY) == Decimal("0.0016")

    def test_a_course_agrees_with_the_value_of_every_day(self):
        set_(MINIMUM_YUAN, "0.50", date(2023, 1, 1))
        set_(MINIMUM_YUAN, "0.80", date(2025, 1, 1))
        set_(MINIMUM_YUAN, "0.60", date(2024, 1, 1))
        course = queries.courses([MINIMUM_YUAN])[MINIMUM_YUAN.code]
        assert [day for day, _value in course] == [
            date.min, date(2023, 1, 1), date(2024, 1, 1), date(2025, 1, 1),
        ]  # fmt: skip
        for day in (
            date(1999, 1, 1),
            *(date(year, month, 15) for year in (2023, 2024, 2025) for month in (1, 6, 12)),
        ):
            on_that_day = [value for since, value in course if since <= day][-1]
            assert queries.value(MINIMUM_YUAN, on=day) == on_that_day

    def test_several_in_one_query(self, django_assert_num_queries):
        with django_assert_num_queries(1):
            found = queries.values(rules.declared(), on=TODAY)
        assert len(found) == len(rules.declared())

    @pytest.mark.parametrize("text, reason", [("0.004", "x"), ("abc", "x"), ("0.001", "  ")])
    def test_what_is_refused(self, text, reason):
        with pytest.raises(ParameterInvalid):
            set_(RATE_OTHER, text, TODAY, reason)
        assert not ParameterValue.objects.exists()

    def test_it_is_on_record(self):
        set_(RATE_OTHER, "0.0015", date(2026, 7, 1))
        entry = Entry.objects.get(action="parameters.value.set")
        assert "0.0015" in entry.changes and entry.reason == "物价局文件"


class TestPages:
    def page(self, client, username, code="", data=None):
        client.force_login(cast.people()[username])
        url = reverse("parameters:parameter", args=[code]) if code else reverse("parameters:parameters")
        return client.post(url, data) if data is not None else client.get(url)

    def test_every_declared_parameter_is_listed_and_has_its_page(self, client):
        page = self.page(client, "yejing").content.decode()
        for item in rules.declared():
            assert reverse("parameters:parameter", args=[item.code]) in page
            assert self.page(client, "yejing", item.code).status_code == 200

    def test_every_declared_parameter_has_a_name(self):
        assert [item.code for item in rules.declared() if rules.label_of(item.code) == item.code] == []

    def test_the_effect_is_shown_before_it_is_saved(self, client):
        given = {"text": "0.0015", "valid_from": "2026-12-01", "reason": "物价局文件"}
        page = self.page(client, "luoqiang", RATE_OTHER.code, given | {"preview": "yes"})
        assert "0.002 → 0.0015" in page.content.decode()
        assert not ParameterValue.objects.exists()
        answer = self.page(client, "luoqiang", RATE_OTHER.code, given | {"save": "yes"})
        assert answer.status_code == 302
        row = ParameterValue.objects.get()
        assert (row.value, row.valid_from, row.set_by.username) == ("0.0015", date(2026, 12, 1), "luoqiang")
        assert "物价局文件" in self.page(client, "heyong", RATE_OTHER.code).content.decode()

    def test_the_preview_says_what_is_replaced_and_what_stays(self, client):
        set_(MINIMUM_YUAN, "0.80", date(2027, 1, 1))
        given = {"text": "0.50", "valid_from": "2024-01-01", "reason": "x", "preview": "yes"}
        page = self.page(client, "luoqiang", MINIMUM_YUAN.code, given).content.decode()
        preview = page[page.index('data-testid="preview"') :]
        preview = preview[: preview.index("</div>")]
        assert "2024-06-01" in preview and "2027-01-01" in preview

    @pytest.mark.parametrize("text", ["0.004", "x", ""])
    def test_a_value_that_does_not_fit_is_said_beside_the_field(self, client, text):
        given = {"text": text, "valid_from": "2026-12-01", "reason": "x", "save": "yes"}
        page = self.page(client, "luoqiang", RATE_OTHER.code, given)
        assert page.status_code == 422 and not ParameterValue.objects.exists()

    def test_who_may(self, client):
        given = {"text": "0.0015", "valid_from": "2026-12-01", "reason": "x", "save": "yes"}
        assert self.page(client, "yejing", RATE_OTHER.code, given).status_code == 404
        assert self.page(client, "zhengjie").status_code == 403
        assert self.page(client, "luoqiang", "no.such").status_code == 404
