from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReadingsConfig(AppConfig):
    name = "denghuo.commerce.readings"
    verbose_name = _("Readings")

    def ready(self) -> None:
        from denghuo.commerce.metering.operations import keep_registers_in
        from denghuo.commerce.readings.operations.boundaries import ReadingBook

        keep_registers_in(ReadingBook())
