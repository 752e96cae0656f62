"""The quote as tables on the terminal, in Chinese or English."""

from __future__ import annotations

from decimal import Decimal
from itertools import groupby

from rich.console import Console
from rich.table import Table

from denghuo.engine.pricing import message
from denghuo.engine.pricing.book import Group, PriceBook
from denghuo.engine.pricing.explain import Trace, TraceLine, TracePoint

NARROWEST = 118

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "bad_input": "{source} cannot be used:",
        "unpriced": "This case cannot be priced:",
        "head": "{book} · {start} to {end} (the last day not included) · billing month {cycle}",
        "readings": "Readings",
        "meter": "Point",
        "days": "Days",
        "register": "Register",
        "opening": "Opening",
        "closing": "Closing",
        "multiplier": "Multiplier",
        "energy": "Energy",
        "usage": "Billed energy",
        "metered": "Metered",
        "loss": "Loss",
        "deducted": "Sub-meters",
        "billed": "Billed",
        "periods": "By period",
        "item": "Item",
        "kind": "Period, tier",
        "quantity": "Quantity",
        "price": "Price",
        "share": "Share",
        "amount": "Amount",
        "basis": "Basis",
        "lines": "Lines",
        "subtotal": "Subtotal",
        "total": "Total",
        "average": "Average price",
        "tiers": "Tiers: {prior} kWh used before; bounds {bounds}; energy {energy}",
        "free": "Free energy: {free} kWh",
        "demand": "Demand: {metered} kW measured, {billed} kW billed",
        "discounted": "; the demand price is lowered for high use",
        "factor": "Power factor: {active} kWh, {reactive} kvarh → {factor}, standard {standard}: {rate} % of {base}",
        "undefined": "undefined",
        "rolled": " (rolled over)",
        "estimated": " (estimated)",
        "tier": "tier {tier}",
        "excess_demand": "excess",
        "free_energy": "free energy",
        "none": "none",
    },
    "zh": {
        "bad_input": "{source} 无法使用:",
        "unpriced": "此案例无法计价:",
        "head": "{book} · {start} 至 {end}(不含末日)· 电费年月 {cycle}",
        "readings": "抄表示数",
        "meter": "计量点",
        "days": "起止",
        "register": "示数类型",
        "opening": "起码",
        "closing": "止码",
        "multiplier": "倍率",
        "energy": "抄见电量",
        "usage": "计费电量",
        "metered": "抄见",
        "loss": "变线损",
        "deducted": "扣减分表",
        "billed": "计费",
        "periods": "分时",
        "item": "项目",
        "kind": "时段、档位",
        "quantity": "数量",
        "price": "单价",
        "share": "比例",
        "amount": "金额(元)",
        "basis": "依据",
        "lines": "电费明细",
        "subtotal": "小计",
        "total": "合计",
        "average": "平均电价",
        "tiers": "阶梯: 此前已用 {prior} 千瓦时; 分档上限 {bounds}; 各档电量 {energy}",
        "free": "免费电量: {free} 千瓦时",
        "demand": "需量: 实测 {metered} 千瓦, 计费 {billed} 千瓦",
        "discounted": "; 每千伏安用电量达标, 需量电价打折",
        "factor": "功率因数: 有功 {active} 千瓦时, 无功 {reactive} 千乏时 → {factor}, 标准 {standard}: {base} 的 {rate} %",
        "undefined": "无法计算",
        "rolled": "(翻转)",
        "estimated": "(估抄)",
        "tier": "第{tier}档",
        "excess_demand": "超出部分",
        "free_energy": "免费电量",
        "none": "无",
    },
}
TOU = {
    "en": {"sharp": "sharp", "peak": "peak", "flat": "flat", "valley": "valley", "deep": "deep valley"},
    "zh": {"sharp": "尖峰", "peak": "高峰", "flat": "平段", "valley": "低谷", "deep": "深谷"},
}
REGISTERS = {
    "en": {"total": "total", "reactive_forward": "reactive +", "reactive_reverse": "reactive −"} | TOU["en"],
    "zh": {"total": "总", "reactive_forward": "正向无功", "reactive_reverse": "反向无功"} | TOU["zh"],
}
GROUPS = {
    "en": {
        "energy": "Energy",
        "loss": "Line loss",
        "transmission": "Transmission and distribution",
        "basic": "Basic charge",
        "system": "System operation",
        "list": "List price",
        "fund": "Government funds",
        "adjustment": "Adjustments",
        "feed_in": "Feed-in",
    },
    "zh": {
        "energy": "上网电费",
        "loss": "上网环节线损费用",
        "transmission": "输配电费",
        "basic": "基本电费",
        "system": "系统运行费用",
        "list": "目录电价电费",
        "fund": "政府性基金及附加",
        "adjustment": "调整电费",
        "feed_in": "上网电量电费",
    },
}
UNITS = {
    "en": {"kwh": "kWh", "kva_month": "kVA", "kw_month": "kW", "fen": "yuan", "amount": ""},
    "zh": {"kwh": "千瓦时", "kva_month": "千伏安", "kw_month": "千瓦", "fen": "元", "amount": ""},
}


