"""What customers are told when something happens in the rooms below. Each message has a key, so twice heard is once told."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from denghuo.care.notifications import operations, queries
from denghuo.care.notifications.models import MessageState
from denghuo.care.notifications.operations import Letter
from denghuo.care.notifications.rules import wording
from denghuo.commerce.collection.models import DunningAction
from denghuo.commerce.connections import events as connections
from denghuo.commerce.disconnection import events as disconnection
from denghuo.commerce.outages import events as outages
from denghuo.commerce.outages import queries as outage_queries
from denghuo.commerce.outages.queries import Told
from denghuo.kernel.money import yuan
from denghuo.records.customers.models import Account, Customer

BEIJING = ZoneInfo("Asia/Shanghai")
REVIEWS = {"design": "设计审查", "mid": "中间检查", "completion": "竣工检验"}


def _when(at: datetime | None) -> str:
    """9月15日08:30, as people read it."""
    if at is None:
        return "尽快"
    local = at.astimezone(BEIJING)
    return f"{local.month}月{local.day}日{local:%H:%M}"


def _letters(told: Told, *names: str) -> list[Letter]:
    """One letter to each customer; ``names`` are the fields that the template wants."""
    shared = {
        "place": told.place,
        "begin": _when(told.begins_at),
        "end": _when(told.ends_at),
        "reason": told.reason,
        "number": told.number,
    }
    return [
        Letter(
            reader.customer,
            {name: reader.point if name == "point" else shared[name] for name in names},
            reader.account_id,
        )
        for reader in told.readers
    ]


def outage_notice(event: outages.NoticeDue, *, at: datetime) -> None:
    """Planned works: everybody affected, or the important ones once more."""
    told = outage_queries.told(event.outage_id, audience=event.audience)
    if told is not None:
        operations.send_many(
            template=wording.OUTAGE_PLANNED.code,
            letters=_letters(told, *wording.OUTAGE_PLANNED.fields),
            at=at,
            key=f"outage:{event.outage_id}:{event.audience}:{event.round}",
        )


def outage_confirmed(event: outages.FaultConfirmed, *, at: datetime) -> None:
    _tell(event.outage_id, wording.OUTAGE_FAULT, f"outage:{event.outage_id}:fault", at)


def outage_delayed(event: outages.OutageDelayed, *, at: datetime) -> None:
    _tell(event.outage_id, wording.OUTAGE_CHANGED, f"outage:{event.outage_id}:delay:{event.delay_id}", at)


def outage_cancelled(event: outages.OutageCancelled, *, at: datetime) -> None:
    """Only who was told of the works hears that they do not take place."""
    if event.noticed:
        _tell(event.outage_id, wording.OUTAGE_CANCELLED, f"outage:{event.outage_id}:cancelled", at)


def outage_restored(event: outages.OutageRestored, *, at: datetime) -> None:
    _tell(event.outage_id, wording.OUTAGE_RESTORED, f"outage:{event.outage_id}:restored", at)


def _tell(outage_id: int, template: wording.Template, key: str, at: datetime) -> None:
    told = outage_queries.told(outage_id, audience="all")
    if told is not None:
        operations.send_many(template=template.code, letters=_letters(told, *template.fields), at=at, key=key)


def _to_customer(
    customer_id: int, template: wording.Template, key: str, context: dict[str, str], at: datetime
) -> None:
    customer = Customer.objects.filter(pk=customer_id).first()
    if customer is not None:
        operations.send(template=template.code, customer=customer, context=context, at=at, key=key)


def application_accepted(event: connections.ApplicationAccepted, *, at: datetime) -> None:
    missing = f"还需补充：{'、'.join(event.missing)}。" if event.missing else ""
    _to_customer(
        event.customer_id,
        wording.CONNECTION_ACCEPTED,
        f"application:{event.application_id}:accepted",
        {"number": event.number, "missing": missing},
        at,
    )


def plan_answered(event: connections.PlanAnswered, *, at: datetime) -> None:
    _to_customer(
        event.customer_id,
        wording.CONNECTION_PLAN,
        f"application:{event.application_id}:plan:{event.answered_at:%Y%m%d%H%M}",
        {"number": event.number},
        at,
    )


def fees_charged(event: connections.FeesCharged, *, at: datetime) -> None:
    _to_customer(
        event.customer_id,
        wording.CONNECTION_FEES,
        f"application:{event.application_id}:fees:{event.charged_at:%Y%m%d%H%M}",
        {"number": event.number, "amount": f"{yuan(event.amount_fen):,}"},
        at,
    )


def review_done(event: connections.ReviewDone, *, at: datetime) -> None:
    """Defects reach the customer in words; a review that was passed needs no message."""
    if not event.passed:
        _to_customer(
            event.customer_id,
            wording.CONNECTION_DEFECTS,
            f"application:{event.application_id}:{event.kind}:{event.round}",
            {
                "number": event.number,
                "kind": REVIEWS.get(event.kind, "检验"),
                "defects": "；".join(event.defects)[:300],
            },
            at,
        )


def application_refused(event: connections.ApplicationRefused, *, at: datetime) -> None:
    _to_customer(
        event.customer_id,
        wording.CONNECTION_REFUSED,
        f"application:{event.application_id}:refused",
        {"number": event.number, "reason": event.reason, "basis": event.basis},
        at,
    )


def supply_energised(event: connections.SupplyEnergised, *, at: datetime) -> None:
    local = event.energised_at.astimezone(BEIJING)
    _to_customer(
        event.customer_id,
        wording.CONNECTION_ENERGISED,
        f"application:{event.application_id}:energised",
        {"number": event.number, "day": f"{local.month}月{local.day}日"},
        at,
    )


def supply_stopped(event: disconnection.SupplyStopped, *, at: datetime) -> None:
    _about_account(event.account_id, wording.SUPPLY_STOPPED, f"disconnection:{event.order_id}:stopped", event.stopped_at, at)  # fmt: skip


def supply_restored(event: disconnection.SupplyRestored, *, at: datetime) -> None:
    _about_account(event.account_id, wording.SUPPLY_RESTORED, f"disconnection:{event.order_id}:restored", event.restored_at, at)  # fmt: skip


def _about_account(
    account_id: int, template: wording.Template, key: str, happened_at: datetime, at: datetime
) -> None:
    account = Account.objects.select_related("customer").filter(pk=account_id).first()
    if account is not None:
        operations.send(
            template=template.code,
            customer=account.customer,
            context={"account": account.number, "when": _when(happened_at)},
            at=at,
            key=key,
            account_id=account.pk,
        )


class DemandNotSent(Exception):
    """A demand for payment could not be written as a message; the text is its reason."""


def send_demand(*, key: str, channel: str, to: str, text: str) -> str:
    """The gateway of collection: its demands are messages like all others, by SMS or e-mail.

    Raises:
        DemandNotSent: the customer has no address that a provider reaches.
    """
    action = DunningAction.objects.select_related("case__account__customer").get(key=key)
    account = action.case.account
    assert action.message.handed_at is not None
    message = operations.send(
        template=wording.DEMAND.code,
        customer=account.customer,
        context={"text": text},
        at=action.message.handed_at,
        key=key,
        account_id=account.pk,
    ) or queries.written(template=wording.DEMAND.code, customer_id=account.customer_id, key=key)
    if message.state == MessageState.SUPPRESSED:
        raise DemandNotSent(message.get_reason_display())
    return f"message:{message.pk}"
