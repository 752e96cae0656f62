from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChannelsConfig(AppConfig):
    name = "denghuo.commerce.channels"
    verbose_name = _("Payment channels")

    def ready(self) -> None:
        from denghuo.commerce.channels.web import extensions

        extensions.register()
