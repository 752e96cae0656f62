"""Columns of a list: how a value is found in a row, shown in a cell and written to a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from denghuo.foundation.ui import components, formats
from denghuo.kernel.money import yuan

Plain = str | int | Decimal | date | datetime | None
KINDS = frozenset(
    ("text", "link", "money", "yuan", "energy", "quantity", "number", "badge", "date", "moment", "masked", "flag", "template")
)  # fmt: skip
_FIGURES = frozenset(("money", "yuan", "energy", "quantity", "number"))


class BadColumn(ValueError):
    """A column that is declared wrongly: unknown kind, or a kind without what it needs."""


@dataclass(frozen=True)
class Column:
    """One column.

    ``name`` is the path of the attribute (``customer__name``) and the column's name in the URL; ``value`` may be another
    path or a function of the row. ``kind``: text, link, money (fen), yuan (Decimal), energy (kWh), quantity (with
    ``unit``), number, badge (tone by state code), date, moment, masked (``mask`` names the rule of kernel.masking,
    ``reveal`` gives the URL that shows it in full), flag, template (rendered with ``row`` and ``value``).
    ``sort`` makes it sortable: True for the field of the same path, or a tuple of fields.
    ``hidden`` columns are shown only when chosen. ``export`` is a function of the row for files.
    """

    name: str
    label: str | Promise
    kind: str = "text"
    value: str | Callable[[Any], Any] | None = None
    url: Callable[[Any], str | None] | None = None
    mask: str = ""
    reveal: Callable[[Any], str | None] | None = None
    unit: str | Promise = ""
    decimals: int = 0
    template: str = ""
    sort: bool | tuple[str, ...] = False
    hidden: bool = False
    tones: Mapping[str, str] = field(default_factory=dict)
    export: Callable[[Any], Plain] | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise BadColumn(f"{self.name}: no kind {self.kind!r}; choose one of {', '.join(sorted(KINDS))}")
        if self.kind == "masked" and self.mask not in formats.MASKS:
            raise BadColumn(f"{self.name}: mask must be one of {', '.join(formats.MASKS)}")
        if self.kind == "template" and not self.template:
            raise BadColumn(f"{self.name}: a template column needs template=")

    @property
    def sort_fields(self) -> tuple[str, ...]:
        if self.sort is True:
            return (self.value if isinstance(self.value, str) else self.name,)
        return self.sort or ()

    @property
    def css(self) -> str:
        return "cell-figure" if self.kind in _FIGURES else f"cell-{self.kind}"

    def raw(self, row: Any) -> Any:
        """The value in the row; None where a relation on the way is empty."""
        if callable(self.value):
            return self.value(row)
        path = (self.value or self.name).replace(".", "__")
        value = row
        for part in path.split("__"):
            if value is None:
                return None
            value = value[part] if isinstance(value, Mapping) else getattr(value, part)
            if callable(value) and not isinstance(value, type) and not hasattr(value, "all"):
                value = value()
        return value

    def text(self, row: Any) -> str:
        """The value as shown, without markup."""
        value = self.raw(row)
        if value is None or value == "":
            return formats.NOTHING
        match self.kind:
            case "money":
                return formats.money(value)
            case "yuan":
                return formats.amount(value, max(self.decimals, 2))
            case "energy":
                return formats.energy(value)
            case "quantity" | "number":
                return formats.amount(value, self.decimals)
            case "date":
                return formats.day(value)
            case "moment":
                return formats.moment(value)
            case "masked":
                return formats.mask(value, self.mask)
            case "flag":
                return gettext("Yes") if value else gettext("No")
            case _:
                return str(self._display(row, value))

    def html(self, row: Any) -> SafeString:
        """The cell's content."""
        if self.kind == "template":
            context = {"row": row, "value": self.raw(row)}
            return mark_safe(render_to_string(self.template, context))  # noqa: S308
        text = self.text(row)
        shown: SafeString
        if self.kind == "badge" and text != formats.NOTHING:
            shown = self._badge(row, text)
        elif (
            self.kind == "masked"
            and text != formats.NOTHING
            and self.reveal
            and (address := self.reveal(row))
        ):
            context = {"shown": text, "url": address}
            return mark_safe(render_to_string("ui/parts/masked.html", context))  # noqa: S308
        elif self.kind in _FIGURES and self.unit and text != formats.NOTHING:
            shown = format_html('{}<span class="unit">{}</span>', text, self.unit)
        else:
            shown = conditional_escape(text)
        if self.url and text != formats.NOTHING and (address := self.url(row)):
            return format_html('<a href="{}">{}</a>', address, shown)
        return shown

    def plain(self, row: Any) -> Plain:
        """The value for a file: figures stay figures, personal data stays masked."""
        if self.export:
            return self.export(row)
        value = self.raw(row)
        if value is None or value == "":
            return None
        match self.kind:
            case "money":
                return yuan(value)
            case "yuan" | "energy" | "quantity" | "number" | "date" | "moment":
                return value
            case "template":
                return str(value)
            case _:
                return self.text(row)

    def _display(self, row: Any, value: Any) -> Any:
        """The label of a choice where the field has choices."""
        if hasattr(value, "label"):
            return value.label
        if not callable(self.value):
            path = (self.value or self.name).split("__")
            owner = row
            for part in path[:-1]:
                owner = getattr(owner, part, None)
            display = getattr(owner, f"get_{path[-1]}_display", None)
            if display:
                return display()
        return components.label_of(value) if self.kind == "badge" else value

    def _badge(self, row: Any, text: str) -> SafeString:
        value = self.raw(row)
        tone = self.tones.get(str(getattr(value, "value", value))) or components.tone_of(value)
        return format_html('<span class="tag tag-{}"><span class="dot"></span>{}</span>', tone, text)
