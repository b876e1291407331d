"""What comes in as a file: told by what it holds, made anew, refused in words."""

import io
import socket
import struct
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import pikepdf
import pytest
from django.test import override_settings
from PIL import Image

from ecrf.files.receiving import flat_pages
from ecrf.files.receiving.documents import read_document
from ecrf.files.receiving.flat_pages import flat_file, pages_of
from ecrf.files.receiving.kinds import kind_of, why_not
from ecrf.files.receiving.names import LONGEST, file_name
from ecrf.files.receiving.refusals import FileRefused
from ecrf.files.receiving.viruses import refuse_viruses
from tests.ecrf.files.builders import a_page, a_pdf, with_script

pytestmark = pytest.mark.requirement("R-133")


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"%PDF-1.7\n", "pdf"),
        (b"\x00 junk before\n%PDF-1.4", "pdf"),
        (a_page(form="PNG")[:64], "png"),
        (a_page(form="JPEG")[:64], "jpeg"),
        (a_page(form="TIFF")[:64], "tiff"),
        (b"\0" * 128 + b"DICM\x02\x00", "dicom"),
        (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", "markup"),
        (b"\xff\xfe<\0s\0v\0g\0", "markup"),
        (b"  <!DOCTYPE html>", "markup"),
        (b"PK\x03\x04", "zip"),
        (b"MZ\x90", "program"),
        (b"GIF89a", "image"),
        (b"", "empty"),
        (b"hello", ""),
    ],
)
def test_kind_is_told_by_the_first_bytes(head, kind):
    assert kind_of(head) == kind


@pytest.mark.parametrize(
    "page",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='go()'/>",
        b"\0" * 128 + b"DICM" + b"\0" * 100,
        b"PK\x03\x04" + b"\0" * 100,
        a_pdf(with_script),
        a_page(form="TIFF"),
        a_page(form="GIF"),
        b"no picture at all",
        a_page()[:300],
        a_page(form="PNG"),
        a_page()[:-400],
    ],
)
def test_page_that_is_no_whole_picture_is_refused_in_words(page):
    with pytest.raises(FileRefused) as refused:
        flat_file(io.BytesIO(page), [len(page)])
    assert str(refused.value).endswith(".")


def test_picture_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(monkeypatch):
    """64 million dots in few bytes: the size stands in the head."""
    out = io.BytesIO()
    Image.new("L", (8000, 8000)).save(out, "JPEG")
    monkeypatch.setattr(Image.Image, "load", lambda *_: pytest.fail("It was unpacked."))
    with pytest.raises(FileRefused, match="8000 × 8000"):
        flat_file(io.BytesIO(out.getvalue()), [len(out.getvalue())])


@pytest.mark.requirement("R-137")
def test_nothing_but_what_is_seen_is_left():
    """Position, camera, comments, a profile, a thumbnail: none of them arrives."""
    exif = Image.Exif()
    exif[0x010F], exif[0x9286] = "SECRET-CAMERA", "SECRET-COMMENT"
    page = a_page(exif=exif, comment=b"SECRET-JPEG", icc_profile=b"SECRET-PROFILE" * 20)
    assert b"SECRET" in page
    stored = flat_file(io.BytesIO(page), [len(page)]).file.read()
    with pikepdf.open(io.BytesIO(stored)) as pdf:
        assert b"SECRET" not in stored
        assert b"SECRET" not in pdf.pages[0].Resources.XObject.Page.read_raw_bytes()
        assert not {"/Metadata", "/OpenAction", "/Names"} & set(pdf.Root.keys())
        assert "/Info" not in pdf.trailer


def test_turned_picture_is_stored_upright_and_one_in_inks_as_colours():
    exif = Image.Exif()
    exif[0x0112] = 6  # a telephone held upright
    inks = io.BytesIO()
    Image.new("CMYK", (50, 60)).save(inks, "JPEG")
    pages = [a_page(size=(600, 400), exif=exif), inks.getvalue()]
    flat = flat_file(io.BytesIO(b"".join(pages)), [len(page) for page in pages])
    first, second = (Image.open(io.BytesIO(pages_of(flat.file, number))) for number in (1, 2))
    assert (first.size, second.mode, second.getpixel((5, 5))) == ((400, 600), "RGB", (255, 255, 255))
    assert "exif" not in first.info


def test_same_pages_give_the_same_bytes():
    page = a_page()
    assert len({flat_file(io.BytesIO(page), [len(page)]).file.read() for _ in range(2)}) == 1


def test_no_more_pages_and_bytes_than_are_taken(monkeypatch):
    page = a_page()
    with pytest.raises(FileRefused, match="At most 50 pages"):
        flat_file(io.BytesIO(page * 51), [len(page)] * 51)
    monkeypatch.setattr(flat_pages, "MOST_BYTES", 10_000)
    with pytest.raises(FileRefused, match="that are stored of one file, from page"):
        flat_file(io.BytesIO(page * 3), [len(page)] * 3)


