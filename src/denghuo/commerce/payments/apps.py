from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    name = "denghuo.commerce.payments"
    verbose_name = _("Payments")

    def ready(self) -> None:
        from denghuo.commerce.payments.web import extensions

        extensions.register()
