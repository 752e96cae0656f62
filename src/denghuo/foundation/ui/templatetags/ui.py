"""The template components: ``{% load ui %}``. Each is described with examples in docs/reference/interface-components.md."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.core.serializers.json import DjangoJSONEncoder
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, FileInput, RadioSelect, Select
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from denghuo.foundation.ui import components, extensions, formats
from denghuo.foundation.ui.clock import clock_face

register = template.Library()
_DOT = SafeString('<span class="dot" aria-hidden="true"></span>')
_serial = itertools.count(1)
BAR_WIDTH = 600


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """An icon of the sprite; decorative unless it has a ``label``."""
    href = f"{static('ui/vendor/icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="icon {}" role="img" aria-label="{}"><use href="{}"></use></svg>', css, label, href
        )
    return format_html('<svg class="icon {}" aria-hidden="true"><use href="{}"></use></svg>', css, href)


def _figure(text: str, unit: Any = "", css: str = "num") -> SafeString:
    if unit and text != formats.NOTHING:
        return format_html('<span class="{}">{}<span class="unit">{}</span></span>', css, text, unit)
    return format_html('<span class="{}">{}</span>', css, text)


@register.simple_tag
def money(fen: int | None, unit: Any = "") -> SafeString:
    """Fen as yuan: ``{% money bill.total_fen %}`` → 1,234.56."""
    return _figure(formats.money(fen), unit, "num num-negative" if fen is not None and fen < 0 else "num")


@register.simple_tag
def yuan(value: Any, decimals: int | None = 2) -> SafeString:
    """A Decimal in yuan, with at least ``decimals`` decimals and never fewer than it has."""
    return _figure(formats.amount(value, decimals))


@register.simple_tag
def energy(kwh: Any, unit: Any = "kWh") -> SafeString:
    return _figure(formats.energy(kwh), unit)


@register.simple_tag
def quantity(value: Any, unit: Any = "", decimals: int = 0) -> SafeString:
    return _figure(formats.amount(value, decimals), unit)


@register.simple_tag
def day(value: Any) -> SafeString:
    text = formats.day(value)
    if text == formats.NOTHING:
        return _figure(text)
    return format_html('<time class="num" datetime="{}">{}</time>', text, text)


@register.simple_tag
def moment(value: Any, seconds: bool = False) -> SafeString:
    text = formats.moment(value, seconds=seconds)
    if text == formats.NOTHING:
        return _figure(text)
    return format_html('<time class="num" datetime="{}">{}</time>', value.isoformat(), text)


@register.simple_tag
def badge(label: Any, tone: str = "neutral", icon_name: str = "") -> SafeString:
    if tone not in components.TONES:
        raise template.TemplateSyntaxError(f"no tone {tone!r}; choose one of {', '.join(components.TONES)}")
    drawn = icon(icon_name) if icon_name else _DOT
    return format_html('<span class="tag tag-{}">{}{}</span>', tone, drawn, label)


@register.simple_tag
def status(state: Any, label: Any = None, tone: str = "") -> SafeString:
    """The badge of a state code, of a ``Choices`` member, or of an object with a ``state`` field."""
    if hasattr(state, "get_state_display"):
        label, state = label or state.get_state_display(), state.state
    if state in (None, ""):
        return _figure(formats.NOTHING)
    return badge(label or components.label_of(state), tone or components.tone_of(state))


@register.simple_tag
def masked(value: Any, kind: str, url: str = "") -> SafeString:
    """Personal data with stars; with ``url`` a button asks the reason, posts it there and shows the answer."""
    shown = formats.mask(value, kind)
    if not url or shown == formats.NOTHING:
        return format_html('<span class="masked">{}</span>', shown)
    return mark_safe(render_to_string("ui/parts/masked.html", {"shown": shown, "url": url}))  # noqa: S308


@register.inclusion_tag("ui/parts/facts.html")
def facts(rows: Iterable[Any], columns: int = 2) -> dict[str, Any]:
    """A list of facts: rows of (label, value) or (label, value, url). None and "" are shown as a dash."""
    shown = []
    for row in rows:
        label, value, *rest = row
        empty = value is None or value == ""
        shown.append(
            {"label": label, "value": formats.NOTHING if empty else value, "url": rest[0] if rest else None}
        )
    return {"rows": shown, "columns": columns}


@register.inclusion_tag("ui/parts/stat.html")
def stat(
    label: Any,
    value: Any,
    unit: Any = "",
    hint: Any = "",
    href: str = "",
    tone: str = "accent",
    icon_name: str = "",
) -> dict[str, Any]:
    return {
        "label": label, "value": value, "unit": unit, "hint": hint, "href": href, "tone": tone, "icon_name": icon_name,
    }  # fmt: skip


@register.inclusion_tag("ui/parts/timeline.html")
def timeline(items: Iterable[extensions.TimelineItem]) -> dict[str, Any]:
    return {"items": list(items)}


@register.inclusion_tag("ui/parts/empty.html")
def empty(
    title: Any, text: Any = "", action_label: Any = "", action_url: str = "", icon_name: str = "inbox"
) -> dict[str, Any]:
    """What is missing, why, and one button."""
    return {
        "title": title, "text": text, "action_label": action_label, "action_url": action_url, "icon_name": icon_name,
    }  # fmt: skip


@register.inclusion_tag("ui/parts/chart.html")
def chart(option: Mapping[str, Any], height: str = "md", label: Any = "") -> dict[str, Any]:
    """An ECharts option (see ``charts``). ``height``: xs, sm, md, lg; ``label`` describes it to screen readers."""
    text = json.dumps(option, cls=DjangoJSONEncoder, ensure_ascii=False)
    return {"option": json.loads(text), "id": f"chart-{next(_serial)}", "height": height, "label": label}


@register.inclusion_tag("ui/parts/clock.html")
def tou_clock(windows: Iterable[Any], otherwise: str = "flat", label: Any = "") -> dict[str, Any]:
    """The day as a ring of periods: windows of (start "HH:MM", end, period); the rest of the day is ``otherwise``."""
    return {"face": clock_face(windows, otherwise), "label": label}


@register.inclusion_tag("ui/parts/field.html")
def field(bound: BoundField, css: str = "") -> dict[str, Any]:
    """A form field with label, control, help and errors, wired for screen readers."""
    widget = bound.field.widget
    attributes: dict[str, Any] = {}
    if bound.errors:
        attributes["aria-invalid"] = "true"
    style = "form-control"
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        style = ""
    elif isinstance(widget, CheckboxInput):
        style = "form-check-input"
    elif isinstance(widget, Select):
        style = "form-select"
    if style:
        attributes["class"] = " ".join(
            filter(None, (widget.attrs.get("class"), style, "is-invalid" if bound.errors else ""))
        )
    described = [f"{bound.id_for_label}-help"] if bound.help_text else []
    described += [f"{bound.id_for_label}-error"] if bound.errors else []
    if described:
        attributes["aria-describedby"] = " ".join(described)
    return {
        "field": bound,
        "control": bound.as_widget(attrs=attributes),
        "checkbox": isinstance(widget, CheckboxInput),
        "group": isinstance(widget, RadioSelect | CheckboxSelectMultiple),
        "file": isinstance(widget, FileInput),
        "css": css,
    }


@register.inclusion_tag("ui/parts/form_errors.html")
def form_errors(form: Any) -> dict[str, Any]:
    """The errors that belong to no single field, above the form."""
    return {"errors": form.non_field_errors(), "count": len(form.errors)}


@register.inclusion_tag("ui/parts/tabs.html", takes_context=True)
def tabs(context: Mapping[str, Any], items: Iterable[Any], current: str = "") -> dict[str, Any]:
    """Links as tabs: items of (key, label, url) or (key, label, url, count)."""
    shown = []
    for key, label, url, *rest in items:
        shown.append(
            {"label": label, "url": url, "count": rest[0] if rest else None, "active": key == current}
        )
    return {"items": shown}


@register.inclusion_tag("ui/parts/breadcrumbs.html")
def breadcrumbs(items: Iterable[Any]) -> dict[str, Any]:
    """Steps of (label, url) or ``navigation.crumb(...)``; the last one is the page itself."""
    steps = [
        item if isinstance(item, Mapping) else {"label": item[0], "url": item[1]} for item in items or ()
    ]
    return {"steps": steps}


@register.inclusion_tag("ui/parts/panels.html", takes_context=True)
def panels(context: Mapping[str, Any], page: str, subject: Any) -> dict[str, Any]:
    """The cards that upper rooms add to ``page``."""
    request = context["request"]
    return {"panels": extensions.panels(request, page, subject), "request": request, "user": request.user}


@register.simple_tag(takes_context=True)
def panel_body(context: Any, panel: extensions.Panel) -> SafeString:
    return render_to_string(panel.template, panel.context, request=context["request"])


@register.inclusion_tag("ui/parts/actions.html", takes_context=True)
def actions(context: Mapping[str, Any], page: str, subject: Any = None) -> dict[str, Any]:
    """The buttons that upper rooms add to the header of ``page``."""
    return {"actions": extensions.actions(context["request"], page, subject)}


@register.inclusion_tag("ui/parts/counters.html")
def counters(page: str, subject: Any) -> dict[str, Any]:
    """The figures that upper rooms add to the sticky header of ``page``."""
    return {"counters": extensions.counters(page, subject)}


@register.inclusion_tag("ui/parts/drawer.html")
def drawer_button(url: str, label: Any, icon_name: str = "progress", css: str = "btn") -> dict[str, Any]:
    """A button that opens the drawer on the right with the fragment at ``url``, which may poll for itself."""
    return {"url": url, "label": label, "icon_name": icon_name, "css": css}


@register.inclusion_tag("ui/parts/pagination.html", takes_context=True)
def pagination(context: Mapping[str, Any], page: Any = None) -> dict[str, Any]:
    """Back and forward of a keyset page (``lists.Page``) or of a Django paginator's page."""
    return {"page": page or context.get("page"), "request": context.get("request")}


