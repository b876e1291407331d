"""Units of laboratories: which ways of writing mean the same.

Codes and prefixes after the Unified Code for Units of Measure (UCUM); the enzyme unit U is 1 µmol/min, so that 1 µkat
is 60 U. The unit stays as it was reported: this only says that two are one.
"""

import unicodedata
from decimal import Decimal

PER_LITRE = {"l": 1, "dl": 10, "ml": 10**3, "µl": 10**6, "mm3": 10**6, "cmm": 10**6}
COUNTS = {
    "": 1, "k": 10**3, "thou": 10**3, "10000": 10**4, "万": 10**4,
    **{f"10{power}": 10**power for power in (3, 4, 6, 9, 12)},
}  # fmt: skip
"""What stands before the volume where cells are counted: K/µL, 10*3/µL. G/L is left out: it could be grams."""

MASSES = {
    "g": Decimal(1),
    "mg": Decimal("1e-3"),
    "µg": Decimal("1e-6"),
    "mcg": Decimal("1e-6"),
    "ng": Decimal("1e-9"),
}
AMOUNTS = {"mol": Decimal(1), "mmol": Decimal("1e-3"), "µmol": Decimal("1e-6"), "nmol": Decimal("1e-9")}
ENZYMES = {
    "u": Decimal(1), "iu": Decimal(1), "kat": Decimal("6e7"), "µkat": Decimal(60),
    "nkat": Decimal("0.06"),
}  # fmt: skip
"""In U."""

FRACTIONS = {"%": Decimal("0.01"), "‰": Decimal("0.001")}


def same_unit(one: str, other: str) -> bool:
    """Whether a number means the same in both: `K/uL`, `10*3/uL`, `×10³/µL` and `×10⁹/L`."""
    one, other = plain(one), plain(other)
    return one == other or (size(one) is not None and size(one) == size(other))


def plain(unit: str) -> str:
    """Without blanks, signs of multiplication and powers, and in small letters: `×10⁹ / L` as `109/l`."""
    text = unicodedata.normalize("NFKC", "".join(unit.split())).casefold()
    for sign in "×^*":
        text = text.replace(sign, "")
    text = text.replace("μ", "µ").removeprefix("x")
    return text.replace("ul", "µl").replace("ug", "µg").replace("umol", "µmol").replace("ukat", "µkat")


def size(unit: str) -> tuple[str, Decimal] | None:
    """What a plain unit measures, and how much one of it is; None for a unit that the tables do not know."""
    if unit in FRACTIONS:
        return "fraction", FRACTIONS[unit]
    above, stroke, volume = unit.rpartition("/")
    if not stroke or volume not in PER_LITRE:
        return None
    if above in COUNTS:
        return "cells", Decimal(COUNTS[above] * PER_LITRE[volume])
    for kind, known in (("mass", MASSES), ("amount", AMOUNTS), ("enzyme", ENZYMES)):
        if above in known:
            return kind, known[above] * PER_LITRE[volume]
    return None
