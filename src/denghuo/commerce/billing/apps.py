from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    name = "denghuo.commerce.billing"
    verbose_name = _("Electricity billing")

    def ready(self) -> None:
        from denghuo.commerce.billing.web import extensions

        extensions.register()