def words(lang: str) -> dict[str, str]:
    return WORDS[lang]


def console() -> Console:
    out = Console(highlight=False, markup=False, emoji=False)
    if out.width < NARROWEST and not out.is_terminal:
        out = Console(highlight=False, markup=False, emoji=False, width=NARROWEST)
    return out


def show_exceptions(trace: Trace, lang: str) -> None:
    """Why the case cannot be priced."""
    out = console()
    out.print(WORDS[lang]["unpriced"])
    for item in trace.exceptions:
        where = f"{item.path}: " if item.path else ""
        out.print(f"  {where}{message(item.code, item.parameters, lang)} [{item.code}]")


def show(trace: Trace, book: PriceBook, lang: str) -> None:
    """The whole bill."""
    out, text = console(), WORDS[lang]
    name = book.name.zh if lang == "zh" else book.name.en
    out.print(
        text["head"].format(book=name, start=trace.period_start, end=trace.period_end, cycle=trace.cycle)
    )
    out.print(_readings(trace, lang))
    out.print(_usage(trace, lang))
    for note in _notes(trace, text):
        out.print(note)
    out.print(_lines(trace, lang))


def _number(value: Decimal, places: int = 2) -> str:
    return f"{value:,.{places}f}"


def _short(value: Decimal) -> str:
    return format(value.normalize(), "f")


def _readings(trace: Trace, lang: str) -> Table:
    text = WORDS[lang]
    table = Table(title=text["readings"], title_justify="left")
    for key in ("meter", "days", "register"):
        table.add_column(text[key])
    for key in ("opening", "closing", "multiplier", "energy"):
        table.add_column(text[key], justify="right")
    for point in trace.points:
        for advance in point.advances:
            days = f"{advance.start} – {advance.end}" + (text["estimated"] if advance.estimated else "")
            for register in advance.registers:
                rolled = text["rolled"] if register.rolled_over else ""
                table.add_row(
                    str(point.point_id),
                    days,
                    REGISTERS[lang][register.name],
                    _short(register.opening),
                    _short(register.closing) + rolled,
                    _short(register.multiplier),
                    _number(register.energy),
                )
    return table


def _usage(trace: Trace, lang: str) -> Table:
    text = WORDS[lang]
    table = Table(title=text["usage"], title_justify="left")
    for key in ("meter", "days"):
        table.add_column(text[key])
    for key in ("metered", "loss", "deducted", "billed"):
        table.add_column(text[key], justify="right")
    table.add_column(text["periods"])
    for point in trace.points:
        for row in _usage_rows(point, lang):
            table.add_row(*row)
    return table


