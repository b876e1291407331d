"""Files as a browser sends them, of synthetic pages; and PDF files that nobody wants."""

import io
import uuid

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image, ImageDraw

from ecrf.access.models import User
from ecrf.access.roles import Right
from ecrf.audit.actor import acting
from ecrf.casebook.models import Entry, Patient
from ecrf.casebook.record.store import ensure_entry
from ecrf.files.models import FileKind, FileVersion
from ecrf.files.receiving.flat_pages import flat_file
from ecrf.files.services import FilePlace, NewVersion, add_file
from tests.builders import a_place


def a_page(
    words: str = "Synthetic page", size: tuple[int, int] = (600, 800), form: str = "JPEG", **more
) -> bytes:
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).text((40, 40), words, fill="black")
    out = io.BytesIO()
    image.save(out, form, **more)
    return out.getvalue()


def flat(*pages: bytes) -> NewVersion:
    found = flat_file(io.BytesIO(b"".join(pages)), [len(page) for page in pages])
    return NewVersion(found.file, "application/pdf", found.pages, "report.pdf", boxes=2)


def a_copy(
    patient: Patient, by: User, entry: Entry | None = None, item: str = "", title: str = "Report"
) -> FileVersion:
    """Added through the product's own service."""
    return add_file(
        place=FilePlace(patient, entry, item),
        kind=FileKind.COPY,
        title=title,
        version=flat(a_page(f"{title} {uuid.uuid4()}")),
        by=by,
        actor=by.acting_at(patient.site, Right.ENTER),
        request_key=uuid.uuid4(),
    )


def a_logged_event(patient: Patient, by: User) -> Entry:
    with acting(by.acting_at(patient.site, "enter"), patient_id=patient.pk):
        return ensure_entry(a_place(patient, "adverse-event"))


def sending(*pages: bytes, **more: str) -> dict[str, object]:
    """What the page posts."""
    return {
        "pages": SimpleUploadedFile("pages", b"".join(pages)),
        "sizes": ",".join(str(len(page)) for page in pages),
        "title": "Laboratory report",
        "name": "report.pdf",
        "original": "0" * 64,
        "boxes": "2",
        "confirmed": "yes",
        "key": str(uuid.uuid4()),
        **more,
    }


def post_copy(client: Client, patient: Patient, *pages: bytes, **more: str):
    posted = sending(*(pages or (a_page(),)), **more)
    return client.post(reverse("add-patient-file", args=[patient.number]), posted)


def a_pdf(change=None, pages: int = 1, **saving) -> bytes:
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page()
        if change:
            change(pdf)
        out = io.BytesIO()
        pdf.save(out, **saving)
    return out.getvalue()


def with_script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
