from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "ecrf.access"
    verbose_name = "Users and sites"
