"""The town's grid: 城东变电站, two feeders, the areas behind public transformers, dedicated transformers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from denghuo.records.grid import operations
from denghuo.records.grid.models import Feeder, Substation, Transformer, TransformerArea
from tests.cast.customers import AT, unit


def substation(code: str = "S01", name: str = "110kV城东变电站", voltage: str = "110kv") -> Substation:
    found = Substation.objects.filter(code=code).first()
    return found or operations.add_substation(code=code, name=name, voltage=voltage, unit=unit("45"), at=AT)


def feeder(
    code: str = "F0101", name: str = "10kV梧桐线", *, voltage: str = "1-10kv", of: Substation | None = None
) -> Feeder:
    found = Feeder.objects.filter(code=code).first()
    return found or operations.add_feeder(
        substation=of or substation(),
        code=code,
        name=name,
        voltage=voltage,
        rated_capacity_kva=Decimal(8000),
        at=AT,
    )


def transformer(
    code: str = "T010101",
    name: str = "梧桐巷1号公变",
    *,
    is_public: bool = True,
    rated_capacity_kva: int = 400,
    of: Feeder | None = None,
    **fields,
) -> Transformer:
    found = Transformer.objects.filter(code=code).first()
    return found or operations.add_transformer(
        feeder=of or feeder(),
        code=code,
        name=name,
        is_public=is_public,
        rated_capacity_kva=Decimal(rated_capacity_kva),
        at=AT,
        **{
            "model": "S13-M-400/10",
            "no_load_loss_kw": Decimal("0.41"),
            "load_loss_kw": Decimal("4.3"),
            "no_load_current_percent": Decimal("0.4"),
            "commissioned_date": date(2019, 5, 1),
            **fields,
        },
    )


def area(
    code: str = "A010101",
    name: str = "梧桐巷台区",
    *,
    unit_code: str = "4501",
    of: Transformer | None = None,
) -> TransformerArea:
    found = TransformerArea.objects.filter(code=code).first()
    return found or operations.add_area(
        transformer=of or transformer(code=f"T{code[1:]}", name=f"{name}公变"),
        code=code,
        name=name,
        unit=unit(unit_code),
        at=AT,
    )
