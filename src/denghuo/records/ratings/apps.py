from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RatingsConfig(AppConfig):
    name = "denghuo.records.ratings"
    verbose_name = _("Ratings")

    def ready(self) -> None:
        from denghuo.records.ratings.web import extensions

        extensions.register()
