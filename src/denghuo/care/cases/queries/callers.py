"""Who is calling, and what they called about before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from denghuo.care.cases.models import Case, CaseKind
from denghuo.care.cases.queries.limits import figure
from denghuo.care.cases.rules import parameters
from denghuo.commerce.metering import queries as metering
from denghuo.kernel.periods import day_of
from denghuo.records.customers import queries as customers
from denghuo.records.customers.models import Account, Customer
from denghuo.records.grid.models import TransformerArea
from denghuo.records.supply import queries as supply
from denghuo.records.supply.models import SupplyPoint, SupplyTerms

MOST = 8
RUNNING = ("open", "replied")


@dataclass(frozen=True)
class Caller:
    """One possible answer to "who is calling": a customer, at a supply point where the number or place named one."""

    customer: Customer
    point: SupplyPoint | None
    area: TransformerArea | None

    @property
    def key(self) -> str:
        return f"{self.customer.pk}-{self.point.pk if self.point else 0}"


def callers(text: str, *, scope: str, on: date) -> list[Caller]:
    """Customers and supply points that ``text`` may mean: phone, any number, name, pinyin or place; best first."""
    text = text.strip()
    if len(text) < 2:
        return []
    points: list[SupplyPoint] = []
    people: list[Customer] = []
    if any(character.isdigit() for character in text) and text.isascii():
        points += supply.found_by_number(text, scope=scope, limit=MOST)
        points += _metered(text, scope)
        for account in customers.found_accounts(text, scope=scope, limit=MOST):
            points += _points_of(account)
        people += customers.found_by_digits(text, scope=scope, limit=MOST)
    else:
        people += customers.found_by_name(text, scope=scope, limit=MOST)
        points += supply.found_by_address(text, scope=scope, limit=MOST)
    return _put_together(points, people, on)


def _metered(text: str, scope: str) -> list[SupplyPoint]:
    found = []
    for meter in metering.found_meters(text, scope=scope, limit=MOST):
        hanging = meter.installations.filter(removed_date__isnull=True).select_related(
            "metering_point__supply_point"
        )
        found += [row.metering_point.supply_point for row in hanging]
    return found


def _points_of(account: Account) -> list[SupplyPoint]:
    return list(account.supply_points.order_by("number")[:MOST])


def _put_together(points: Iterable[SupplyPoint], people: Iterable[Customer], on: date) -> list[Caller]:
    ids = list(dict.fromkeys(point.pk for point in points))
    people = list({person.pk: person for person in people}.values())
    more = (
        SupplyPoint.objects.filter(customer__in=people).order_by("customer_id", "number")
        if people
        else SupplyPoint.objects.none()
    )
    ids += [pk for pk in more.values_list("pk", flat=True)[: MOST * 2] if pk not in ids]
    rows = {
        row.pk: row for row in SupplyPoint.objects.filter(pk__in=ids).select_related("customer", "account")
    }
    areas = {
        terms.supply_point_id: terms.area
        for terms in SupplyTerms.objects.filter(supply.holding_on(on), supply_point__in=ids).select_related(
            "area"
        )
    }
    found = [Caller(rows[pk].customer, rows[pk], areas.get(pk)) for pk in ids if pk in rows]
    known = {caller.customer.pk for caller in found}
    found += [Caller(person, None, None) for person in people if person.pk not in known]
    return found[:MOST]


def last_matters(*, customer_id: int | None, phone: str, scope: str, limit: int = 5) -> list[Case]:
    """The newest matters of this customer or phone."""
    who = Q()
    if customer_id:
        who |= Q(customer_id=customer_id)
    if phone.strip():
        who |= Q(caller_phone=phone.strip())
    if not who:
        return []
    return list(
        Case.objects.filter(who, unit__code__startswith=scope)
        .select_related("topic", "owner")
        .order_by("-id")[:limit]
    )


def is_repeat_caller(cases: Iterable[Case], *, at: datetime) -> bool:
    """Two matters or more within the days that make a repeat caller."""
    days = figure(parameters.REPEAT_CALL_DAYS, on=day_of(at))
    return sum(case.received_at > at - timedelta(days=days) for case in cases) >= 2


@dataclass(frozen=True)
class Doubles:
    """What may be the same matter: running ones of the supply point, and recent faults of the transformer area."""

    same_point: list[Case]
    same_area: list[Case]
    is_outage: bool


def doubles(
    *, kind: str, supply_point_id: int | None, area_id: int | None, scope: str, at: datetime, but: int = 0
) -> Doubles:
    """Running matters that the new one may double; ``is_outage``: so many faults in the area that it is one outage."""
    running = (
        Case.objects.filter(state__in=RUNNING, unit__code__startswith=scope)
        .exclude(pk=but)
        .select_related("topic", "owner", "area")
        .order_by("-id")
    )
    same_point = list(running.filter(supply_point_id=supply_point_id)[:5]) if supply_point_id else []
    same_area: list[Case] = []
    enough = False
    if kind == CaseKind.FAULT and area_id:
        on = day_of(at)
        since = at - timedelta(hours=figure(parameters.SAME_AREA_HOURS, on=on))
        same_area = list(
            running.filter(kind=CaseKind.FAULT, area_id=area_id, received_at__gt=since).exclude(
                pk__in=[case.pk for case in same_point]
            )[:20]
        )
        others = len(same_area) + sum(case.kind == CaseKind.FAULT for case in same_point)
        enough = others + 1 >= figure(parameters.SAME_AREA_FAULTS, on=on)
    return Doubles(same_point, same_area, enough)


def earlier_complaint(case: Case) -> Case | None:
    """The complaint that this one repeats: same customer or phone, same topic of the first level, within the window."""
    who = Q()
    if case.customer_id:
        who |= Q(customer_id=case.customer_id)
    if case.caller_phone:
        who |= Q(caller_phone=case.caller_phone)
    if not who:
        return None
    days = figure(parameters.REPEAT_DAYS, on=day_of(case.received_at))
    top = case.topic.parent_id or case.topic_id
    return (
        Case.objects.filter(
            who,
            Q(topic_id=top) | Q(topic__parent_id=top),
            kind=CaseKind.COMPLAINT,
            received_at__gt=case.received_at - timedelta(days=days),
        )
        .exclude(pk=case.pk)
        .exclude(state="withdrawn")
        .order_by("-id")
        .first()
    )
