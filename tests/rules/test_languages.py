"""Catalogues of translations: up to date with the sources, with the placeholders of their sources, without gaps."""

import re
from collections import defaultdict

import polib
import pytest

from ecrf.upkeep.languages.catalogues import (
    LOCALES,
    PLACEHOLDER,
    ROOT,
    TAG,
    RoomCatalogue,
    broken,
    empty,
    entries,
    places,
    read,
    translations,
)
from ecrf.upkeep.languages.rooms import wanted

COMPLETE = [
    "ecrf/access",
    "ecrf/account",
    "ecrf/account-arriving",
    "ecrf/account-own",
    "ecrf/account-second",
    "ecrf/account-sso",
    "ecrf/anchors",
    "ecrf/anchors-making",
    "ecrf/appointments",
    "ecrf/appointments-calendar",
    "ecrf/audit",
    "ecrf/calendar",
    "ecrf/casebook",
    "ecrf/casebook-laboratory",
    "ecrf/casebook-moving",
    "ecrf/casebook-record",
    "ecrf/casebook-striking",
    "ecrf/casebook-transfer",
    "ecrf/checks",
    "ecrf/corrections",
    "ecrf/corrections-moving",
    "ecrf/corrections-striking",
    "ecrf/corrections-transfer",
    "ecrf/delegation",
    "ecrf/delegation-log",
    "ecrf/delegation-training",
    "ecrf/entry",
    "ecrf/entry-ending",
    "ecrf/entry-patient",
    "ecrf/entry-queries",
    "ecrf/entry-ranges",
    "ecrf/entry-rules",
    "ecrf/entry-signing",
    "ecrf/entry-templatetags",
    "ecrf/entry-today",
    "ecrf/entry-visit",
    "ecrf/errors",
    "ecrf/exports",
    "ecrf/exports-comparison",
    "ecrf/exports-copy",
    "ecrf/exports-formats",
    "ecrf/exports-handed_over",
    "ecrf/exports-odm",
    "ecrf/exports-sdtm",
    "ecrf/exports-tables",
    "ecrf/exports-templatetags",
    "ecrf/files",
    "ecrf/files-pages",
    "ecrf/files-receiving",
    "ecrf/forms",
    "ecrf/formview",
    "ecrf/formview-paper",
    "ecrf/frame",
    "ecrf/grid",
    "ecrf/grid-templatetags",
    "ecrf/help",
    "ecrf/help-manual",
    "ecrf/help-templatetags",
    "ecrf/help-topics",
    "ecrf/imports",
    "ecrf/imports-comparison",
    "ecrf/imports-pages",
    "ecrf/imports-plan",
    "ecrf/imports-reading",
    "ecrf/imports-sources",
    "ecrf/imports-work",
    "ecrf/listings",
    "ecrf/listings-acts",
    "ecrf/listings-columns",
    "ecrf/listings-pages",
    "ecrf/listings-reading",
    "ecrf/locks",
    "ecrf/mail",
    "ecrf/monitoring",
    "ecrf/monitoring-home",
    "ecrf/monitoring-lists",
    "ecrf/monitoring-locks",
    "ecrf/monitoring-plan",
    "ecrf/monitoring-queries",
    "ecrf/monitoring-sdv",
    "ecrf/monitoring-visits",
    "ecrf/notices",
    "ecrf/outcomes",
    "ecrf/people",
    "ecrf/people-accounts",
    "ecrf/people-logins",
    "ecrf/people-memberships",
    "ecrf/people-past",
    "ecrf/people-review",
    "ecrf/people-sites",
    "ecrf/prints",
    "ecrf/prints-pdf",
    "ecrf/queries",
    "ecrf/shared",
    "ecrf/signatures",
    "ecrf/signatures-templatetags",
    "ecrf/trail",
    "ecrf/trail-review",
    "ecrf/verification",
    "ecrf/web",
    "trial/across_forms",
    "trial/adverse_event",
    "trial/assessments",
    "trial/assumptions",
    "trial/clocks",
    "trial/concomitant_medication",
    "trial/consent",
    "trial/crfs",
    "trial/dates",
    "trial/demographics",
    "trial/dosing",
    "trial/duplicates",
    "trial/eligibility",
    "trial/end_of_study",
    "trial/ending",
    "trial/endings",
    "trial/enrolment",
    "trial/events",
    "trial/grip_strength",
    "trial/help",
    "trial/incat",
    "trial/infusion",
    "trial/infusions",
    "trial/lab_tests",
    "trial/laboratory",
    "trial/listings",
    "trial/medical_history",
    "trial/medication",
    "trial/mmn_history",
    "trial/mrc_strength",
    "trial/nerve_conduction",
    "trial/prior_treatment",
    "trial/protocol_deviation",
    "trial/results",
    "trial/schedule",
    "trial/scripts",
    "trial/serious_adverse_event",
    "trial/serious_events",
    "trial/story",
    "trial/templates",
    "trial/visit",
    "trial/vital_signs",
]
"""Catalogues in which everything is translated, and stays so. Whoever completes a room adds it."""


