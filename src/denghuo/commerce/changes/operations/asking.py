"""A change is asked for: judged by the rules, taken in, and its process begun."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from denghuo.commerce.changes import events, queries, rules
from denghuo.commerce.changes.models import (
    Change,
    ChangeState,
    ChangeTransformer,
    CustomerTransformer,
    Kind,
    RefusedRequest,
)
from denghuo.commerce.changes.operations.sending import send_out, wait_for_the_day
from denghuo.commerce.changes.rules import Refusal, kinds
from denghuo.commerce.changes.rules.processes import process_of
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.numbering import operations as numbering
from denghuo.foundation.outbox import operations as outbox
from denghuo.foundation.workflow import operations as workflow
from denghuo.kernel.periods import day_of
from denghuo.records.customers.models import Account, Customer
from denghuo.records.supply import queries as supply
from denghuo.records.supply.models import TERM_FIELDS, SupplyPoint


class ChangeRefused(Exception):
    """The rules do not allow it; ``refusals`` say which, with the figures. The attempt is kept."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        super().__init__("; ".join(queries.sentence(item) for item in refusals))
        self.refusals = list(refusals)


class TransformerInvalid(Exception):
    """A transformer without a label or capacity, known already, or more than the contract's capacity."""


@dataclass(frozen=True)
class Wished:
    """What the customer asks for; only what the kind needs is given.

    ``capacity_kva``: the smaller transformer of a reduction, the temporary transformer, or the part that is split off.
    ``terms``: fields of the supply terms (change of class, voltage, relocation). ``ends``: the restriction that a
    resumption ends, where several run.
    """

    from_date: date
    until_date: date | None = None
    unit_ids: frozenset[int] = frozenset()
    capacity_kva: Decimal | None = None
    terms: Mapping[str, Any] = field(default_factory=dict)
    new_customer: Customer | None = None
    new_account: Account | None = None
    other_point: SupplyPoint | None = None
    ends: Change | None = None
    name: str = ""
    credit_code: str = ""
    identity_changes: bool = False
    address: str = ""
    reason: str = ""


def ask(
    *,
    supply_point: SupplyPoint,
    kind: str,
    wished: Wished,
    at: datetime,
    actor: Staff,
    owner: Staff | None = None,
) -> Change:
    """Take in a request and begin its process; what needs no approval goes straight to be carried out.

    Raises:
        ChangeRefused: a rule does not allow it; the attempt and its reasons are kept.
    """
    today = day_of(at)
    standing = queries.standing_of(supply_point, today=today)
    refusals = rules.judge(kind, standing, _wish(supply_point, wished), queries.figures(today))
    refusals += _against_others(supply_point, kind, wished)
    if refusals:
        _keep_refused(supply_point, kind, wished, refusals, at, actor)
        raise ChangeRefused(refusals)
    try:
        return _take_in(supply_point, kind, wished, at, actor, owner)
    except IntegrityError as error:
        if "one_open_change" not in str(error) and "supply_point_id" not in str(error):
            raise
        raise ChangeRefused(
            [Refusal("open_change", rules.parameters.SUPPLY_RULES, {"number": ""})]
        ) from error


def _wish(supply_point: SupplyPoint, wished: Wished) -> rules.Wish:
    terms = wished.terms
    demand = terms.get("contract_demand_kw")
    return rules.Wish(
        from_date=wished.from_date,
        until_date=wished.until_date,
        unit_ids=wished.unit_ids,
        capacity_kva=wished.capacity_kva,
        billing_mode=str(terms.get("billing_mode", "")),
        contract_demand_kw=Decimal(demand) if demand not in (None, "") else None,
        tariff_class=str(terms.get("tariff_class", "")),
        voltage=str(terms.get("voltage", "")),
        customer_id=wished.new_customer.pk if wished.new_customer else None,
        own_customer_id=supply_point.customer_id,
        identity_changes=wished.identity_changes,
    )


