from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IdentityConfig(AppConfig):
    name = "denghuo.foundation.identity"
    verbose_name = _("Staff and access")

    def ready(self) -> None:
        from denghuo.foundation.identity.web import sessions  # noqa: F401  (stamps new sessions)
