from django.apps import AppConfig


class ListingsConfig(AppConfig):
    name = "ecrf.listings"
    verbose_name = "Listings"

    def ready(self) -> None:
        from ecrf.listings import joins  # noqa: F401  (the words of the trail)
