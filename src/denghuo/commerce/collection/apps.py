from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CollectionConfig(AppConfig):
    name = "denghuo.commerce.collection"
    verbose_name = _("Collection")

    def ready(self) -> None:
        from denghuo.commerce.collection.web import extensions

        extensions.register()
