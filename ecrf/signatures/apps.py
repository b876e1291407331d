from django.apps import AppConfig


class SignaturesConfig(AppConfig):
    name = "ecrf.signatures"
    verbose_name = "Signatures"

    def ready(self) -> None:
        from ecrf.anchors.making.occasions import OCCASIONS, Occasion
        from ecrf.signatures import (  # noqa: F401  (tell what was done about an item, and join the checks of the trail)
            history,
            proof,
        )

        signed = Occasion("Signature of a casebook", "signatures_signature", {"scope": "casebook"})
        OCCASIONS.add("casebook-signature", signed)