def _against_others(supply_point: SupplyPoint, kind: str, wished: Wished) -> list[Refusal]:
    """What only the records can say: a merger with itself, the name or address that is missing."""
    basis = rules.parameters.SUPPLY_RULES
    if kind == kinds.MERGE:
        other = wished.other_point
        if other is None or other.pk == supply_point.pk or other.state != "active":
            return [Refusal("other_point_missing", basis)]
        if Change.objects.filter(supply_point=other, state__in=kinds.OPEN_STATES).exists():
            return [Refusal("open_change", basis, {"number": other.number})]
    if kind == kinds.RENAME and not wished.name.strip():
        return [Refusal("name_missing", basis)]
    if kind == kinds.RELOCATE and not wished.address.strip():
        return [Refusal("address_missing", basis)]
    if kind == kinds.TARIFF_CLASS and not wished.terms:
        return [Refusal("nothing_asked", basis)]
    if wished.new_account is not None and (
        wished.new_account.closed_date is not None
        or (wished.new_customer is not None and wished.new_account.customer_id != wished.new_customer.pk)
    ):
        return [Refusal("account_of_another", basis)]
    return []


@transaction.atomic
def _keep_refused(
    supply_point: SupplyPoint,
    kind: str,
    wished: Wished,
    refusals: Sequence[Refusal],
    at: datetime,
    actor: Staff,
) -> None:
    row = RefusedRequest.objects.create(
        supply_point=supply_point,
        kind=kind,
        unit_id=supply_point.unit_id,
        wish=json.dumps(_plain(wished), ensure_ascii=False),
        refusals=json.dumps([queries.plain_refusal(item) for item in refusals], ensure_ascii=False),
        asked_by=actor,
        asked_at=at,
    )
    audit.record(
        "changes.change.not_allowed",
        subject=supply_point,
        actor=actor,
        at=at,
        unit_id=supply_point.unit_id,
        changes={"kind": [None, kind], "rules": [None, ", ".join(item.code for item in refusals)]},
        reason=f"#{row.pk}",
    )


def _plain(wished: Wished) -> dict[str, Any]:
    """The wish as JSON can hold it; personal data (name, address) only where the change needs it."""
    found: dict[str, Any] = {
        "from": wished.from_date.isoformat(),
        "until": wished.until_date.isoformat() if wished.until_date else None,
        "units": sorted(wished.unit_ids),
        "capacity_kva": str(wished.capacity_kva) if wished.capacity_kva is not None else None,
        "terms": {name: None if value is None else str(value) for name, value in wished.terms.items()},
    }
    return {name: value for name, value in found.items() if value not in (None, [], {})}


@transaction.atomic
def _take_in(
    supply_point: SupplyPoint, kind: str, wished: Wished, at: datetime, actor: Staff, owner: Staff | None
) -> Change:
    point = SupplyPoint.objects.select_for_update().get(pk=supply_point.pk)
    today = day_of(at)
    units = _units(point, wished, today)
    serial = numbering.allocate(f"changes.{today:%Y%m%d}", 1)[0]
    asked = _plain(wished)
    if kind == kinds.REDUCE and wished.capacity_kva is not None:
        asked["smaller_kva"] = str(wished.capacity_kva)
    asked |= {
        name: text.strip()
        for name, text in (
            ("name", wished.name),
            ("credit_code", wished.credit_code),
            ("address", wished.address),
        )
        if text.strip()
    }
    surplus = {name.removesuffix("_id") for name in asked.get("terms", {})} - set(TERM_FIELDS)
    if surplus:
        raise TypeError(f"not a field of the terms: {', '.join(sorted(surplus))}")
    change = Change.objects.create(
        number=f"B{today:%Y%m%d}{serial:05d}",
        kind=kind,
        supply_point=point,
        account_id=point.account_id,
        customer_id=point.customer_id,
        unit_id=point.unit_id,
        state=ChangeState.APPLIED if kinds.needs_approval(kind) else ChangeState.APPROVED,
        reason=wished.reason,
        from_date=wished.from_date,
        until_date=wished.until_date if kind in kinds.WITH_END else None,
        capacity_kva=_capacity(kind, wished, units, today),
        wish=json.dumps(asked, ensure_ascii=False),
        ends=_ends(point, kind, wished),
        new_customer=wished.new_customer,
        new_account=wished.new_account,
        other_point=wished.other_point,
        asked_by=actor,
        asked_at=at,
    )
    ChangeTransformer.objects.bulk_create(
        ChangeTransformer(change=change, transformer=unit) for unit in units
    )
    _begin(change, at, actor, owner)
    return change


