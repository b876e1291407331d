"""JSON whose numbers keep the digits with which they are stored: 5.10 is not 5.1."""

import json
from decimal import Decimal
from typing import Any

from django.db import models


class ExactDecoder(json.JSONDecoder):
    def __init__(self, **options: Any) -> None:
        super().__init__(**{"parse_float": Decimal, **options})


DECODER = ExactDecoder()
"""One for all: to make one takes longer than to read what most events hold, and a trail has thousands."""


class ExactJson(models.JSONField):
    """Reads what the database wrote. In migrations it is the plain field: how it is read is no matter of the table."""

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **{**options, "decoder": ExactDecoder})

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        if not isinstance(value, str):
            return super().from_db_value(value, expression, connection)
        try:
            return DECODER.decode(value)
        except json.JSONDecodeError:
            return value

    def deconstruct(self) -> Any:
        name, _path, given, options = super().deconstruct()
        options.pop("decoder")
        return name, "django.db.models.JSONField", given, options
