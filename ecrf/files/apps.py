from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "ecrf.files"
    verbose_name = "Files"

    def ready(self) -> None:
        from ecrf.files import acts, history, proof  # noqa: F401  (they join menus, histories, the checks of the trail)
