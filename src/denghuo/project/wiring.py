"""The composition root: who hears which event, and which import kinds and long runs exist, in one readable file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from denghuo.foundation.outbox import operations as outbox


def subscriptions() -> Mapping[type, Sequence[outbox.Handler]]:
    """Event class → handlers. A handler may hear an event twice and must then change nothing."""
    from denghuo.care.cases import handlers as cases
    from denghuo.care.notifications import handlers as notifications
    from denghuo.commerce.banking import handlers as banking
    from denghuo.commerce.billing.events import BillReversed
    from denghuo.commerce.channels import handlers as channels
    from denghuo.commerce.collection import handlers as collection
    from denghuo.commerce.connections import events as connections
    from denghuo.commerce.disconnection import handlers as disconnection
    from denghuo.commerce.disconnection.events import SupplyRestored, SupplyStopped
    from denghuo.commerce.invoicing import handlers as invoicing
    from denghuo.commerce.outages import events as outages
    from denghuo.commerce.payments.events import PaymentReversed, RefundApproved
    from denghuo.commerce.receivables.events import AccountSettled

    return {
        AccountSettled: [collection.close_case, disconnection.account_settled],
        BillReversed: [invoicing.on_bill_reversed],
        RefundApproved: [channels.send_refund],
        PaymentReversed: [banking.receipt_is_open_again],
        SupplyStopped: [notifications.supply_stopped],
        SupplyRestored: [notifications.supply_restored],
        connections.ApplicationAccepted: [notifications.application_accepted],
        connections.PlanAnswered: [notifications.plan_answered],
        connections.FeesCharged: [notifications.fees_charged],
        connections.ReviewDone: [notifications.review_done],
        connections.ApplicationRefused: [notifications.application_refused],
        connections.SupplyEnergised: [notifications.supply_energised],
        outages.NoticeDue: [notifications.outage_notice],
        outages.FaultConfirmed: [cases.fault_confirmed, notifications.outage_confirmed],
        outages.OutageDelayed: [notifications.outage_delayed],
        outages.OutageCancelled: [notifications.outage_cancelled],
        outages.OutageRestored: [cases.outage_restored, notifications.outage_restored],
    }


def connect() -> None:
    """Called once when Django is ready."""
    from denghuo.care.appointments import tasks as appointments_tasks  # noqa: F401 - registers its schedule
    from denghuo.care.desk import tasks as desk_tasks  # noqa: F401 - registers its schedule
    from denghuo.care.notifications import handlers as notifications
    from denghuo.care.notifications import tasks as notifications_tasks  # noqa: F401 - registers its schedule
    from denghuo.commerce.banking import queries as banking
    from denghuo.commerce.banking.tasks import LOCKBOX, STATEMENT
    from denghuo.commerce.billing import queries as billing
    from denghuo.commerce.billing import tasks as billing_tasks  # noqa: F401 - registers its long runs
    from denghuo.commerce.channels import tasks as channels_tasks  # noqa: F401 - registers its schedule
    from denghuo.commerce.collection import tasks as collection_tasks  # noqa: F401 - its daily run, its messages
    from denghuo.commerce.collection.operations import sending
    from denghuo.commerce.collection.queries import groupings
    from denghuo.commerce.corrections import tasks as corrections_tasks  # noqa: F401 - registers its long runs
    from denghuo.commerce.disconnection import tasks as disconnection_tasks  # noqa: F401 - registers its schedule
    from denghuo.commerce.invoicing.tasks import ANSWERS
    from denghuo.commerce.ledger import operations as ledger
    from denghuo.commerce.outages import tasks as outages_tasks  # noqa: F401 - registers its schedule
    from denghuo.commerce.readings.tasks import READINGS
    from denghuo.commerce.receivables import queries as receivables
    from denghuo.commerce.receivables import tasks as receivables_tasks  # noqa: F401 - registers its schedule
    from denghuo.commerce.reconciliation import queries as reconciliation
    from denghuo.commerce.reconciliation import tasks as reconciliation_tasks  # noqa: F401 - its schedule
    from denghuo.foundation.imports import rules as imports
    from denghuo.foundation.workflow import tasks as workflow_tasks  # noqa: F401 - timers and clocks
    from denghuo.records.grid.tasks import GRID
    from denghuo.records.supply.tasks import CUSTOMERS

    groupings.offer()
    sending.hand_over_to(notifications.send_demand)
    ledger.examine_before_closing(receivables.inconsistencies)
    ledger.examine_before_closing(billing.inconsistencies)
    ledger.examine_before_closing(banking.inconsistencies)
    ledger.examine_before_closing(reconciliation.inconsistencies)
    imports.register(READINGS)
    imports.register(CUSTOMERS)
    imports.register(GRID)
    imports.register(ANSWERS)
    imports.register(LOCKBOX)
    imports.register(STATEMENT)
    outbox.subscribe(subscriptions())
