from django.apps import AppConfig


class HelpConfig(AppConfig):
    name = "ecrf.help"
    verbose_name = "Help"
