from django.apps import AppConfig


class SignaturesConfig(AppConfig):
    name = "ecrf.signatures"
    verbose_name = "Signatures"

    def ready(self) -> None:
        from ecrf.anchors.making.occasions import OCCASIONS, Occasion
        from ecrf.signatures import history  # noqa: F401  (tells what was done about an item)

        signed = Occasion("Signature of a casebook", "signatures_signature", {"scope": "casebook"})
        OCCASIONS.add("casebook-signature", signed)
