from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "ecrf.monitoring"
    verbose_name = "Monitoring"
