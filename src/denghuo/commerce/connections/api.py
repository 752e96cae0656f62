"""Applications for other systems: a portal or the government's one-stop window applies and follows."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from denghuo.commerce.connections import operations, queries
from denghuo.commerce.connections.models import Application, ApplicationKind, ApplicationState
from denghuo.foundation.identity.api import DecimalText, Page, Paging, Problem, Token, idempotent, keyset_page
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.records.customers import queries as customers
from denghuo.records.supply import queries as supply
from denghuo.records.supply.models import SupplyPoint, TariffClass, UseNature

router = Router(tags=["connections"])

Quantity = Annotated[DecimalText, Field(gt=0, lt=10**7, decimal_places=2, examples=["8"])]
Kind = Literal[
    "residential", "business", "temporary", "charging", "high_single", "high_dual", "increase_low", "increase_high",
    "pv_household", "pv_enterprise",
]  # fmt: skip


class SolarIn(Schema):
    form: Literal["household", "enterprise_household", "commercial", "large_commercial"]
    capacity_kw: Quantity
    feed_mode: Literal["full_own", "surplus", "full_feed_in"]
    voltage: Literal["lt1kv", "1-10kv", "20kv", "35kv", "110kv"] = "lt1kv"
    own_use_share: Annotated[DecimalText, Field(ge=0, le=1, decimal_places=4)] | None = None
    abilities: list[Literal["observable", "measurable", "adjustable", "controllable"]] = Field(
        default_factory=list
    )


class ApplicationIn(Schema):
    """What is applied for. The customer has a number already (``POST /api/v1/customers`` makes one)."""

    kind: Kind
    customer: str = Field(max_length=10, description="Customer number")
    unit: str = Field(max_length=16, description="Code of the station that will supply")
    address: str = Field(min_length=2, max_length=200)
    capacity_kva: Quantity
    contact_name: str = Field(min_length=1, max_length=40)
    contact_phone: str = Field(min_length=4, max_length=20, pattern=r"^[0-9+() -]+$")
    supply_point: str = Field(
        "", max_length=13, description="Number of the supply point that is enlarged or gets PV"
    )
    tariff_class: TariffClass | None = None
    use_nature: UseNature | None = None
    documents: list[str] = Field(
        default_factory=list, max_length=20, description="Codes of the documents handed over"
    )
    temporary_until: date | None = None
    remark: str = Field("", max_length=300)
    solar: SolarIn | None = None


class StageOut(Schema):
    stage: str
    name: str
    state: Literal["done", "now", "open", "stopped"]
    at: datetime | None
    due_at: datetime | None


class ApplicationOut(Schema):
    number: str
    kind: ApplicationKind
    state: ApplicationState
    customer: str
    unit: str
    address: str
    capacity_kva: str
    supply_point: str | None
    accepted_at: datetime
    energised_at: datetime | None
    ended_at: datetime | None
    end_note: str


class ApplicationWithProgress(ApplicationOut):
    stages: list[StageOut]
    missing_documents: list[str]


class ApplicationFilter(Paging):
    customer: str = Field("", max_length=10)
    state: ApplicationState | None = None
    kind: ApplicationKind | None = None


def _application(row: Application) -> dict[str, Any]:
    return {
        "number": row.number,
        "kind": row.kind,
        "state": row.state,
        "customer": row.customer.number,
        "unit": row.unit_id,
        "address": row.address,
        "capacity_kva": format(row.capacity_kva, "f"),
        "supply_point": row.supply_point.number if row.supply_point else None,
        "accepted_at": row.accepted_at,
        "energised_at": row.energised_at,
        "ended_at": row.ended_at,
        "end_note": row.end_note,
    }


def _with_progress(row: Application) -> dict[str, Any]:
    return {
        **_application(row),
        "stages": [
            {
                "stage": stage.code,
                "name": stage.label,
                "state": stage.state,
                "at": stage.at,
                "due_at": stage.due_at,
            }
            for stage in queries.stages(row)
        ],
        "missing_documents": list(row.documents.filter(state="follows").values_list("kind", flat=True)),
    }


def _point(number: str, scope: str, customer_id: int) -> SupplyPoint | None:
    if not number:
        return None
    found = (
        supply.in_scope(scope)
        .select_related("unit", "account")
        .filter(number=number, customer_id=customer_id)
        .first()
    )
    if found is None:
        raise Problem(404, "not_found", "there is no such supply point of this customer")
    return found


@router.post("", response={201: ApplicationWithProgress}, auth=Token("connections.apply"))
@idempotent
def apply(request: HttpRequest, body: ApplicationIn) -> Any:
    """Apply for a supply. It is accepted at once; what is missing is told once."""
    client: Any = request.auth  # type: ignore[attr-defined]
    customer = customers.in_scope(client.scope).filter(number=body.customer).first()
    unit = OrganisationUnit.objects.filter(
        code=body.unit, code__startswith=client.scope, kind="station"
    ).first()
    if customer is None or unit is None:
        raise Problem(404, "not_found", "there is no such customer or station, or it is not yours to see")
    project = None
    if body.solar is not None:
        project = operations.Solar(
            form=body.solar.form, capacity_kw=Decimal(body.solar.capacity_kw), feed_mode=body.solar.feed_mode,
            voltage=body.solar.voltage, own_use_share=body.solar.own_use_share, abilities=frozenset(body.solar.abilities),
        )  # fmt: skip
    try:
        made = operations.apply(
            kind=body.kind, customer=customer, unit=unit, address=body.address, capacity_kva=Decimal(body.capacity_kva),
            contact_name=body.contact_name, contact_phone=body.contact_phone, given=body.documents, channel="online",
            supply_point=_point(body.supply_point, client.scope, customer.pk), tariff_class=body.tariff_class or "",
            use_nature=body.use_nature or "", temporary_until=body.temporary_until, remark=body.remark, project=project,
            at=timezone.now(), actor=None,
        )  # fmt: skip
    except ValidationError as error:
        raise Problem(422, "invalid_request", " ".join(error.messages)) from error
    return 201, ApplicationWithProgress(**_with_progress(made))


@router.get("", response=Page[ApplicationOut], auth=Token("connections.view"))
def applications(request: HttpRequest, query: Query[ApplicationFilter]) -> Any:
    """Applications in the order they were taken in."""
    client: Any = request.auth  # type: ignore[attr-defined]
    rows = queries.visible(client.scope)
    if query.customer:
        rows = rows.filter(customer__number=query.customer)
    if query.state:
        rows = rows.filter(state=query.state)
    if query.kind:
        rows = rows.filter(kind=query.kind)
    page = keyset_page(rows, query)
    return {"items": [_application(row) for row in page.rows], "next_cursor": page.next_cursor}


@router.get("/{number}", response=ApplicationWithProgress, auth=Token("connections.view"))
def application(request: HttpRequest, number: str) -> Any:
    """One application, stage by stage."""
    client: Any = request.auth  # type: ignore[attr-defined]
    found = queries.visible(client.scope).filter(number=number).first()
    if found is None:
        raise Problem(404, "not_found", "there is no such application, or it is not yours to see")
    return _with_progress(found)
