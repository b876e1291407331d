"""In which encoding a file stands: found for sure, or asked for; what is no text is refused by name."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrf.imports.reading.encodings import ENCODINGS, UnreadableFile, encoding_of

TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), min_size=1).filter(
    str.strip
)


def pieces_of(content: bytes, size: int = 7):
    return lambda: (content[at : at + size] for at in range(0, len(content), size))


def found(content: bytes, declared: str = "", size: int = 4096) -> str:
    return encoding_of(pieces_of(content, size), declared)


@given(TEXT)
def test_utf_8_is_read_as_it_stands_whatever_the_pieces(text):
    content = text.encode()
    if content.startswith((b"PK\x03\x04", b"%PDF", codecs.BOM_UTF8)):
        return
    for size in (1, 3, 4096):
        if not content[:size].strip():
            continue
        assert content.decode(found(content, size=size)) == text


@given(TEXT)
def test_a_mark_is_believed(text):
    for mark, codec in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        content = mark + text.encode(codec)
        if content.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
            continue
        assert content.decode(found(content)) == text


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_recognised(codec):
    text = "patient,visit,weight_kg\r\n01-001,W01,60.5\r\n"
    assert text.encode(codec).decode(found(text.encode(codec))) == text


def test_japanese_is_recognised_where_it_can_be_nothing_else():
    text = "patient,comment\r\n01-001,筋力の低下。\r\n"
    assert found(text.encode("cp932")) == "cp932"


def test_what_can_be_read_in_two_ways_is_asked_with_both_readings():
    with pytest.raises(UnreadableFile) as refused:
        found("patient,unit\r\n01-001,µmol/L\r\n".encode("cp1252"))
    assert refused.value.readings == {"cp932": "01-001,ｵmol/L", "cp1252": "01-001,µmol/L"}


@pytest.mark.parametrize("declared", ENCODINGS)
def test_what_is_declared_is_held_against_the_bytes(declared):
    text = "patient,comment\r\n01-001,plain\r\n"
    codec = "utf-16-le" if declared == "utf-16" else declared
    assert text.encode(codec).decode(found(text.encode(codec), declared)) == text
    with pytest.raises(UnreadableFile):
        found(b"patient\r\n\x81\x9d\xff" + (b"\xfe" if declared == "utf-16" else b""), declared)


def test_another_declaration_than_the_mark_is_refused():
    with pytest.raises(UnreadableFile, match="The file says"):
        found(codecs.BOM_UTF8 + b"patient", "cp932")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04\x14\x00", "CSV UTF-8"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "CSV UTF-8"),
        (b"%PDF-1.7", "PDF"),
        (b"\x1f\x8b\x08", "Unpack"),
        (b"", "empty"),
        (b" \r\n", "empty"),
        (codecs.BOM_UTF32_LE + b"a\0\0\0", "UTF-32"),
        (b"patient\x00\x00\x00\x01\x02", "zero bytes"),
        (codecs.BOM_UTF16_LE + b"a\x00b", "cut off"),
        (b"\xff\xfb\x81\x9d\x8d", "encoding that is not read"),
    ],
)
def test_what_is_no_text_is_refused_by_what_it_is(content, words):
    with pytest.raises(UnreadableFile, match=words):
        found(content)


@pytest.mark.parametrize("declared", ["", *ENCODINGS])
@pytest.mark.parametrize("text", ["pat\0ient\r\n", "patient\r\n01-0\x0001\r\n", "patient\r\n" * 900 + "\0"])
def test_zeros_are_refused_wherever_they_stand_and_whatever_is_declared(declared, text):
    codec = "utf-16-le" if declared == "utf-16" else declared or "utf-8"
    for mark in (b"", codecs.BOM_UTF16_LE if codec == "utf-16-le" else b""):
        with pytest.raises(UnreadableFile, match="zero bytes"):
            found(mark + text.encode(codec), declared)