def _usage_rows(point: TracePoint, lang: str) -> list[list[str]]:
    rows = []
    for part in point.segments:
        periods = [f"{TOU[lang][tou]} {_number(value)}" for tou, value in part.by_tou.items() if value]
        figures = (part.metered_kwh, part.loss_kwh, part.deducted_kwh, part.billed_kwh)
        days = f"{part.start} – {part.end}"
        rows.append([str(point.point_id), days, *map(_number, figures), ", ".join(periods)])
    return rows


def _notes(trace: Trace, text: dict[str, str]) -> list[str]:
    notes = []
    if trace.tiers:
        bounds = ", ".join(_short(bound) for bound in trace.tiers.bounds_kwh) or text["none"]
        energy = ", ".join(_number(value) for value in trace.tiers.energy_kwh)
        notes.append(text["tiers"].format(prior=_number(trace.tiers.prior_kwh), bounds=bounds, energy=energy))
        if trace.tiers.free_kwh:
            notes.append(text["free"].format(free=_number(trace.tiers.free_kwh)))
    if trace.demand:
        note = text["demand"].format(
            metered=_number(trace.demand.metered_kw), billed=_number(trace.demand.billed_kw)
        )
        notes.append(note + (text["discounted"] if trace.demand.discounted else ""))
    if trace.power_factor:
        found = trace.power_factor
        notes.append(
            text["factor"].format(
                active=_number(found.active_kwh),
                reactive=_number(found.reactive_kvarh),
                factor=text["undefined"] if found.factor is None else found.factor,
                standard=found.standard,
                rate=found.rate_percent,
                base=_number(found.base_yuan),
            )
        )
    return notes


def _lines(trace: Trace, lang: str) -> Table:
    text = WORDS[lang]
    table = Table(title=text["lines"], title_justify="left", show_footer=True)
    table.add_column(text["item"], footer=text["total"], overflow="fold", min_width=24)
    table.add_column(text["kind"], footer=text["average"] if trace.average_price is not None else "")
    for key in ("quantity", "price", "share"):
        footer = f"{trace.average_price:.5f}" if key == "price" and trace.average_price is not None else ""
        table.add_column(text[key], justify="right", footer=footer)
    total = "" if trace.total_yuan is None else _number(trace.total_yuan)
    table.add_column(text["amount"], justify="right", footer=total)
    table.add_column(text["basis"])
    order = {str(group): at for at, group in enumerate(Group)}
    lines = sorted(trace.lines, key=lambda line: order[line.group])
    for group, of_group in groupby(lines, key=lambda line: line.group):
        rows = list(of_group)
        for line in rows:
            table.add_row(*_line(line, lang))
        subtotal = sum((line.amount_yuan for line in rows), Decimal(0))
        table.add_row(
            f"{GROUPS[lang][group]} {text['subtotal']}", "", "", "", "", _number(subtotal), "", style="bold"
        )
        table.add_section()
    return table


def _line(line: TraceLine, lang: str) -> list[str]:
    text = WORDS[lang]
    kinds = [TOU[lang][line.tou]] if line.tou else []
    kinds += [text["tier"].format(tier=line.tier)] if line.tier else []
    kinds += [text[line.note]] if line.note else []
    percent = line.unit == "fen"
    price = f"{_short(line.price * 100)} %" if percent else _short(line.price)
    sources = [b.number or b.document for b in line.basis] + [rule.number or rule.code for rule in line.rules]
    basis = "; ".join(dict.fromkeys(sources))
    amount_only = line.unit == "amount"
    return [
        line.names.zh if lang == "zh" else line.names.en,
        ", ".join(kinds),
        "" if amount_only else f"{_number(line.quantity)} {UNITS[lang][line.unit]}",
        "" if amount_only else price,
        "" if line.numerator == line.denominator else f"{line.numerator}/{line.denominator}",
        _number(line.amount_yuan),
        basis,
    ]
