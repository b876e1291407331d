from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "ecrf.files"
    verbose_name = "Files"

    def ready(self) -> None:
        from ecrf.files import (  # noqa: F401  (they join menus, histories, moves, the checks of the trail)
            acts,
            history,
            moving,
            proof,
        )
