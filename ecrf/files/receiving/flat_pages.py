"""A source copy as it comes in: pictures of pages, blacked out already. Each is decoded and encoded anew, so that
nothing but what is seen is left, and all together become a PDF file of pictures."""

import io
import os
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import pikepdf
from django.utils.translation import gettext
from PIL import Image, ImageOps

from ecrf.files.receiving.kinds import HEAD, kind_of, why_not
from ecrf.files.receiving.refusals import FileRefused
from ecrf.web.spooled import spooled

MOST_PAGES = 50
MOST_PIXELS = 4_200_000
"""Of a page: A4 in 200 dots per inch has 3.9 million. What a picture unpacks to is looked at before it is unpacked."""
MOST_BYTES_SENT = 25_000_000
MOST_BYTES = 10_000_000
"""Of what is stored."""
QUALITY = 85
DOTS_PER_INCH = 200


@dataclass(frozen=True)
class FlatFile:
    """A PDF file of nothing but pictures, at its beginning."""

    file: BinaryIO
    pages: int


def flat_file(sent: BinaryIO, sizes: Sequence[int]) -> FlatFile:
    """`sent` holds the pages one behind the other, of so many bytes each. FileRefused says what is wrong with which."""
    if not sizes:
        raise FileRefused(gettext("The file has no page."), "file")
    if len(sizes) > MOST_PAGES:
        words = gettext("At most %(most)s pages are taken at once: this has %(pages)s. Divide it.")
        raise FileRefused(words % {"most": MOST_PAGES, "pages": len(sizes)}, "file")
    file = spooled()
    with pikepdf.new() as pdf:
        stored = 0
        for number, page in enumerate(_pages(sent, sizes), 1):
            picture = _encoded_anew(page, number)
            stored += len(picture.data)
            if stored > MOST_BYTES:
                words = gettext(
                    "The pages take more than the %(most)s MB that are stored of one file, from page %(number)s on."
                    " Divide it, or scan it in fewer dots per inch."
                )
                raise FileRefused(words % {"most": MOST_BYTES // 1_000_000, "number": number}, "file")
            _add_page(pdf, picture)
        pdf.save(file, deterministic_id=True)
    file.seek(0)
    return FlatFile(file, len(sizes))


def pages_of(flat: BinaryIO, number: int) -> bytes:
    """The picture of a page, from 1, as it is stored: JPEG. LookupError if there is no such page."""
    with pikepdf.open(flat) as pdf:
        if not 1 <= number <= len(pdf.pages):
            raise LookupError(number)
        return pdf.pages[number - 1].Resources.XObject.Page.read_raw_bytes()


@dataclass(frozen=True)
class _Picture:
    data: bytes
    width: int
    height: int
    is_grey: bool


def _pages(sent: BinaryIO, sizes: Sequence[int]) -> Iterator[bytes]:
    if not all(sizes) or sent.seek(0, os.SEEK_END) != sum(sizes):
        raise FileRefused(gettext("The file did not arrive whole. Nothing was saved. Send it again."), "file")
    sent.seek(0)
    for size in sizes:
        yield sent.read(size)


def _encoded_anew(page: bytes, number: int) -> _Picture:
    kind = kind_of(page[:HEAD])
    if kind != "jpeg":
        words = gettext("The pages of a file come as JPEG pictures, once they are blacked out.")
        raise FileRefused(words if kind in ("pdf", "png", "tiff") else f"{words} {why_not(kind)}", "file")
    words = gettext("The picture of page %(number)s cannot be read: it is broken.")
    broken = FileRefused(words % {"number": number}, "file")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(io.BytesIO(page), formats=["JPEG"]) as image:
                if image.width * image.height > MOST_PIXELS:
                    words = gettext(
                        "Page %(number)s has %(width)s × %(height)s dots: more than are taken. Make it smaller."
                    )
                    size = {"number": number, "width": image.width, "height": image.height}
                    raise FileRefused(words % size, "file")
                return _jpeg_of(image)
    except FileRefused:
        raise
    except Exception as error:  # whatever a decoder raises on a file that was made to break it
        raise broken from error


def _jpeg_of(image: Image.Image) -> _Picture:
    """Upright, without colour profile, comments, position and camera. Of a page no second copy is made: one has four
    bytes a dot."""
    ImageOps.exif_transpose(image, in_place=True)
    flat = image if image.mode in ("RGB", "L") else image.convert("RGB")
    flat.load()
    flat.info = {}
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=QUALITY, exif=b"")
    return _Picture(out.getvalue(), flat.width, flat.height, flat.mode == "L")


def _add_page(pdf: pikepdf.Pdf, picture: _Picture) -> None:
    scale = 72 / DOTS_PER_INCH
    width, height = round(picture.width * scale, 2), round(picture.height * scale, 2)
    stored = pikepdf.Stream(pdf, picture.data)
    stored.Type, stored.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    stored.Width, stored.Height, stored.BitsPerComponent = picture.width, picture.height, 8
    stored.ColorSpace = pikepdf.Name.DeviceGray if picture.is_grey else pikepdf.Name.DeviceRGB
    stored.Filter = pikepdf.Name.DCTDecode
    page = pdf.add_blank_page(page_size=(width, height))
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Page=stored))
    page.Contents = pikepdf.Stream(pdf, f"q {width} 0 0 {height} 0 0 cm /Page Do Q".encode())
