from django.apps import AppConfig


class PrintsConfig(AppConfig):
    name = "ecrf.prints"
    verbose_name = "Printed pages"