@pytest.mark.parametrize("sizes", [[5], [99_999], [], [1, 0]])
def test_pages_that_do_not_fit_their_sizes_are_refused(sizes):
    with pytest.raises(FileRefused):
        flat_file(io.BytesIO(a_page()), sizes)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\somebody\\report.pdf", "report.pdf"),
        ("/", "file"),
        ("...", "file"),
        ("re\x00po\u202ert.pdf", "report.pdf"),
        ('a"b<c>|?*.pdf', "a_b_c____.pdf"),
        ("検査 結果.pdf", "検査 結果.pdf"),
    ],
)
def test_name_loses_folders_and_what_cannot_be_seen(given, name):
    assert file_name(given) == name


def test_long_name_loses_its_middle_and_gets_the_ending_of_what_is_stored():
    assert len(file_name("a" * 500 + ".pdf")) <= LONGEST
    assert file_name("a" * 500 + ".pdf").endswith(".pdf")
    assert file_name("scan.exe", ".pdf") == "scan.pdf"


def embeds(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["x.exe"] = b"MZ"


def launches(pdf: pikepdf.Pdf) -> None:
    action = pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("x"))
    link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=action)
    pdf.pages[0].Annots = pikepdf.Array([link])


def test_document_without_acts_is_taken_as_it_is():
    document = a_pdf(pages=3)
    assert read_document(io.BytesIO(document), len(document)).pages == 3


@pytest.mark.parametrize(
    "document",
    [
        a_pdf(with_script),
        a_pdf(embeds),
        a_pdf(launches),
        a_pdf(encryption=pikepdf.Encryption(owner="a", user="b")),
        a_pdf(encryption=pikepdf.Encryption(owner="a", user="")),
        a_pdf()[:200],
        b"%PDF-1.7\nnothing",
        a_page(),
        b"<html><script>go()</script>",
        b"PK\x03\x04",
    ],
)
def test_document_with_acts_or_of_another_kind_is_refused(document):
    with pytest.raises(FileRefused):
        read_document(io.BytesIO(document), len(document))


def unpacks_to(size: int) -> bytes:
    """A PDF file whose catalogue stands in a packed stream of that many bytes."""
    packer = zlib.compressobj(1)
    packed = packer.compress(b"5 0 <</Type/Catalog/Pages 2 0 R>>")
    packed += b"".join(packer.compress(b" " * 1_000_000) for _ in range(size // 1_000_000)) + packer.flush()
    objects = {
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
        4: b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n%s\nendstream"
        % (len(packed), packed),
    }
    whole, places = b"%PDF-1.5\n", {}
    for number, content in objects.items():
        places[number] = len(whole)
        whole += b"%d 0 obj%s endobj\n" % (number, content)
    rows = [(0, 0, 255), (0, 0, 0), *((1, places[n], 0) for n in (2, 3, 4)), (2, 4, 0), (1, len(whole), 0)]
    table = b"".join(bytes([kind]) + at.to_bytes(4, "big") + bytes([more]) for kind, at, more in rows)
    head = b"6 0 obj<</Type/XRef/Size 7/W[1 4 1]/Root 5 0 R/Length %d>>stream\n" % len(table)
    return whole + head + table + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF" % len(whole)


def test_document_that_unpacks_to_too_much_ends_the_program_that_looks_and_nothing_else():
    small, large = unpacks_to(0), unpacks_to(900_000_000)
    assert read_document(io.BytesIO(small), len(small)).pages == 1
    assert len(large) < 10_000_000
    with pytest.raises(FileRefused, match="unpacks to too much"):
        read_document(io.BytesIO(large), len(large))


@contextmanager
def clamd(answer: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """A scanner that answers so; gives its address, and what it was sent."""
    got: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection, connection.makefile("rb") as sent:
                assert sent.read(10) == b"zINSTREAM\0"
                while length := struct.unpack("!L", sent.read(4))[0]:
                    got.append(sent.read(length))
                connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        host, port = server.getsockname()
        yield f"{host}:{port}", got
        thread.join(5)


def test_scanner_is_sent_the_whole_file_and_passes_it():
    with clamd(b"stream: OK\0") as (address, got), override_settings(CLAMD_ADDRESS=address):
        refuse_viruses(io.BytesIO(b"x" * 200_000))
    assert b"".join(got) == b"x" * 200_000


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (b"stream: Eicar-Signature FOUND\0", 422),
        (b"INSTREAM size limit exceeded. ERROR\0", 503),
        (b"", 503),
        (b"stream: OKAY\0", 503),
    ],
)
def test_what_the_scanner_finds_or_cannot_look_at_is_not_taken(answer, status):
    with (
        clamd(answer) as (address, _got),
        override_settings(CLAMD_ADDRESS=address),
        pytest.raises(FileRefused) as refused,
    ):
        refuse_viruses(io.BytesIO(b"x"))
    assert refused.value.status == status


@pytest.mark.parametrize("address", ["127.0.0.1:1", "/nowhere/clamd.sock", "nonsense"])
def test_scanner_that_is_away_lets_nothing_pass(address):
    with override_settings(CLAMD_ADDRESS=address), pytest.raises(FileRefused, match="does not answer"):
        refuse_viruses(io.BytesIO(b"x"))


def test_refusals_say_what_to_do():
    for kind in ("dicom", "markup", "zip", "program", "empty", ""):
        assert why_not(kind).endswith(".")
