"""Take an application in, with its documents; take later ones; end it on the customer's wish."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from denghuo.commerce.connections import events, queries, rules
from denghuo.commerce.connections.models import (
    Application,
    ApplicationDocument,
    ApplicationState,
    DocumentState,
    MeterIssue,
    SolarProject,
)
from denghuo.commerce.connections.operations.common import (
    NotInThisStep,
    call_off,
    field_errors,
    instance_of,
    locked,
    note,
    value,
)
from denghuo.commerce.connections.rules import documents, parameters, solar
from denghuo.foundation.files.models import StoredFile
from denghuo.foundation.identity.models import OrganisationUnit, Staff
from denghuo.foundation.numbering import operations as numbering
from denghuo.foundation.outbox import operations as outbox
from denghuo.foundation.workflow import operations as workflow
from denghuo.kernel.periods import day_of
from denghuo.records.customers.models import Account, Customer
from denghuo.records.supply.models import SupplyPoint


class ApplicationInvalid(ValidationError):
    """What was given does not make an application; ``message_dict`` says it by field."""


@dataclass(frozen=True)
class Solar:
    """The PV plant applied for; fields as in ``SolarProject``."""

    form: str
    capacity_kw: Decimal
    feed_mode: str
    voltage: str = "lt1kv"
    own_use_share: Decimal | None = None
    zone: str = "green"
    spot_market: bool = False
    abilities: frozenset[str] = field(default_factory=frozenset)


@transaction.atomic
def apply(
    *,
    kind: str,
    customer: Customer,
    unit: OrganisationUnit,
    address: str,
    capacity_kva: Decimal,
    contact_name: str,
    contact_phone: str,
    at: datetime,
    actor: Staff | None,
    given: Iterable[str] = (),
    channel: str = "counter",
    account: Account | None = None,
    supply_point: SupplyPoint | None = None,
    neighbour: SupplyPoint | None = None,
    tariff_class: str = "",
    use_nature: str = "",
    industry_code: str = "",
    importance: str = "ordinary",
    own_power_percent: int | None = None,
    temporary_until: date | None = None,
    remark: str = "",
    project: Solar | None = None,
) -> Application:
    """Accept an application; it goes on unless a named senior role refuses it.

    ``given``: codes of the documents handed over now; those held already are found, those that may follow are noted.

    Raises:
        ApplicationInvalid: a field does not hold, or a document without which nothing can begin is missing.
    """
    chosen = rules.KINDS[kind]
    terms = queries.terms_of(supply_point, day_of(at)) if supply_point else None
    application = Application(
        kind=kind, customer=customer, supply_point=supply_point, neighbour=neighbour,
        capacity_kva=capacity_kva, own_power_percent=own_power_percent, temporary_until=temporary_until,
        contact_name=contact_name.strip(), contact_phone=contact_phone.strip(), channel=channel,
        remark=remark.strip(), accepted_at=at, received_by=actor,
        account=account or (supply_point.account if supply_point else None),
        unit=supply_point.unit if supply_point else unit,
        address=(supply_point.address if supply_point else address).strip(),
        tariff_class=tariff_class or (terms.tariff_class if terms else chosen.terms.get("tariff_class", "")),
        use_nature=use_nature or (terms.use_nature if terms else chosen.terms.get("use_nature", "")),
        industry_code=industry_code or (terms.industry_code if terms else ""),
        importance=importance if importance != "ordinary" or not terms else terms.importance,
    )  # fmt: skip
    have = queries.held_documents(customer.pk)
    asked = documents.needed(kind, is_person=customer.is_person, importance=application.importance)
    _check(application, asked, {*given, *have}, project, at)
    _store(application, at)
    if project is not None:
        _keep_project(application, project)
    _keep_documents(application, asked, set(given), have, at)
    _begin(application, at=at, actor=actor)
    return application


def _begin(application: Application, *, at: datetime, actor: Staff | None) -> None:
    """The case of an application, what others hear of it, and the trail."""
    chosen, kind = rules.KINDS[application.kind], application.kind
    missing = tuple(queries.document_label(row.kind) for row in application.documents.filter(state="follows"))
    workflow.start(
        process=chosen.process, subject=application, title=queries.title(application), unit_id=application.unit_id,
        at=at, actor=actor, customer_id=application.customer_id,
        data={"simple": kind == "residential", "external_works": False, "reviewed": chosen.reviewed},
    )  # fmt: skip
    outbox.publish(
        events.ApplicationAccepted(
            application.pk, application.customer_id, application.number, missing, accepted_at=at
        )
    )
    note(
        "application.accepted",
        application,
        at=at,
        actor=actor,
        kind=kind,
        capacity_kva=str(application.capacity_kva),
    )


def _check(
    application: Application,
    asked: list[documents.Needed],
    given: set[str],
    project: Solar | None,
    at: datetime,
) -> None:
    errors = field_errors(
        application, exclude=("number", "customer", "account", "supply_point", "neighbour", "unit")
    )
    if application.capacity_kva is not None and application.capacity_kva <= 0:
        errors.setdefault("capacity_kva", []).append(_("The capacity must be above zero."))
    kind = application.kind
    if kind in rules.AT_EXISTING_POINT and application.supply_point is None:
        errors.setdefault("supply_point", []).append(_("Name the supply point that is in use."))
    if kind in rules.INCREASES and application.supply_point is not None:
        present = queries.terms_of(application.supply_point, day_of(at)).capacity_kva
        if application.capacity_kva <= present:
            errors.setdefault("capacity_kva", []).append(
                _("The new total must lie above the present capacity of %(kva)s kVA.") % {"kva": present}
            )
    errors.update(_temporary_errors(application, at))
    if kind in rules.PV:
        errors.update(_project_errors(application, project))
    if blocking := documents.blocking(asked, given):
        names = "、".join(queries.document_label(item.code) for item in blocking)
        errors["given"] = [_("Nothing can begin without: %(documents)s.") % {"documents": names}]
    if errors:
        raise ApplicationInvalid(errors)


def _temporary_errors(application: Application, at: datetime) -> dict[str, list[str]]:
    if application.kind != "temporary":
        application.temporary_until = None
        return {}
    until, today = application.temporary_until, day_of(at)
    if until is None:
        return {"temporary_until": [_("Say until when the temporary supply lasts.")]}
    months = value(parameters.TEMPORARY_MONTHS, today)
    later = (until.year - today.year) * 12 + until.month - today.month - (until.day < today.day)
    if until <= today or later > months or (later == months and until.day > today.day):
        return {
            "temporary_until": [_("Temporary supply ends within %(months)s months (%(basis)s).") % {"months": months, "basis": parameters.TEMPORARY_MONTHS.basis}]
        }  # fmt: skip
    return {}


def _project_errors(application: Application, project: Solar | None) -> dict[str, list[str]]:
    if project is None:
        return {"form": [_("Describe the PV plant.")]}
    found = solar.faults(
        solar.Project(
            form=project.form, is_person=application.customer.is_person, voltage=project.voltage, capacity_kw=project.capacity_kw,
            mode=project.feed_mode, abilities=project.abilities, own_use_share=project.own_use_share, zone=project.zone, spot_market=project.spot_market,
        )
    )  # fmt: skip
    texts = [queries.fault_text(fault.code, fault.basis) for fault in found if fault.hard]
    if (application.kind == "pv_household") != (project.form == "household"):
        texts.append(_("A household applies as a household, everybody else as an enterprise."))
    return {"form": texts} if texts else {}


def _store(application: Application, at: datetime) -> None:
    on = day_of(at)
    serial = numbering.allocate(f"connections.application.{on:%Y%m}", 1)[0]
    application.number = f"YK{on:%Y%m}{serial:06d}"
    try:
        with transaction.atomic():
            application.save(force_insert=True)
    except IntegrityError as error:
        raise ApplicationInvalid(
            {"supply_point": [_("An application of this kind is running at this supply point already.")]}
        ) from error


def _keep_project(application: Application, project: Solar) -> None:
    row = SolarProject(
        application=application,
        form=project.form,
        capacity_kw=project.capacity_kw,
        feed_mode=project.feed_mode,
        voltage=project.voltage,
        own_use_share=project.own_use_share,
        zone=project.zone,
        spot_market=project.spot_market,
        **{name: name in project.abilities for name in solar.ABILITIES},
    )
    row.save(force_insert=True)


def _keep_documents(
    application: Application,
    asked: list[documents.Needed],
    given: set[str],
    held: Mapping[str, StoredFile | None],
    at: datetime,
) -> None:
    rows: list[ApplicationDocument] = []
    for item in asked:
        facts: dict[str, Any] = {"state": DocumentState.FOLLOWS}
        if item.code in given:
            facts = {"state": DocumentState.GIVEN, "given_at": at}
        elif item.kept and item.code in held:
            facts = {"state": DocumentState.HELD, "given_at": at, "file": held[item.code]}
        rows.append(ApplicationDocument(application=application, kind=item.code, **facts))
    ApplicationDocument.objects.bulk_create(rows)


@transaction.atomic
def give_document(
    *, application: Application, kind: str, file: StoredFile | None, at: datetime, actor: Staff | None
) -> ApplicationDocument:
    """A document came (later): it is laid to the case under its kind, so that nobody is asked for it again.

    Raises:
        NotInThisStep: the application is over.
        ApplicationInvalid: it is not on the list.
    """
    found = locked(application)
    row = found.documents.filter(kind=kind).first()
    if row is None:
        raise ApplicationInvalid({"kind": [_("This document is not on the list of the application.")]})
    row.state, row.given_at, row.file = DocumentState.GIVEN, at, file or row.file
    row.save(update_fields=["state", "given_at", "file"])
    if file is not None:
        workflow.attach(instance=instance_of(found), file=file, at=at, actor=actor, kind=kind)
    note("document.given", found, at=at, actor=actor, document=kind)
    return row


@transaction.atomic
def withdraw(*, application: Application, reason: str, at: datetime, actor: Staff | None) -> Application:
    """The customer takes the application back.

    Raises:
        NotInThisStep: it is over, or power is on.
        ApplicationInvalid: no reason.
    """
    found = locked(application)
    if found.energised_at is not None:
        raise NotInThisStep(_("Power is on; this is closed like any other supply."))
    if not reason.strip():
        raise ApplicationInvalid({"reason": [_("Give the reason.")]})
    stop(found, ApplicationState.WITHDRAWN, reason.strip(), at=at, actor=actor)
    outbox.publish(events.ApplicationWithdrawn(found.pk, found.customer_id, found.number, withdrawn_at=at))
    note("application.withdrawn", found, at=at, actor=actor, reason=reason)
    return found


def stop(
    application: Application, state: ApplicationState, why: str, *, at: datetime, actor: Staff | None
) -> None:
    """End a locked application before its end: its case, its field work, the meters taken out for it."""
    call_off(application, kinds=("connections.survey", "connections.install"), reason=why, at=at, actor=actor)
    MeterIssue.objects.filter(application=application, installed_at__isnull=True).update(returned_at=at)
    application.state, application.ended_at, application.end_note = state, at, why[:300]
    application.save(update_fields=["state", "ended_at", "end_note"])
    workflow.cancel(instance=instance_of(application), at=at, actor=actor, reason=why[:300])
