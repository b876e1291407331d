from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "ecrf.audit"
    verbose_name = "Audit trail"
