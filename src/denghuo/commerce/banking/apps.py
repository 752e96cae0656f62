from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BankingConfig(AppConfig):
    name = "denghuo.commerce.banking"
    verbose_name = _("Banking")

    def ready(self) -> None:
        from denghuo.commerce.banking import tasks  # noqa: F401 - registers its long run
        from denghuo.commerce.banking.web import extensions

        extensions.register()
