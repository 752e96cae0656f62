"""The grid as a file: one row for each transformer, with the feeder and the substation it hangs on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.foundation.imports import rules as imports
from denghuo.records.grid import operations, rules
from denghuo.records.grid.models import Feeder, Substation, Transformer, TransformerArea

VOLTAGES = {
    "10kV": "1-10kv",
    "20kV": "20kv",
    "35kV": "35kv",
    "110kV": "110kv",
    "220kV": "220kv",
    "10千伏": "1-10kv",
    "20千伏": "20kv",
    "35千伏": "35kv",
    "110千伏": "110kv",
    "220千伏": "220kv",
    **{code: code for code in rules.VOLTAGE_RANK if code != "lt1kv"},
}
PUBLIC = {"公变": True, "专变": False, "public": True, "dedicated": False}


def check(rows: Sequence[imports.Row], context: imports.Context) -> Iterable[imports.RowProblem]:
    """Codes that are taken, units out of reach, voltages that do not fit, areas that clash; four queries a slice."""
    codes = {name: {row.values[name] for row in rows} for name in ("transformer_code", "unit")}
    known = set(Transformer.objects.filter(code__in=codes["transformer_code"]).values_list("code", flat=True))
    areas = {row.values["area_code"] for row in rows if row.values["area_code"]}
    taken = set(TransformerArea.objects.filter(code__in=areas).values_list("code", flat=True))
    units = set(
        OrganisationUnit.objects.filter(code__in=codes["unit"], code__startswith=context.unit_id).values_list(
            "code", flat=True
        )
    )
    for row in rows:
        values = row.values
        if values["transformer_code"] in known:
            yield imports.RowProblem(
                row.number, _("This transformer is there already."), "transformer_code", duplicate=True
            )
        elif values["unit"] not in units:
            yield imports.RowProblem(
                row.number, _("There is no such unit in your part of the bureau."), "unit"
            )
        elif not rules.feeds(values["substation_voltage"], values["feeder_voltage"]):
            message = _("A feeder cannot have a higher voltage than its substation.")
            yield imports.RowProblem(row.number, message, "feeder_voltage")
        elif values["area_code"] and not values["is_public"]:
            yield imports.RowProblem(
                row.number, _("A dedicated transformer has no transformer area."), "area_code"
            )
        elif values["area_code"] in taken:
            yield imports.RowProblem(row.number, _("This transformer area is there already."), "area_code")


def commit(rows: Sequence[imports.Row], context: imports.Context) -> Mapping[str, int]:
    """Add what is missing: substation, feeder, transformer, area."""
    stamp: dict[str, Any] = {"at": context.at, "actor": context.actor}
    counts = {"transformers": 0, "areas": 0}
    for row in rows:
        values = row.values
        unit = OrganisationUnit.objects.get(code=values["unit"])
        substation = Substation.objects.filter(code=values["substation_code"]).first()
        substation = substation or operations.add_substation(
            code=values["substation_code"],
            name=values["substation_name"],
            voltage=values["substation_voltage"],
            unit=OrganisationUnit.objects.get(code=context.unit_id),
            **stamp,
        )
        feeder = Feeder.objects.filter(code=values["feeder_code"]).first()
        feeder = feeder or operations.add_feeder(
            substation=substation,
            code=values["feeder_code"],
            name=values["feeder_name"],
            voltage=values["feeder_voltage"],
            **stamp,
        )
        transformer = operations.add_transformer(
            feeder=feeder,
            code=values["transformer_code"],
            name=values["transformer_name"],
            is_public=values["is_public"],
            rated_capacity_kva=values["rated_capacity_kva"],
            model=values["model"] or "",
            no_load_loss_kw=values["no_load_loss_kw"],
            load_loss_kw=values["load_loss_kw"],
            commissioned_date=values["commissioned_date"],
            **stamp,
        )
        counts["transformers"] += 1
        if values["area_code"]:
            operations.add_area(
                transformer=transformer,
                code=values["area_code"],
                name=values["area_name"] or transformer.name,
                unit=unit,
                **stamp,
            )
            counts["areas"] += 1
    return counts


def _field(
    name: str, label: Any, alias: str, parse: imports.Parser, example: str = "", required: bool = True
) -> imports.Field:
    return imports.Field(name, label, aliases=(alias,), parse=parse, example=example, required=required)


_capacity = imports.decimal(2, minimum=Decimal("0.01"), maximum=Decimal(1_000_000))
_loss = imports.decimal(2, minimum=Decimal(0), maximum=Decimal(10_000))

GRID = imports.ImportKind(
    code="grid",
    title=gettext_lazy("Grid records"),
    description=gettext_lazy(
        "One row for each transformer; substations, feeders and areas that are missing are made."
    ),
    permission="grid.edit",
    fields=(
        _field(
            "substation_code", gettext_lazy("Substation code"), "变电站编码", imports.identifier(20), "S01"
        ),
        _field(
            "substation_name",
            gettext_lazy("Substation name"),
            "变电站名称",
            imports.text(60),
            "110kV城东变电站",
        ),
        _field(
            "substation_voltage",
            gettext_lazy("Substation voltage"),
            "变电站电压",
            imports.choice(VOLTAGES),
            "110kV",
        ),
        _field("feeder_code", gettext_lazy("Feeder code"), "馈线编码", imports.identifier(20), "F0101"),
        _field("feeder_name", gettext_lazy("Feeder name"), "馈线名称", imports.text(60), "10kV梧桐线"),
        _field(
            "feeder_voltage", gettext_lazy("Feeder voltage"), "馈线电压", imports.choice(VOLTAGES), "10kV"
        ),
        _field(
            "transformer_code",
            gettext_lazy("Transformer code"),
            "变压器编码",
            imports.identifier(20),
            "T010101",
        ),
        _field(
            "transformer_name",
            gettext_lazy("Transformer name"),
            "变压器名称",
            imports.text(60),
            "梧桐巷1号公变",
        ),
        _field("is_public", gettext_lazy("Public or dedicated"), "公变专变", imports.choice(PUBLIC), "公变"),
        _field("rated_capacity_kva", gettext_lazy("Rated capacity kVA"), "额定容量", _capacity, "400"),
        _field(
            "model", gettext_lazy("Transformer type"), "变压器型号", imports.text(40), "S13-M-400/10", False
        ),
        _field("no_load_loss_kw", gettext_lazy("No-load loss kW"), "空载损耗", _loss, "0.41", False),
        _field("load_loss_kw", gettext_lazy("Load loss kW"), "负载损耗", _loss, "4.30", False),
        _field(
            "commissioned_date", gettext_lazy("Commissioned"), "投运日期", imports.day, "2019-05-01", False
        ),
        _field("area_code", gettext_lazy("Area code"), "台区编码", imports.identifier(20), "A010101", False),
        _field("area_name", gettext_lazy("Area name"), "台区名称", imports.text(60), "梧桐巷台区", False),
        _field("unit", gettext_lazy("Unit code"), "单位代码", imports.identifier(16), "4501"),
    ),
    key=lambda values: values["transformer_code"],
    check=check,
    commit=commit,
    chunk_rows=500,
)