@pytest.fixture(scope="module")
def catalogues() -> dict[tuple[str, RoomCatalogue], polib.POFile]:
    return {
        (locale, place): read(place.path(locale))
        for locale in LOCALES
        for place in places()
        if place.path(locale).exists()
    }


def test_catalogues_hold_exactly_what_is_marked(catalogues):
    texts = wanted()
    for locale in LOCALES:
        for place in sorted({*texts, *places()}):
            marked = {(one.context, one.text, one.plural) for one in texts.get(place, ())}
            there = {
                (entry.msgctxt or "", entry.msgid, entry.msgid_plural or "")
                for entry in catalogues.get((locale, place), [])
            }
            assert there == marked, f"{place} ({locale}) is not up to date: say make messages."


def test_translations_have_the_placeholders_and_tags_of_their_source(catalogues):
    wrong = [
        f"{place} ({locale}): {entry.msgid[:60]} → {text[:60]}"
        for (locale, place), file in catalogues.items()
        for entry in file.translated_entries()
        for text in broken(entry)
    ]
    assert not wrong, "\n".join(wrong)


def test_translation_with_a_broken_placeholder_is_left_in_english_and_named(tmp_path, capsys):
    """Whoever installs a catalogue of their own gets a page that says it in English, and none that fails."""
    file = empty("ja")
    said = {
        "%(number)d rows": "%(nummer)d行",
        "<b>Bold</b>": "<i>太字</i>",
        "Row {row}": "{row}行目",
        "Done": "100%完了%s",
    }
    file.extend(polib.POEntry(msgid=source, msgstr=words) for source, words in said.items())
    (tmp_path / "ja").mkdir()
    file.save(str(tmp_path / "ja" / "room.po"))
    assert [entry.msgid for entry in entries(tmp_path, "ja", of_scripts=False)] == ["Row {row}"]
    told = capsys.readouterr().err
    assert [source for source in said if source not in told] == ["Row {row}"]


def test_nothing_is_fuzzy_or_left_over(catalogues):
    for (locale, place), file in catalogues.items():
        assert not file.fuzzy_entries(), f"{place} ({locale})"
        assert not file.obsolete_entries(), f"{place} ({locale})"


@pytest.mark.parametrize("locale", LOCALES)
def test_one_text_is_translated_one_way(catalogues, locale):
    said = defaultdict(set)
    for (of, _place), file in catalogues.items():
        if of == locale:
            for entry in file.translated_entries():
                said[entry.msgctxt, entry.msgid].add(tuple(translations(entry)))
    assert not {key: words for key, words in said.items() if len(words) > 1}


@pytest.mark.parametrize("locale", LOCALES)
def test_complete_rooms_have_no_gap(catalogues, locale):
    by_name = {str(place): file for (of, place), file in catalogues.items() if of == locale}
    assert set(COMPLETE) <= set(by_name), "A complete room has no catalogue any more."
    gaps = {name: [entry.msgid for entry in by_name[name].untranslated_entries()] for name in COMPLETE}
    assert not {name: texts for name, texts in gaps.items() if texts}


