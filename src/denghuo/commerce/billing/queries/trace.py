"""Why this number: each line of a bill with everything behind it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language

from denghuo.commerce.billing import frames
from denghuo.commerce.billing.models import Bill, BillKind, BillLine, BillSection
from denghuo.commerce.billing.queries import words
from denghuo.commerce.tariffs import queries as tariffs
from denghuo.engine.pricing.explain import Trace, TraceLine, TracePoint, explain


@dataclass(frozen=True)
class ExplainedLine:
    """A stored line and the trace of its figure; ``trace`` is missing on reversals."""

    line: BillLine
    label: str
    trace: TraceLine | None

    @property
    def unit(self) -> str:
        return words.UNITS.get(self.line.unit_name, self.line.unit_name)

    @property
    def prorated(self) -> bool:
        return self.line.numerator != self.line.denominator

    @property
    def is_rate(self) -> bool:
        return self.line.unit_name == "fen"

    @property
    def base_fen(self) -> int:
        return int(self.line.quantity.scaleb(2))

    @property
    def rate_percent(self) -> Decimal:
        return (self.line.price * 100).normalize()


@dataclass(frozen=True)
class LineGroup:
    """Lines under one heading of the bill."""

    code: str
    label: Any
    lines: list[ExplainedLine]

    @property
    def total_fen(self) -> int:
        return sum(item.line.amount_fen for item in self.lines)


@dataclass(frozen=True)
class ExplainedSection:
    """One supply point of a bill: its lines by group, the metering points, tiers, demand and power factor."""

    section: BillSection
    trace: Trace | None
    groups: list[LineGroup]
    points: list[tuple[Any, TracePoint]] = field(default_factory=list)

    @property
    def tariff_name(self) -> str:
        """The tariff's name in the version that priced the section."""
        return tariff_name(self.section)

    @property
    def average_price(self) -> Decimal | None:
        """Yuan per kWh, 5 decimals, as bills print it."""
        if not self.section.energy_kwh:
            return None
        return (Decimal(self.section.total_fen) / 100 / self.section.energy_kwh).quantize(Decimal("0.00001"))


def tariff_name(section: BillSection) -> str:
    """The tariff's name, in the reader's language, in the version that priced the section."""
    language = get_language() or "zh-hans"
    for tariff in tariffs.book_of(section.book_version).tariffs:
        if tariff.code == section.tariff:
            return tariff.name.zh if language.startswith("zh") else tariff.name.en
    return section.tariff


def explained(bill: Bill) -> list[ExplainedSection]:
    """Every section of the bill with its calculation priced again from the archive."""
    return explained_many([bill])[bill.pk]


def explained_many(bills: Iterable[Bill]) -> dict[int, list[ExplainedSection]]:
    """The same for many bills: each archive is read and priced once."""
    bills = list(bills)
    ids = [bill.pk for bill in bills]
    sections: dict[int, list[BillSection]] = {pk: [] for pk in ids}
    for section in (
        BillSection.objects.filter(bill_id__in=ids)
        .select_related("supply_point__customer", "book_version")
        .order_by("bill_id", "id")
    ):
        sections[section.bill_id].append(section)
    lines: dict[tuple[int, int], list[BillLine]] = {}
    for line in (
        BillLine.objects.filter(bill_id__in=ids)
        .select_related("metering_point")
        .order_by("bill_id", "position")
    ):
        lines.setdefault((line.bill_id, line.supply_point_id), []).append(line)
    traces = _traces(bills, sections)
    found: dict[int, list[ExplainedSection]] = {}
    for bill in bills:
        found[bill.pk] = [
            _section(bill, section, lines.get((bill.pk, section.supply_point_id), []), traces)
            for section in sections[bill.pk]
        ]
    return found


def _traces(bills: list[Bill], sections: dict[int, list[BillSection]]) -> dict[tuple[int, int], Trace]:
    by_archive: dict[int, set[int]] = {}
    for bill in bills:
        if bill.archive_id:
            by_archive.setdefault(bill.archive_id, set()).update(
                section.supply_point_id for section in sections[bill.pk]
            )
    archives = {bill.archive_id: bill.archive for bill in bills if bill.archive_id}
    traces: dict[tuple[int, int], Trace] = {}
    for archive_id, cases in by_archive.items():
        archive = archives[archive_id]
        if archive is None:
            continue
        tables, priced = frames.replay(archive, sorted(cases))
        for case in cases:
            traces[archive_id, case] = explain(tables, priced, case)
    return traces


def _section(
    bill: Bill, section: BillSection, lines: list[BillLine], traces: dict[tuple[int, int], Trace]
) -> ExplainedSection:
    trace = traces.get((bill.archive_id or 0, section.supply_point_id))
    negated = bill.kind == BillKind.REVERSAL
    traced: list[TraceLine | None] = [None] * len(lines)
    if trace is not None:
        wanted = _sold(bill)
        matching = [line for line in trace.lines if (line.group == "feed_in") == wanted]
        if len(matching) == len(lines):
            traced = list(matching)
    shown = [_line(line, found, negated) for line, found in zip(lines, traced, strict=True)]
    groups: dict[str, list[ExplainedLine]] = {}
    for item in shown:
        code = "power_factor" if item.line.component == "power_factor" else item.line.group
        groups.setdefault(code, []).append(item)
    order = list(words.GROUPS)
    numbers = {line.metering_point_id: line.metering_point for line in lines if line.metering_point_id}
    return ExplainedSection(
        section=section,
        trace=trace,
        groups=[
            LineGroup(code, words.GROUPS.get(code, code), groups[code])
            for code in sorted(groups, key=lambda code: order.index(code) if code in order else len(order))
        ],
        points=[(numbers.get(point.point_id), point) for point in trace.points] if trace else [],
    )


def _sold(bill: Bill) -> bool:
    kind = bill.reverses.kind if bill.reverses is not None else bill.kind
    return kind == BillKind.FEED_IN


def _line(line: BillLine, trace: TraceLine | None, negated: bool) -> ExplainedLine:
    language = get_language() or "zh-hans"
    if trace is not None:
        label = words.line_label(trace.names, tou=line.tou, tier=line.tier, language=language)
    else:
        label = line.name or line.component
    return ExplainedLine(line, label, None if negated else trace)
