from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    name = "denghuo.commerce.billing"
    verbose_name = _("Electricity billing")

    def ready(self) -> None:
        from denghuo.commerce.billing.queries.bills import bill_on
        from denghuo.commerce.billing.web import extensions
        from denghuo.commerce.readings import operations as readings

        readings.refuse_when_billed(bill_on)
        extensions.register()