CJK = r"[\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uff01-\uff60「」『』（）【】“”《》…]"
HALF_WIDTH = re.compile(rf"{CJK}\s*[,:;]|\x00\s*[,:;](?=\s*{CJK}|\s|$)|[0-9A-Za-z%][,:;]\s*{CJK}")
"""Of a Japanese or Chinese text, with \\x00 for what stands in its places. Times, numbers and formats have a digit or a
letter on both sides."""


def half_width(text: str) -> bool:
    """Whether a comma, colon or semicolon of English stands behind a Japanese or Chinese word, or before one."""
    plain = re.sub(r"&[a-z]+;", "x", text)
    return bool(HALF_WIDTH.search(TAG.sub("", PLACEHOLDER.sub("\x00", plain))))


def test_translations_have_the_signs_of_their_language(catalogues):
    wrong = [
        f"{place} ({locale}): {text[:80]}"
        for (locale, place), file in catalogues.items()
        for entry in file.translated_entries()
        for text in translations(entry)
        if half_width(text) or text.strip() in (",", ":", ";")
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "text",
    [
        *("来院: 予定", "见量, 见时", "<b>施設</b>; なし", "%(form)s: 未入力", "{visit:visit}, 未訪視"),
        *("%(patient)s, %(day)s", "{name}: {why}", "状態:%(state)s", "CRF: 症例報告書", "（済）, 済"),
    ],
)
def test_a_half_width_sign_is_found(text):
    assert half_width(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "時刻は 00:00 です",
            "最大2,000行",
            "%(hour)s:%(minute)sに",
            "逗号：1.200,5",
            "HH:MM の形式",
            "30, 60, 120",
        ),
        *(
            "https://example.org を開く",
            "前の&lt;や&gt;は",
            "{outcome:answer outcome}です",
            "{count:,}行",
            "施設：東京、大阪；他",
        ),
    ],
)
def test_a_sign_of_a_number_a_time_or_a_format_is_none(text):
    assert not half_width(text)


NO_WORDS = re.compile(
    r"\{% blocktranslate.*?\{% endblocktranslate %\}|\{% comment.*?\{% endcomment %\}"
    r"|<(script|style)\b.*?</\1>|\{#.*?#\}",
    re.DOTALL,
)
JOINED = re.compile(r"(?:\}\}|%\}|[\w\"]>)[:,;](?=\s|$|</)")
ENGLISH = ("exports/codebook.html", "exports/copy_index.html")
"""The one is a file of the study, in English; the other names a format behind the name of a file."""


def joined(template: str) -> list[str]:
    """Where what stands in a template's places is joined by a sign of English, outside of what is translated."""
    words = NO_WORDS.sub(lambda part: "\n" * part[0].count("\n") + "%}", template)
    return [words[max(0, hit.start() - 40) : hit.end()] for hit in JOINED.finditer(words)]


def test_templates_join_words_with_the_signs_of_the_language():
    files = [
        path
        for folder in ("templates", "trial/templates")
        for path in sorted((ROOT / folder).rglob("*.html"))
    ]
    assert len(files) > 200
    wrong = [
        f"{path.relative_to(ROOT)}: {one}"
        for path in files
        if not path.as_posix().endswith(ENGLISH)
        for one in joined(path.read_text())
    ]
    assert not wrong, 'Say {% translate ": " %}:\n' + "\n".join(wrong)


def test_a_sign_between_two_places_of_a_template_is_found():
    assert joined("{{ a }}: {{ b }}")
    assert joined("<b>{{ a }}</b>,\n{{ b }}{% if c %}; {{ c }}{% endif %}")
    assert not joined(
        '{% blocktranslate %}{{ a }}, {{ b }}{% endblocktranslate %}<a href="{{ a }}:{{ b }}">x</a>'
    )
    assert not joined('{{ a }}{% translate ": " %}{{ b }}')
