from django.apps import AppConfig


class CalendarConfig(AppConfig):
    name = "ecrf.calendar"
    verbose_name = "Calendar"
