"""SAS transport files, version 5, written row by row: one dataset a file, as authorities take it."""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import IO, Any

RECORD = 80
MISSING = b"." + bytes(7)
LONGEST_LABEL = 40
MOST_BYTES = 200


MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


@dataclass(frozen=True)
class TransportVariable:
    """`length` in bytes, of a text; a number always has 8. `format`: how SAS shows it, by name and width."""

    name: str
    label: str
    is_number: bool
    length: int = 8
    format: tuple[str, int] = ("", 0)


def write_dataset(
    file: IO[bytes],
    name: str,
    label: str,
    variables: Sequence[TransportVariable],
    rows: Iterable[Sequence[Any]],
    moment: datetime,
    *,
    system: str = "X64_10PR",
) -> None:
    """A whole file. ValueError for what the format would cut: names of 9 characters, labels of 41 bytes, texts that are
    longer than their variable."""
    lines = (
        b"".join(_cell(variable, value) for variable, value in zip(variables, row, strict=True))
        for row in rows
    )
    write_lines(file, name, label, variables, lines, moment, system=system)


def write_lines(
    file: IO[bytes],
    name: str,
    label: str,
    variables: Sequence[TransportVariable],
    lines: Iterable[bytes],
    moment: datetime,
    *,
    system: str,
) -> None:
    """The same of rows that are bytes already. All moments in the file are this one; `system` is said to write it."""
    _refuse(name, label, variables)
    at = moment.astimezone(UTC)
    stamp = f"{at:%d}{MONTHS[at.month - 1]}{at:%y:%H:%M:%S}".encode()
    made_by = f"{'9.4':<8}{system:<8}{'':24}".encode() + stamp
    file.write(_library(made_by, stamp))
    file.write(_member(name, label, made_by, stamp, len(variables)))
    file.write(_padded(b"".join(_descriptors(variables)), b" "))
    file.write(_header("OBS", 0))
    written = 0
    for line in lines:
        file.write(line)
        written += len(line)
    file.write(b" " * (-written % RECORD))


def _refuse(name: str, label: str, variables: Sequence[TransportVariable]) -> None:
    for one, said in ((name, label), *((variable.name, variable.label) for variable in variables)):
        if not (1 <= len(one) <= 8 and one.isascii() and one.isupper()):
            raise ValueError(f"{one!r} is no name for a transport file: 1 to 8 capital letters and digits.")
        if len(said.encode()) > LONGEST_LABEL:
            raise ValueError(f"The label of {one} is longer than {LONGEST_LABEL} bytes: {said}")
    for variable in variables:
        if not variable.is_number and variable.length > MOST_BYTES:
            raise ValueError(f"{variable.name} is longer than {MOST_BYTES} bytes.")


def _header(kind: str, count: int) -> bytes:
    line = f"HEADER RECORD*******{kind:<8}HEADER RECORD!!!!!!!000000{count:04}00000000000000000000"
    return line.encode().ljust(RECORD)


def _library(made_by: bytes, stamp: bytes) -> bytes:
    first = b"SAS     SAS     SASLIB  " + made_by
    return _header("LIBRARY", 0) + first.ljust(RECORD) + stamp.ljust(RECORD)


def _member(name: str, label: str, made_by: bytes, stamp: bytes, variables: int) -> bytes:
    headers = (
        b"HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!000000000000000001600000000140  "
        + b"HEADER RECORD*******DSCRPTR HEADER RECORD!!!!!!!000000000000000000000000000000  "
    )
    first = b"SAS     " + name.encode().ljust(8) + b"SASDATA " + made_by
    second = stamp + b" " * 16 + label.encode().ljust(LONGEST_LABEL) + b" " * 8
    return headers + first.ljust(RECORD) + second.ljust(RECORD) + _header("NAMESTR", variables)


def _descriptors(variables: Sequence[TransportVariable]) -> Iterable[bytes]:
    place = 0
    for number, variable in enumerate(variables, 1):
        form, width = variable.format
        yield struct.pack(
            ">hhhh8s40s8shhh2x8shhl52x",
            1 if variable.is_number else 2,
            0,
            variable.length,
            number,
            variable.name.encode().ljust(8),
            variable.label.encode().ljust(LONGEST_LABEL),
            form.encode().ljust(8),
            *(width, 0, 0),
            form.encode().ljust(8),
            *(width, 0),
            place,
        )
        place += variable.length


def _padded(block: bytes, by: bytes) -> bytes:
    return block + by * (-len(block) % RECORD)


def _cell(variable: TransportVariable, value: Any) -> bytes:
    if variable.is_number:
        return MISSING if value is None else ibm_double(float(value))
    written = ("" if value is None else str(value)).encode()
    if len(written) > variable.length:
        raise ValueError(f"A text of {variable.name} is longer than {variable.length} bytes.")
    return written.ljust(variable.length)


@lru_cache(maxsize=4096)
def ibm_double(value: float) -> bytes:
    """The number in IBM's form: a sign, a power of 16 and 56 bits, of which a double fills 53: nothing is lost."""
    if value == 0:
        return bytes(8)
    (bits,) = struct.unpack(">Q", struct.pack(">d", value))
    sign, exponent, fraction = bits >> 63, (bits >> 52 & 0x7FF) - 1023, bits & ((1 << 52) - 1) | 1 << 52
    # value = fraction × 2^(exponent − 52) = mantissa × 16^(power − 64) / 2^56, the mantissa's first hex digit not 0
    shift = exponent % 4
    power = (exponent - shift) // 4 + 65
    if not 0 <= power <= 127:
        raise ValueError(f"{value} cannot be written in a transport file.")
    return struct.pack(">Q", sign << 63 | power << 56 | fraction << shift)
