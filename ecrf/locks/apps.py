from django.apps import AppConfig


class LocksConfig(AppConfig):
    name = "ecrf.locks"
    verbose_name = "Locks"

    def ready(self) -> None:
        from ecrf.anchors.making.occasions import OCCASIONS, Occasion
        from ecrf.locks import guard, moving  # noqa: F401  (what is locked: for the checks, and where a patient moves)

        OCCASIONS.add("lock", Occasion("Lock", "locks_lock", {"kind": "lock"}))
