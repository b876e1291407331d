from django.apps import AppConfig


class EntryConfig(AppConfig):
    name = "ecrf.entry"
    verbose_name = "Site entry"
