from django.apps import AppConfig


class ExportsConfig(AppConfig):
    name = "ecrf.exports"
    verbose_name = "Data out"