def _begin(change: Change, at: datetime, actor: Staff, owner: Staff | None) -> None:
    """Start the process, send out the work that needs no approval, tell others."""
    workflow.start(
        process=process_of(change.kind).key,
        subject=change,
        title=f"{Kind(change.kind).label} {change.supply_point.number}",
        unit_id=change.unit_id,
        at=at,
        actor=actor,
        owner=owner or actor,
        customer_id=change.customer_id,
        data={"needs_approval": kinds.needs_approval(change.kind)},
    )
    if change.state == ChangeState.APPROVED:
        send_out(change, at=at, actor=actor)
        wait_for_the_day(change, at=at, actor=actor)
    outbox.publish(
        events.ChangeAsked(
            change_id=change.pk,
            supply_point_id=change.supply_point_id,
            customer_id=change.customer_id,
            kind=change.kind,
            from_date=change.from_date,
            asked_at=at,
        )
    )
    audit.record(
        "changes.change.asked",
        subject=change,
        actor=actor,
        at=at,
        reason=change.reason,
        unit_id=change.unit_id,
        changes={"kind": [None, change.kind], "from_date": [None, change.from_date.isoformat()]},
    )


def _units(point: SupplyPoint, wished: Wished, today: date) -> list[CustomerTransformer]:
    """The chosen transformers; the one that stands for the whole capacity (id 0) is registered now."""
    chosen = set(wished.unit_ids)
    if 0 in chosen:
        terms = supply.terms_on(point, today)
        assert terms is not None
        made, _new = CustomerTransformer.objects.get_or_create(
            supply_point=point,
            label=queries.first_label(terms),
            defaults={"capacity_kva": terms.capacity_kva},
        )
        chosen = (chosen - {0}) | {made.pk}
    return list(CustomerTransformer.objects.filter(supply_point=point, pk__in=chosen).order_by("label"))


def _capacity(kind: str, wished: Wished, units: Sequence[CustomerTransformer], today: date) -> Decimal | None:
    if kind in (kinds.SUSPEND, kinds.REDUCE):
        whole = sum((unit.capacity_kva for unit in units), Decimal(0))
        return whole - (wished.capacity_kva or 0) if kind == kinds.REDUCE else whole
    if kind in (kinds.EXCHANGE, kinds.SPLIT):
        return wished.capacity_kva
    if kind == kinds.MERGE and wished.other_point is not None:
        terms = supply.terms_on(wished.other_point, today)
        return terms.capacity_kva if terms else None
    return None


def _ends(point: SupplyPoint, kind: str, wished: Wished) -> Change | None:
    """The restriction that the change ends: the one that was named, else the oldest."""
    if kind not in kinds.ENDS:
        return None
    running = [change for change in queries.in_force(point) if change.kind == kinds.ENDS[kind]]
    if wished.ends is not None:
        running = [change for change in running if change.pk == wished.ends.pk] or running
    return running[0]


@transaction.atomic
def register_transformer(
    *, supply_point: SupplyPoint, label: str, capacity_kva: Decimal, at: datetime, actor: Staff
) -> CustomerTransformer:
    """Note a receiving transformer of the customer, so that it can be sealed by itself.

    Raises:
        TransformerInvalid: see there.
    """
    point = SupplyPoint.objects.select_for_update().get(pk=supply_point.pk)
    terms = supply.terms_on(point, day_of(at))
    label = label.strip()
    if not label or capacity_kva <= 0 or CustomerTransformer.objects.filter(supply_point=point, label=label):
        raise TransformerInvalid(_("Give each transformer a label of its own and a capacity above zero."))
    known = CustomerTransformer.objects.filter(supply_point=point, state="running")
    total = sum(known.values_list("capacity_kva", flat=True), capacity_kva)
    if terms is None or total > terms.capacity_kva:
        raise TransformerInvalid(
            _("Together the transformers would have %(sum)s kVA, more than the contract's capacity.")
            % {"sum": format(total.normalize(), "f")}
        )
    made = CustomerTransformer.objects.create(supply_point=point, label=label, capacity_kva=capacity_kva)
    audit.record(
        "changes.transformer.registered",
        subject=point,
        actor=actor,
        at=at,
        unit_id=point.unit_id,
        changes={"transformer": [None, label], "capacity_kva": [None, str(capacity_kva)]},
    )
    return made
