"""What is the same for who searches, and in which order words stand, in each language."""

import re

import pytest
from django.conf import settings
from django.db import connection
from django.utils import translation

from ecrf.access import alike as module
from ecrf.access.alike import HIRAGANA, KATAKANA, OF_LANGUAGE, InOrder, alike, alike_sql, holds
from ecrf.access.models import User
from ecrf.audit.actor import SYSTEM, acting
from ecrf.people.accounts.list import PeopleFilter, people
from tests.conftest import make_user
from tests.rules.test_repository import ROOT

SAME = [
    ("ＡＢＣ", "abc"),
    ("abc", "ABC"),
    ("ｱﾚﾙｷﾞｰ", "アレルギー"),
    ("ﾊﾟﾝﾂ", "ぱんつ"),
    ("あれるぎー", "アレルギー"),
    ("ヴァイオリン", "ゔぁいおりん"),
    ("É", "é"),
    ("１２３", "123"),
    ("（高血圧）", "(高血圧)"),
]
OTHER = [("か", "が"), ("つ", "っ"), ("e", "é"), ("高", "髙"), ("0", "O")]


def in_database(text: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {alike_sql('%s')}", [text])
        return cursor.fetchone()[0]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_width_case_and_kana_make_no_difference(one, other):
    assert alike(one) == alike(other)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_other_words_stay_others(one, other):
    assert alike(one) != alike(other)


@pytest.mark.django_db
@pytest.mark.parametrize("text", sorted({*sum(SAME, ()), *sum(OTHER, ()), "𠮷野家", "ヽヾ ", "ﬁ"}))
def test_the_database_says_the_same(text):
    assert in_database(text) == alike(text)


def test_the_browser_is_given_the_same_kana():
    """Its script turns the same signs, by the distance that all of them have."""
    script = (ROOT / "static/js/alike.js").read_text(encoding="utf-8")
    (signs,) = re.findall(r"/\[(.*?)\]/", script)
    turned = re.compile(f"[{signs}]")  # JavaScript and Python write such signs alike
    assert [sign for sign in map(chr, range(0x3000, 0x3100)) if turned.match(sign)] == sorted(KATAKANA)
    assert {ord(one) - ord(other) for one, other in zip(KATAKANA, HIRAGANA, strict=True)} == {0x60}
    assert "0x60" in script
    assert "NFKC" in script


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["ヤマダ", "やまだ", "ﾔﾏﾀﾞ", "ｙａｍａ"])
def test_a_person_is_found_however_the_name_is_typed(typed, administrator):
    called("yamada", "ヤマダ はな")
    assert [line.user.username for line in people(PeopleFilter(search=typed), 1)] == ["yamada"]
    assert not User.objects.filter(holds("full_name", "タナカ")).exists()


def called(username: str, full_name: str) -> None:
    user = make_user(username, "administrator")
    with acting(SYSTEM, source="test"):
        User.objects.filter(pk=user.pk).update(full_name=full_name)


def ordered(names: list[str], language: str) -> list[str]:
    for place, name in enumerate(names):
        called(f"person{place}", name)
    with translation.override(language):
        rows = User.objects.filter(username__startswith="person").order_by(InOrder("full_name"), "username")
        return list(rows.values_list("full_name", flat=True))


ORDERS = {
    "en": ["apple", "Banana", "cherry"],
    "ja": ["あべ", "アリタ", "かとう", "サトウ", "ﾔﾏﾀﾞ"],
    "zh-hans": ["陈静", "李明", "王芳", "张伟"],
}
"""Those of Chinese by their sound: Chen, Li, Wang, Zhang."""
BY_SIGNS = {"en", "ja"}
"""Where the order holds without ICU too."""


def test_each_language_has_its_order():
    assert ORDERS.keys() == OF_LANGUAGE.keys() == dict(settings.LANGUAGES).keys()


@pytest.mark.django_db
@pytest.mark.parametrize("language", ORDERS)
def test_names_stand_in_the_order_of_the_language(language):
    wanted = ORDERS[language]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT collname FROM pg_collation WHERE collname = ANY (%s)", [[*OF_LANGUAGE.values()]]
        )
        knows = OF_LANGUAGE[language] in {name for (name,) in cursor.fetchall()}
    found = ordered(wanted[::-1], language)
    assert found == wanted if knows or language in BY_SIGNS else sorted(found) == sorted(wanted)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "there", [frozenset(), frozenset({"en-x-icu", "ja-x-icu", "zh-Hans-x-icu", "und-x-icu"})]
)
def test_a_collation_is_named_only_where_the_database_has_it(there, monkeypatch):
    monkeypatch.setitem(module._there, str(connection.settings_dict["NAME"]), there)
    with translation.override("zh-hans"):
        statement = module.in_order_sql("x.name")
    assert ("zh-Hans-x-icu" in statement) == bool(there)
    assert ("x-icu" in alike_sql("x.name")) == bool(there)


@pytest.mark.django_db
def test_collations_are_looked_for_when_they_are_first_asked_for(monkeypatch):
    before = alike_sql("x.name")
    monkeypatch.setattr(module, "_there", {})
    assert alike_sql("x.name") == before
    assert len(module._there) == 1


SEARCHED = re.compile(r"__i(?:contains|startswith|endswith|regex)\b|\bILIKE\b")
SORTED_BY_WORDS = re.compile(r'order_by\([^()]*(?<!InOrder\()"-?(?:\w+__)?(?:full_name|title)"')


@pytest.mark.parametrize("wrong", [SEARCHED, SORTED_BY_WORDS], ids=["searched", "sorted"])
def test_nobody_searches_or_sorts_words_by_other_means(wrong):
    found = [
        f"{path.relative_to(ROOT)}: {one[0]}"
        for path in (ROOT / "ecrf").rglob("*.py")
        for one in wrong.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []
