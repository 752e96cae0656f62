"""The template tags render what they say, escape what they are given, and refuse what they do not know."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django import forms
from django.template import Context, Template, TemplateSyntaxError
from django.utils import translation

from denghuo.foundation.ui import charts, components, extensions
from denghuo.foundation.ui.lists import Column
from denghuo.foundation.ui.lists.columns import BadColumn

HOSTILE = "<b>x</b>\"'"


def show(text: str, **context) -> str:
    with translation.override("en"):
        return Template("{% load ui %}" + text).render(Context(context)).strip()


@pytest.mark.parametrize(
    "tag",
    [
        "{% badge h 'info' %}",
        "{% stat h h h h %}",
        "{% empty h h h '/x' %}",
        "{% facts rows %}",
        "{% quantity 1 h %}",
        "{% status 'draft' h %}",
        "{% tabs tabs 'a' %}",
        "{% breadcrumbs crumbs %}",
        "{% timeline items %}",
        "{% drawer_button h h %}",
        "{% icon 'bolt' h %}",
        "{% data_table columns table %}",
    ],
)
def test_text_is_escaped_everywhere(tag):
    item = extensions.TimelineItem(datetime(2026, 9, 7, tzinfo=UTC), "bolt", HOSTILE, HOSTILE, url="/x")
    text = show(
        tag,
        h=HOSTILE,
        rows=[(HOSTILE, HOSTILE, "/x")],
        tabs=[("a", HOSTILE, "/x", 3)],
        crumbs=[(HOSTILE, "/x")],
        items=[item],
        columns=[Column("name", HOSTILE, kind="text", url=lambda row: '/"><b>')],
        table=[{"name": HOSTILE}],
    )
    assert "<b>" not in text and "&lt;b&gt;" in text


def test_a_state_has_one_tone_everywhere():
    codes = [code for codes in components.STATE_TONES.values() for code in codes]
    assert len(codes) == len(set(codes))
    assert "tag-success" in show("{% status 'issued' %}")
    assert "tag-neutral" in show("{% status 'never_heard_of' %}")
    bill = SimpleNamespace(state="overdue", get_state_display=lambda: "Overdue bill")
    assert "tag-danger" in show("{% status bill %}", bill=bill) and "Overdue bill" in show(
        "{% status bill %}", bill=bill
    )


def test_an_unknown_tone_is_a_mistake_of_the_template():
    with pytest.raises(TemplateSyntaxError):
        show("{% badge 'x' 'purple' %}")


@pytest.mark.parametrize("declared", [{"kind": "colour"}, {"kind": "masked"}, {"kind": "template"}])
def test_a_column_that_cannot_work_is_refused_at_once(declared):
    with pytest.raises(BadColumn):
        Column("name", "Name", **declared)


def test_a_field_is_tied_to_its_label_help_and_error():
    class Form(forms.Form):
        name = forms.CharField(label="Name", help_text="As on the card")
        way = forms.ChoiceField(label="Way", choices=[("a", "A")], widget=forms.RadioSelect)

    form = Form({"name": ""})
    text = show("{% field form.name %}{% field form.way %}", form=form)
    assert '<label class="form-label required" for="id_name">' in text
    described = re.search(r'aria-describedby="([^"]+)"', text)
    assert described and all(f'id="{part}"' in text for part in described[1].split())
    assert 'aria-invalid="true"' in text and "<legend" in text


def test_a_chart_travels_as_data_not_as_script():
    option = charts.lines(["</script><b>"], {"</script>": [1]}, unit="kWh")
    text = show("{% chart option 'md' %}", option=option)
    assert "</script><b>" not in text
    data = re.search(r'type="application/json">(.*?)</script>', text, re.DOTALL)
    assert data and json.loads(data[1])["series"][0]["name"] == "</script>"


def test_personal_data_offers_the_button_only_with_an_address():
    assert "data-reveal" not in show("{% masked '13812345678' 'phone' %}")
    text = show("{% masked '13812345678' 'phone' '/reveal' %}")
    assert 'data-reveal="/reveal"' in text and "12345" not in text


@dataclass
class Clerk:
    allowed: frozenset[str]
    is_authenticated: bool = True
    scope: str = "45"

    def may(self, permission: str) -> bool:
        return permission in self.allowed


def asking(*allowed: str):
    return SimpleNamespace(user=Clerk(frozenset(allowed)))


def test_extensions_are_shown_by_permission_and_order():
    with extensions.empty_registry():
        extensions.action("customer", "Second", "/2", order=2)
        extensions.action("customer", "First", lambda subject: f"/{subject}", order=1, permission="a")
        extensions.action("customer", "Hidden", lambda subject: None)
        assert [item.url for item in extensions.actions(asking("a"), "customer", "7")] == ["/7", "/2"]
        assert [item.url for item in extensions.actions(asking(), "customer", "7")] == ["/2"]

        extensions.panel(
            "customer", "bills", "Bills", "x.html", lambda request, subject: {"n": subject}, permission="b"
        )
        extensions.panel("customer", "none", "None", "x.html", lambda request, subject: None)
        assert extensions.panels(asking(), "customer", 1) == []
        assert [panel.context for panel in extensions.panels(asking("b"), "customer", 1)] == [{"n": 1}]

        extensions.workbench("c", lambda request: extensions.Tile("Waiting", 3))
        assert extensions.tiles(asking()) == [] and len(extensions.tiles(asking("c"))) == 1


def test_cards_of_the_workbench_are_shown_by_permission_and_order():
    with extensions.empty_registry():
        extensions.workbench_panel(
            "a", "late", "Late", "x.html", lambda request: {"more_url": "/late"}, order=9, width="third"
        )
        extensions.workbench_panel(None, "early", "Early", "x.html", lambda request: {}, order=1)
        extensions.workbench_panel(None, "none", "None", "x.html", lambda request: None)
        extensions.workbench_panel(None, "early", "Replaced", "x.html", lambda request: {}, order=2)
        shown = extensions.workbench_panels(asking("a"))
        assert [(panel.key, panel.width, panel.url) for panel in shown] == [
            ("early", "half", ""),
            ("late", "third", "/late"),
        ]
        assert [panel.title for panel in extensions.workbench_panels(asking())] == ["Replaced"]
        with pytest.raises(ValueError, match="width"):
            extensions.workbench_panel(None, "x", "X", "x.html", lambda request: {}, width="huge")


def test_a_bar_of_parts_adds_up_and_leaves_out_what_is_empty():
    text = show(
        "{% segments parts 'All' %}",
        parts=[("Billed", 750, "success"), ("Held", 250, "warning"), ("Parked", 0, "danger")],
    )
    assert re.findall(r'<rect[^>]* x="([0-9.]+)"[^>]*? width="([0-9.]+)"', text) == [
        ("0.00", "450.00"),
        ("450.00", "150.00"),
    ]
    assert "Parked" not in text


def test_a_ranking_links_where_it_has_an_address():
    text = show("{% ranking rows %}", rows=[("Route 1", "3 / 4", 3, 4, "/r/1"), ("Route 2", "0 / 0", 0, 0)])
    assert 'href="/r/1"' in text and 'max="4"' in text and 'max="1"' in text


def test_two_axes_have_their_own_units():
    option = charts.bars_and_line(["2026-08"], ("Energy", [5], "kWh"), ("Amount", [3], "yuan"))
    assert [series["tooltip"]["valueFormatter"] for series in option["series"]] == ["@unit kWh", "@unit yuan"]
    assert [series.get("yAxisIndex", 0) for series in option["series"]] == [0, 1]


def test_timelines_of_several_rooms_are_merged_newest_first():
    def item(day: int) -> extensions.TimelineItem:
        return extensions.TimelineItem(datetime(2026, 9, day, tzinfo=UTC), "bolt", str(day))

    with extensions.empty_registry():
        extensions.timeline("customer", lambda subject, before, limit: [item(1), item(5)])
        extensions.timeline("customer", lambda subject, before, limit: [item(4), item(2)])
        found = extensions.timeline_items("customer", 1, limit=3)
    assert [entry.title for entry in found] == ["5", "4", "2"]


def test_search_asks_with_the_scope_and_limits_each_room():
    asked = []

    def provider(query, scope):
        asked.append((query.text, scope))
        return (extensions.SearchHit("Customer", str(number), url="/x") for number in range(100))

    with extensions.empty_registry():
        extensions.search(provider, permission="find")
        assert extensions.find(asking(), extensions.SearchQuery("王")) == []
        groups = extensions.find(asking("find"), extensions.SearchQuery("王", limit=5))
        assert extensions.find(asking("find"), extensions.SearchQuery("")) == []
    assert asked == [("王", "45")]
    assert [(kind, len(hits)) for kind, hits in groups] == [("Customer", 5)]


@pytest.mark.parametrize(
    "text, digits, latin, phone, chinese",
    [
        ("13812345678", "13812345678", "", "13812345678", False),
        ("wxy", "", "wxy", "", False),
        ("Wang Xiuying", "", "wangxiuying", "", False),
        ("王秀英", "", "", "", True),
        ("12-301", "", "", "", False),
        ("١٢٣", "", "", "", False),
    ],
)
def test_what_was_typed_is_understood(text, digits, latin, phone, chinese):
    query = extensions.SearchQuery(text)
    assert (query.digits, query.latin, query.phone, query.has_chinese) == (digits, latin, phone, chinese)
