from django.apps import AppConfig


class TrailConfig(AppConfig):
    name = "ecrf.trail"
    verbose_name = "Audit trail, read"
