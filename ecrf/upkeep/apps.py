from django.apps import AppConfig


class UpkeepConfig(AppConfig):
    name = "ecrf.upkeep"
    verbose_name = "Upkeep"
