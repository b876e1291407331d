from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "ecrf.reports"
    verbose_name = "Reports"
