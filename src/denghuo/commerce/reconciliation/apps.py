from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReconciliationConfig(AppConfig):
    name = "denghuo.commerce.reconciliation"
    verbose_name = _("Reconciliation")

    def ready(self) -> None:
        from denghuo.commerce.reconciliation.web import extensions

        extensions.register()
