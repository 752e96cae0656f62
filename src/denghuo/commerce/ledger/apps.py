from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LedgerConfig(AppConfig):
    name = "denghuo.commerce.ledger"
    verbose_name = _("Ledger")

    def ready(self) -> None:
        from denghuo.commerce.ledger.web import extensions

        extensions.register()
