from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "denghuo.care.notifications"
    verbose_name = _("Notifications")

    def ready(self) -> None:
        from denghuo.care.notifications.web import extensions

        extensions.register()
