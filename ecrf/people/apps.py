from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "ecrf.people"
    verbose_name = "People"
