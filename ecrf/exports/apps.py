from django.apps import AppConfig


class ExportsConfig(AppConfig):
    name = "ecrf.exports"
    verbose_name = "Data out"

    def ready(self) -> None:
        from ecrf.anchors.making.occasions import OCCASIONS, Occasion
        from ecrf.exports import proof  # noqa: F401  (joins the checks of the trail)
        from ecrf.exports.handed_over import keeping  # noqa: F401  (keeps the casebook of who moves to another site)

        OCCASIONS.add("data-cut", Occasion("Data cut", "exports_datacut"))
