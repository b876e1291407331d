"""What fonts draw and what is spelled out; the files refuse a character that is neither."""

from datetime import UTC, datetime

import pytest
import typst

from ecrf.audit.texts import apart
from ecrf.prints.pdf import fonts, typesetting
from ecrf.prints.pdf.fonts import drawable, families
from tests.printed import missing_glyphs, pdf_words

MADE_AT = datetime(2027, 3, 1, tzinfo=UTC)
NO_FONT = "\N{CUNEIFORM SIGN A}"
ONE_LINE = b"#set text(font: json(bytes(sys.inputs.fonts)), fallback: false)\n#sys.inputs.text"


@pytest.mark.parametrize("text", ["", "plain", "É µ ± ≥ → “x”", "握力", "one\ntwo"])
def test_what_fonts_draw_stays_as_it_is(text):
    assert drawable(text) == text


def test_what_no_font_draws_is_spelled_out_by_its_code_point():
    assert drawable(f"a {NO_FONT} b") == "a [U+12000] b"
    assert drawable("\ufeff") == "[U+FEFF]"
    assert drawable("\ue000") == "[U+E000]"


def test_mark_that_no_font_puts_on_its_letter_is_spelled_out_behind_it():
    assert drawable("筋\N{HEBREW POINT PATAH}") == "筋[U+05B7]"
    assert drawable("x\N{COMBINING ACUTE ACCENT}", strictly=True) == "x[U+0301]"


def test_first_font_is_noto_sans_or_where_it_is_missing_its_japanese_sister():
    assert families()[0] in ("Noto Sans", "Noto Sans JP")
    assert not [name for name in families() if "Serif" in name]


def test_what_the_tables_of_a_font_say_is_what_is_drawn():
    """Every character that they name, in one file: those that the standard refuses would stop it."""
    drawn = sorted(fonts._drawn_by_any())
    some = "".join(drawn[::40])
    made = typst.compile(
        ONE_LINE,
        format="pdf",
        sys_inputs={"fonts": str(list(families())).replace("'", '"'), "text": some},
        font_paths=fonts.fonts(),
        ignore_system_fonts=True,
    )
    assert missing_glyphs(made) == 0


def test_the_check_for_missing_signs_sees_one():
    made = typst.compile(
        ONE_LINE,
        format="pdf",
        sys_inputs={"fonts": '["Noto Sans JP"]', "text": NO_FONT},
        font_paths=fonts.fonts(),
        ignore_system_fonts=True,
    )
    assert missing_glyphs(made) > 0


def test_sign_that_is_not_drawn_after_all_is_spelled_out_and_the_file_is_made(monkeypatch):
    """As if a font named a character and did not join it to the one before."""
    lenient = typesetting.drawable
    monkeypatch.setattr(
        typesetting, "drawable", lambda text, strictly: lenient(text, strictly=True) if strictly else text
    )
    content = {"whose": NO_FONT, "as_of": "", "visits": [], "forms": [], "has_sdtm": False}
    made = typesetting.typeset("annotated_crf.typ", content, title="Odd", made_at=MADE_AT)
    assert "[U+12000]" in pdf_words(made)


def test_long_words_may_be_broken_and_short_ones_may_not():
    assert typesetting.printable("x" * 24) == "x" * 24
    assert typesetting.printable("x" * 50) == "\N{ZERO WIDTH SPACE}".join(["x" * 24, "x" * 24, "xx"])


def test_text_that_begins_from_right_to_left_is_marked_so():
    hebrew = drawable(apart("של 12"))
    expected = {"rtl": hebrew} if "[U+" not in hebrew else hebrew
    assert typesetting.printable({"said": ["של 12", "12 ml"]}) == {"said": [expected, "12 ml"]}
