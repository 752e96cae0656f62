from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "denghuo.project"
    label = "project"

    def ready(self) -> None:
        from denghuo.project import wiring

        wiring.connect()
