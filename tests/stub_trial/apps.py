from django.apps import AppConfig


class StubTrialConfig(AppConfig):
    name = "tests.stub_trial"
    label = "stub_trial"
    verbose_name = "Case report forms"
