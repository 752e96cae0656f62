from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InvoicingConfig(AppConfig):
    name = "denghuo.commerce.invoicing"
    verbose_name = _("Invoices")

    def ready(self) -> None:
        from denghuo.commerce.invoicing.web import extensions

        extensions.register()
