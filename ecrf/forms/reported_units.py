"""A number in the unit of a laboratory, which stands in an item of its own beside it."""

from decimal import Decimal
from typing import Any

from ecrf.forms.items import Measure


class Reported(Measure):
    """A number with up to `decimals` places, shown with those that it needs: what is exact differs by test."""

    def __init__(self, label: str = "", *, decimals: int = 3, **options: Any):
        super().__init__(label, decimals=decimals, **options)

    def text(self, value: Any) -> str:
        return "" if value is None else f"{Decimal(value).normalize():f}"
