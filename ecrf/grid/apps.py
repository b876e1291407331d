from django.apps import AppConfig


class GridConfig(AppConfig):
    name = "ecrf.grid"
    verbose_name = "Grid of all patients"
