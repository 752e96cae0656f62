"""Where every room is found."""

from __future__ import annotations

from django.urls import include, path

from denghuo.project.api import urls as api_urls
from denghuo.project.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("api/v1/", api_urls()),
    path("", include("denghuo.foundation.ui.web.urls")),
    path("", include("denghuo.foundation.identity.web.urls")),
    path("audit/", include("denghuo.foundation.audit.web.urls")),
    path("runs/", include("denghuo.foundation.jobs.web.urls")),
    path("calendar/", include("denghuo.foundation.calendars.web.urls")),
    path("imports/", include("denghuo.foundation.imports.web.urls")),
    path("customers/", include("denghuo.records.customers.web.urls")),
    path("grid/", include("denghuo.records.grid.web.urls")),
    path("supply/", include("denghuo.records.supply.web.urls")),
    path("metering/", include("denghuo.commerce.metering.web.urls")),
    path("tariffs/", include("denghuo.commerce.tariffs.web.urls")),
    path("readings/", include("denghuo.commerce.readings.web.urls")),
    path("billing/", include("denghuo.commerce.billing.web.urls")),
    path("ledger/", include("denghuo.commerce.ledger.web.urls")),
    path("receivables/", include("denghuo.commerce.receivables.web.urls")),
    path("payments/", include("denghuo.commerce.payments.web.urls")),
    path("channels/", include("denghuo.commerce.channels.web.urls")),
    path("banking/", include("denghuo.commerce.banking.web.urls")),
    path("reconciliation/", include("denghuo.commerce.reconciliation.web.urls")),
    path("invoices/", include("denghuo.commerce.invoicing.web.urls")),
    path("collection/", include("denghuo.commerce.collection.web.urls")),
    path("disconnection/", include("denghuo.commerce.disconnection.web.urls")),
    path("corrections/", include("denghuo.commerce.corrections.web.urls")),
    path("field/", include("denghuo.commerce.fieldwork.web.urls")),
    path("outages/", include("denghuo.commerce.outages.web.urls")),
    path("connections/", include("denghuo.commerce.connections.web.urls")),
    path("changes/", include("denghuo.commerce.changes.web.urls")),
    path("inspection/", include("denghuo.commerce.inspection.web.urls")),
    path("notifications/", include("denghuo.care.notifications.web.urls")),
    path("appointments/", include("denghuo.care.appointments.web.urls")),
    path("cases/", include("denghuo.care.cases.web.urls")),
    path("desk/", include("denghuo.care.desk.web.urls")),
    path("ratings/", include("denghuo.records.ratings.web.urls")),
    path("processes/", include("denghuo.foundation.workflow.web.urls")),
    path("files/", include("denghuo.foundation.files.web.urls")),
    path("parameters/", include("denghuo.foundation.parameters.web.urls")),
]

handler400 = "denghuo.foundation.ui.web.errors.bad_request"
handler403 = "denghuo.foundation.ui.web.errors.permission_denied"
handler404 = "denghuo.foundation.ui.web.errors.page_not_found"
handler500 = "denghuo.foundation.ui.web.errors.server_error"