@register.inclusion_tag("ui/parts/data_table.html")
def data_table(columns: Iterable[Any], rows: Iterable[Any], none: Any = "") -> dict[str, Any]:
    """Rows through the same ``Column`` as a list, without paging: ``{% data_table columns rows %}``."""
    shown = list(columns)
    return {
        "columns": shown,
        "rows": [[(column, column.html(row)) for column in shown] for row in rows],
        "none": none or _("Nothing to show."),
    }


@register.inclusion_tag("ui/parts/segments.html")
def segments(parts: Iterable[tuple[Any, int, str]], label: Any = "") -> dict[str, Any]:
    """Parts of one whole as a single bar with its key: (label, count, tone); parts of nothing are left out."""
    shown = [part for part in parts if part[1] > 0]
    whole = sum(count for _label, count, _tone in shown) or 1
    drawn, at = [], 0.0
    for text, count, tone in shown:
        width = count / whole * BAR_WIDTH
        drawn.append(
            {"label": text, "count": count, "shown": f"{count:,}", "tone": tone, "x": f"{at:.2f}", "width": f"{width:.2f}"}
        )  # fmt: skip
        at += width
    return {"parts": drawn, "width": BAR_WIDTH, "label": label}


@register.inclusion_tag("ui/parts/ranking.html")
def ranking(rows: Iterable[Any]) -> dict[str, Any]:
    """Rows with a bar each: (label, what is written, part, whole) or with an address as fifth."""
    shown = []
    for label, text, part, whole, *rest in rows:
        shown.append(
            {"label": label, "shown": text, "part": part, "whole": whole or 1, "url": rest[0] if rest else ""}
        )
    return {"rows": shown}


@register.filter
def percent(value: Any, decimals: int = 1) -> str:
    """0.9872 → 98.7 %."""
    return formats.NOTHING if value is None else f"{float(value) * 100:.{decimals}f} %"
