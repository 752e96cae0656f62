from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AppointmentsConfig(AppConfig):
    name = "denghuo.care.appointments"
    verbose_name = _("Appointments")

    def ready(self) -> None:
        from denghuo.care.appointments.web import extensions

        extensions.register()
