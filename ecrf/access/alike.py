"""What is the same for who searches, and in which order words stand: the one place that knows either.

Alike are capital and small letters, full-width and half-width signs, and hiragana and katakana. In the order of a
language stand words as its own people look for them: kana by their reading and characters by that of the dictionary in
Japanese, pinyin in Chinese, in English whatever the case. The database knows that by ICU; where it was built without,
words stand in the order of what is alike.
"""

import unicodedata
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Func, Q, TextField, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan
from django.utils.translation import get_language

KATAKANA = "".join(map(chr, (*range(0x30A1, 0x30F7), 0x30FD, 0x30FE)))
HIRAGANA = "".join(map(chr, (*range(0x3041, 0x3097), 0x309D, 0x309E)))
_TO_HIRAGANA = str.maketrans(KATAKANA, HIRAGANA)

LETTERS = ("pg_c_utf8", "und-x-icu")
"""Collations that know the small letter of every letter; the database's own may know those of English alone."""
OF_LANGUAGE = {"en": "en-x-icu", "ja": "ja-x-icu", "zh-hans": "zh-Hans-x-icu"}
PLAIN = '"C"'
_there: dict[str, frozenset[str]] = {}
"""{a database: which of these collations it has}: asked once, when a process first connects."""


def look_for_collations(connection: BaseDatabaseWrapper, **_more: Any) -> None:
    """Whenever Django has connected."""
    name = str(connection.settings_dict["NAME"])
    if name not in _there:
        with connection.cursor() as cursor:
            wanted = [*LETTERS, *OF_LANGUAGE.values()]
            cursor.execute("SELECT collname FROM pg_collation WHERE collname = ANY (%s)", [wanted])
            _there[name] = frozenset(found for (found,) in cursor.fetchall())


def _has(collation: str) -> bool:
    look_for_collations(connection)
    return collation in _there[str(connection.settings_dict["NAME"])]


# --- the same for who searches ----------------------------------------------------------------------------------------


def alike(text: str) -> str:
    """The text as all that are the same for who searches; `static/js/alike.js` and `alike_sql` do as much."""
    return unicodedata.normalize("NFKC", text).lower().translate(_TO_HIRAGANA)


def alike_sql(text: str) -> str:
    """The same of an SQL expression."""
    letters = next((f' COLLATE "{name}"' for name in LETTERS if _has(name)), "")
    return f"translate(lower(normalize({text}, NFKC){letters}), '{KATAKANA}', '{HIRAGANA}')"


class Alike(Func):
    """The same of a query's expression."""

    arity = 1
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: BaseDatabaseWrapper, **more: Any) -> Any:
        return self.as_sql(compiler, connection, template=alike_sql("%(expressions)s"), **more)


def holds(field: str, typed: str) -> Q:
    """Whether the typed text stands anywhere in the field."""
    return Q(GreaterThan(StrIndex(Alike(F(field)), Alike(Value(typed, TextField()))), 0))


# --- the order of words -----------------------------------------------------------------------------------------------


def in_order_sql(text: str) -> str:
    """What an SQL expression of words is sorted by, in the reader's language."""
    collation = OF_LANGUAGE.get(get_language() or settings.LANGUAGE_CODE, "")
    return f'({text}) COLLATE "{collation}"' if _has(collation) else f"{alike_sql(text)} COLLATE {PLAIN}"


class InOrder(Func):
    """What the words of a field are sorted by, in the reader's language: for `order_by`."""

    arity = 1
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: BaseDatabaseWrapper, **more: Any) -> Any:
        return self.as_sql(compiler, connection, template=in_order_sql("%(expressions)s"), **more)
